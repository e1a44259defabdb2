import xz from "xz-decompress";
import { zstdDecompressSync } from "node:zlib";
import { readAr } from "./ar.ts";
import { Failure } from "./failure.ts";
import { type Entry, readTar } from "./tar.ts";

/** Returns the files of a Debian binary package (deb(5)); throws {@link Failure} if it is damaged. */
export async function readDeb(file: Uint8Array): Promise<Entry[]> {
  const data = readAr(file).find((member) => member.name.startsWith("data.tar"));
  if (!data) throw new Failure("The package has no data.tar member.");
  return withoutHardLinks(readTar(await decompress(data.name, data.data)));
}

/** A recipe may keep the one name and not the other, so each gets the content. */
function withoutHardLinks(entries: Entry[]): Entry[] {
  const byPath = new Map(entries.map((entry) => [entry.path, entry]));
  return entries.map((entry) => {
    if (entry.type !== "hardlink") return entry;
    const original = byPath.get(entry.target!);
    if (!original?.data) {
      throw new Failure(`The package links ${entry.path} to ${entry.target}, which it does not hold.`);
    }
    return { ...original, path: entry.path };
  });
}

/**
 * Returns the bytes that a compressed file holds; its name's ending says how: .xz, .zst, .gz, or none of them. Throws
 * {@link Failure} if they are damaged.
 */
export async function decompress(name: string, data: Uint8Array): Promise<Uint8Array> {
  const stream = () => new Blob([data as BlobPart]).stream();
  const all = async (stream: ReadableStream) => new Uint8Array(await new Response(stream).arrayBuffer());
  try {
    if (name.endsWith(".xz")) return await all(new xz.XzReadableStream(stream()));
    if (name.endsWith(".zst")) return new Uint8Array(zstdDecompressSync(data));
    if (name.endsWith(".gz")) return await all(stream().pipeThrough(new DecompressionStream("gzip")));
    return data;
  } catch (cause) {
    throw new Failure(`The compressed data of ${name} is damaged.`, "", { cause });
  }
}
