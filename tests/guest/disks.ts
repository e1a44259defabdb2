import { writeTar } from "../../tasks/formats/tar.ts";
import { directory, file as entry } from "../../tasks/formats/tree.ts";

const MIB = 1 << 20;

/** Writes a sparse image of a size in MiB with parts at offsets in bytes. */
export async function image(
  path: string,
  mib: number,
  parts: [number, Uint8Array | string][] = [],
): Promise<string> {
  using file = await Deno.open(path, { create: true, truncate: true, write: true });
  await file.truncate(mib * MIB);
  for (const [offset, part] of parts) {
    await file.seek(offset, Deno.SeekMode.Start);
    const bytes = typeof part === "string" ? new TextEncoder().encode(part) : part;
    for (let at = 0; at < bytes.length;) at += await file.write(bytes.subarray(at));
  }
  return path;
}

const REQUEST = "boot2podman, please format-me";

/** Makes a disk that asks to be formatted, as machine managers write it, and returns its path. */
export async function request(path: string, mib: number, key: string): Promise<string> {
  const tar = writeTar([
    entry(`/${REQUEST}`, REQUEST),
    directory("/.ssh", 0o700),
    entry("/.ssh/authorized_keys", `${key}\n`, 0o600),
    entry("/.ssh/authorized_keys2", `${key}\n`, 0o600),
    // The request may be longer than older systems could keep.
    entry("/note", "n".repeat(100_000)),
  ]);
  return await image(path, mib, [[0, new Uint8Array(await new Blob(tar as BlobPart[]).arrayBuffer())]]);
}

/** Disks of other people, of which not a byte may change: name to size in MiB and what is on it. */
export const FOREIGN: Record<string, [number, [number, Uint8Array | string][]]> = {
  // An uberblock in the first label, and the last one a label before the end, as blkid wants to see more than one.
  zfs: [
    80,
    [0, 1, 2, 3, 4, 5, 6, 7].map((n) => [128 * 1024 + n * 1024, little(0x00bab10cn)] as [number, Uint8Array]),
  ],
  lvm: [80, [[512, lvmLabel()]]],
  luks: [80, [[0, "LUKS\xba\xbe"], [6, new Uint8Array([0, 2])]].map(latin1)],
  bitlocker: [80, [[0, "\xeb\x58\x90-FVE-FS-"]].map(latin1)],
  "mbr-unknown-type": [80, [[446, mbrEntry(0xdb)], [510, new Uint8Array([0x55, 0xaa])]]],
  random: [80, [[0, crypto.getRandomValues(new Uint8Array(65536))]]],
  "zeros-with-data-at-1-GiB": [1100, [[1024 * MIB, "somebody's thesis"]]],
};

function latin1([offset, text]: (number | string | Uint8Array)[]): [number, Uint8Array] {
  return [
    offset as number,
    typeof text === "string"
      ? Uint8Array.from(text, (character) => character.charCodeAt(0))
      : text as Uint8Array,
  ];
}

function little(value: bigint): Uint8Array {
  const bytes = new Uint8Array(8);
  new DataView(bytes.buffer).setBigUint64(0, value, true);
  return bytes;
}

/** A partition table's entry: type, first sector 2048, 100000 sectors. */
function mbrEntry(type: number): Uint8Array {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  bytes[4] = type;
  view.setUint32(8, 2048, true);
  view.setUint32(12, 100000, true);
  return bytes;
}

/** The label of a physical volume (LVM2), with its check sum. */
function lvmLabel(): Uint8Array {
  const bytes = new Uint8Array(512);
  const text = (at: number, value: string) => bytes.set(new TextEncoder().encode(value), at);
  text(0, "LABELONE");
  const view = new DataView(bytes.buffer);
  view.setBigUint64(8, 1n, true);
  view.setUint32(20, 32, true);
  text(24, "LVM2 001");
  text(32, "abcdefghijklmnopqrstuvwxyz012345");
  let crc = 0xf597a6cf;
  for (const byte of bytes.subarray(20)) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  }
  view.setUint32(16, crc >>> 0, true);
  return bytes;
}
