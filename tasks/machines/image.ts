import { Failure } from "../formats/failure.ts";
import { compareVersions } from "../formats/version.ts";

/** Where an ISO 9660 image has its primary volume descriptor, in bytes. */
const DESCRIPTOR = 16 * 2048;

/**
 * Returns the version of one of our ISOs, read from its volume ID (ISO 9660, 8.4.7: 32 bytes, such as
 * `Boot2Podman-v0.1.0`); throws {@link Failure} if there is none, or if it is the ISO of something else.
 */
export async function isoVersion(path: string): Promise<string> {
  const bytes = new Uint8Array(72);
  try {
    using file = await Deno.open(path);
    await file.seek(DESCRIPTOR, Deno.SeekMode.Start);
    for (let at = 0, count; at < bytes.length; at += count) {
      count = await file.read(bytes.subarray(at));
      if (!count) break;
    }
  } catch (cause) {
    throw new Failure(`There is no ISO that can be read at ${path}.`, "Make one with `deno task iso`.", {
      cause,
    });
  }
  const text = new TextDecoder("latin1").decode(bytes);
  const volume = text.slice(40).replace(/[\0 ]+$/, "");
  const [, version] = /^boot2podman-v(\S+)$/i.exec(volume) ?? [];
  if (text.slice(1, 6) === "CD001" && version) return version;
  throw new Failure(
    `${path} is not an ISO of boot2podman${
      text.slice(1, 6) === "CD001" ? `, but "${volume}"` : ": it is no ISO at all"
    }.`,
    "Make one with `deno task iso`.",
  );
}

/** Returns true if the first version is older than the second. */
export function isOlder(one: string, other: string): boolean {
  return compareVersions(one, other) < 0;
}
