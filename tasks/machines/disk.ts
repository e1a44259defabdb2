import { Failure } from "../formats/failure.ts";
import { writeTar } from "../formats/tar.ts";
import { directory, file } from "../formats/tree.ts";
import { formatSize } from "./size.ts";

/** What a disk begins with that asks the guest to format it: the name of the first file of a tar, and its content. */
const REQUEST = "boot2podman, please format-me";

/**
 * Returns what goes to the start of a new disk: the request to format it, and the keys that the guest installs for tc and
 * root. The names are those that machine managers of this family have always written.
 */
export function formatRequest(authorizedKeys: string): Uint8Array[] {
  return writeTar([
    file(`/${REQUEST}`, REQUEST),
    directory("/.ssh", 0o700),
    file("/.ssh/authorized_keys", authorizedKeys),
    file("/.ssh/authorized_keys2", authorizedKeys),
  ]);
}

/** Makes a sparse disk of so many bytes that begins with the chunks; throws {@link Failure} if there is no room for it. */
export async function makeDisk(path: string, size: number, chunks: Uint8Array[] = []): Promise<void> {
  try {
    using disk = await Deno.open(path, { write: true, createNew: true, mode: 0o600 });
    await disk.truncate(size);
    for (const chunk of chunks) {
      for (let at = 0; at < chunk.length;) at += await disk.write(chunk.subarray(at));
    }
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) throw error;
    await Deno.remove(path).catch(() => {});
    throw explainDisk(error, path, size);
  }
}

/** Makes a disk larger, and never smaller; the guest grows the file system at its next boot. */
export async function growDisk(path: string, size: number): Promise<void> {
  const { size: now } = await Deno.stat(path).catch((cause) => {
    throw new Failure(`There is no disk at ${path}.`, `Make one with \`deno task data create ${path}\`.`, {
      cause,
    });
  });
  if (size < now) {
    throw new Failure(
      `${path} has ${formatSize(now)}, and a disk can't be made smaller.`,
      `Ask for more than ${formatSize(now)}.`,
    );
  }
  await Deno.truncate(path, size).catch((error) => {
    throw explainDisk(error, path, size);
  });
}

/** Returns a failure that says what to do where a disk found no room, or the error itself. */
export function explainDisk(error: unknown, path: string, size: number): unknown {
  // ENOSPC and EDQUOT, EFBIG, ENOENT, EACCES and EROFS, by their numbers on Linux and macOS.
  const [, code] = /os error (\d+)/.exec(String(error)) ?? [];
  const folder = path.slice(0, path.lastIndexOf("/")) || ".";
  if (["28", "122", "69"].includes(code)) {
    return new Failure(
      `No space left for ${path} on the disk that holds it.`,
      "Free some space, or set XDG_DATA_HOME to a larger disk.",
      { cause: error },
    );
  }
  if (["27", "22"].includes(code)) {
    return new Failure(
      `The file system of ${folder} can't hold a file of ${formatSize(size)}.`,
      "Ask for a smaller disk.",
      { cause: error },
    );
  }
  if (code === "2") {
    return new Failure(`There is no folder ${folder}.`, `Make it with \`mkdir -p ${folder}\`.`, {
      cause: error,
    });
  }
  if (["13", "30", "1"].includes(code)) {
    return new Failure(
      `${path} can't be written.`,
      "Give the folder to your user, or choose another.",
      { cause: error },
    );
  }
  return error;
}
