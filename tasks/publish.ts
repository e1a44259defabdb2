import { explainError } from "./host/cache.ts";
import type { Iso } from "./stages/iso.ts";

/** Puts a finished image and what belongs to it into a folder, each file by one rename; returns the path of the ISO. */
export async function publish(iso: Iso, folder: string): Promise<string> {
  try {
    await Deno.mkdir(folder, { recursive: true });
    for (const name of [...iso.names].reverse()) {
      const temporary = `${folder}/.${name}.${crypto.randomUUID()}`;
      // A hard link costs no space; where there can be none a copy serves.
      await Deno.link(`${iso.folder}/${name}`, temporary).catch(() =>
        Deno.copyFile(`${iso.folder}/${name}`, temporary)
      );
      await Deno.rename(temporary, `${folder}/${name}`);
    }
    return `${folder}/${iso.names[0]}`;
  } catch (error) {
    throw explainError(error, folder);
  }
}
