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

/** Returns the bytes that a compressed file holds; its name's ending says how: .xz, .zst, .gz, or none of them. */
export async function decompress(name: string, data: Uint8Array): Promise<Uint8Array> {
  if (name.endsWith(".xz")) return await unxz(data);
  if (name.endsWith(".zst")) return new Uint8Array(zstdDecompressSync(data));
  if (name.endsWith(".gz")) {
    const stream = new Blob([data as BlobPart]).stream().pipeThrough(new DecompressionStream("gzip"));
    return new Uint8Array(await new Response(stream).arrayBuffer());
  }
  return data;
}

async function unxz(data: Uint8Array): Promise<Uint8Array> {
  const stream = new xz.XzReadableStream(new Blob([data as BlobPart]).stream());
  try {
    return new Uint8Array(await new Response(stream).arrayBuffer());
  } catch (cause) {
    throw new Failure("The xz data is damaged.", "", { cause });
  }
}
