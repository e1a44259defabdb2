import { Failure } from "./formats/failure.ts";
import { exists, explainError } from "./host/cache.ts";
import type { Iso } from "./stages/iso.ts";

/**
 * Puts finished files into a folder, each by one rename and the first of them last; returns the path of that one, the
 * ISO where it is an image.
 */
export async function publish(made: Pick<Iso, "folder" | "names">, folder: string): Promise<string> {
  try {
    await Deno.mkdir(folder, { recursive: true });
    for (const name of [...made.names].reverse()) {
      const temporary = `${folder}/.${name}.${crypto.randomUUID()}`;
      // A hard link costs no space; where there can be none a copy serves.
      await Deno.link(`${made.folder}/${name}`, temporary).catch(() =>
        Deno.copyFile(`${made.folder}/${name}`, temporary)
      );
      await Deno.rename(temporary, `${folder}/${name}`);
    }
    return `${folder}/${made.names[0]}`;
  } catch (error) {
    throw explainError(error, folder);
  }
}

/** Returns the path of the newest ISO in a folder; throws {@link Failure} if there is none. */
export async function newestIso(folder: string): Promise<string> {
  const found: { path: string; time: number }[] = [];
  for await (const entry of await exists(folder) ? Deno.readDir(folder) : []) {
    const path = `${folder}/${entry.name}`;
    if (!entry.name.endsWith(".iso") || entry.name.startsWith(".")) continue;
    found.push({ path, time: (await Deno.stat(path)).ctime?.getTime() ?? 0 });
  }
  if (found.length === 0) {
    throw new Failure(`There is no ISO in ${folder}.`, "Make one with `deno task iso`.");
  }
  return found.sort((a, b) => b.time - a.time)[0].path;
}
