import { Failure } from "./failure.ts";

/** What a path in an image is. */
export type EntryType = "file" | "directory" | "symlink" | "hardlink" | "char" | "block" | "fifo";

/** One path of an archive or image, with all that goes into it. */
export interface Entry {
  /** Absolute path, without a closing slash. */
  path: string;
  /** What it is. */
  type: EntryType;
  /** Permission bits. */
  mode: number;
  /** Numeric owner. */
  uid: number;
  /** Numeric group. */
  gid: number;
  /** Modification time in seconds since 1970. */
  mtime: number;
  /** Content of a file. */
  data?: Uint8Array;
  /** Target of a link. */
  target?: string;
  /** Major and minor number of a device. */
  device?: [number, number];
}

const TYPES: Record<string, EntryType> = {
  "0": "file",
  "\0": "file",
  "1": "hardlink",
  "2": "symlink",
  "3": "char",
  "4": "block",
  "5": "directory",
  "6": "fifo",
};
const BLOCK = 512;
const latin1 = new TextDecoder("latin1");
const utf8 = new TextDecoder();

/** Returns the entries of a tar archive (ustar, GNU long names and pax paths); throws {@link Failure} on damage. */
export function readTar(archive: Uint8Array): Entry[] {
  const entries: Entry[] = [];
  let long: { path?: string; linkpath?: string } = {};
  for (let at = 0;;) {
    const header = archive.subarray(at, at + BLOCK);
    // An archive ends with a block of zeros; one that does not has lost its end.
    if (header.length < BLOCK) throw new Failure(`The tar archive is cut short at byte ${at}.`);
    if (header.every((byte) => byte === 0)) return entries;
    checkSum(header, at);
    const size = octal(header, 124, 12);
    const data = archive.subarray(at + BLOCK, at + BLOCK + size);
    if (data.length < size) throw new Failure(`The tar archive is cut short at byte ${at}.`);
    at += BLOCK + Math.ceil(size / BLOCK) * BLOCK;
    const flag = String.fromCharCode(header[156]);
    if (flag === "L") long.path = cString(data, 0, size);
    else if (flag === "K") long.linkpath = cString(data, 0, size);
    else if (flag === "x") long = { ...long, ...paxRecords(data) };
    else if (flag !== "g") {
      entries.push(readEntry(header, flag, data, long));
      long = {};
    }
  }
}

function readEntry(
  header: Uint8Array,
  flag: string,
  data: Uint8Array,
  long: { path?: string; linkpath?: string },
): Entry {
  const type = TYPES[flag];
  if (!type) throw new Failure(`The tar archive has an entry of unknown type "${flag}".`);
  const prefix = latin1.decode(header.subarray(257, 262)) === "ustar" && header[262] === 0
    ? cString(header, 345, 155)
    : "";
  const name = long.path ?? (prefix ? `${prefix}/` : "") + cString(header, 0, 100);
  const target = long.linkpath ?? cString(header, 157, 100);
  const entry: Entry = {
    path: absolute(name),
    type,
    mode: octal(header, 100, 8) & 0o7777,
    uid: octal(header, 108, 8),
    gid: octal(header, 116, 8),
    mtime: octal(header, 136, 12),
  };
  if (type === "file") entry.data = data;
  if (type === "symlink") entry.target = target;
  if (type === "hardlink") entry.target = absolute(target);
  if (type === "char" || type === "block") entry.device = [octal(header, 329, 8), octal(header, 337, 8)];
  return entry;
}

/** Returns a ustar archive of the entries in the order given, with GNU long names where a name needs one. */
export function writeTar(entries: Iterable<Entry>): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  for (const entry of entries) {
    const name = (entry.path === "/" ? "./" : entry.path.slice(1)) +
      (entry.type === "directory" && entry.path !== "/" ? "/" : "");
    const target = entry.type === "hardlink" ? entry.target!.slice(1) : entry.target ?? "";
    if (bytes(name).length > 100) chunks.push(...longName("L", name));
    if (bytes(target).length > 100) chunks.push(...longName("K", target));
    chunks.push(header(entry, name, target), ...padded(entry.data ?? new Uint8Array()));
  }
  chunks.push(new Uint8Array(2 * BLOCK));
  return chunks;
}

function header(entry: Entry, name: string, target: string): Uint8Array {
  const flag = Object.keys(TYPES).find((key) => TYPES[key] === entry.type)!;
  const block = new Uint8Array(BLOCK);
  const put = (at: number, text: string, max: number) => block.set(bytes(text).subarray(0, max), at);
  const number = (at: number, value: number, width: number) =>
    put(at, value.toString(8).padStart(width - 1, "0"), width - 1);
  put(0, name, 100);
  number(100, entry.mode, 8);
  number(108, entry.uid, 8);
  number(116, entry.gid, 8);
  number(124, entry.data?.length ?? 0, 12);
  number(136, entry.mtime, 12);
  put(156, flag, 1);
  put(157, target, 100);
  put(257, "ustar\x0000", 8);
  if (entry.device) entry.device.forEach((value, i) => number(329 + 8 * i, value, 8));
  block.fill(0x20, 148, 156);
  put(148, block.reduce((sum, byte) => sum + byte, 0).toString(8).padStart(6, "0") + "\0", 7);
  return block;
}

function longName(flag: string, name: string): Uint8Array[] {
  const data = bytes(name + "\0");
  const block = header(
    { path: "/", type: "file", mode: 0, uid: 0, gid: 0, mtime: 0, data },
    "././@LongLink",
    "",
  );
  block[156] = flag.charCodeAt(0);
  block.fill(0x20, 148, 156);
  const sum = block.reduce((total, byte) => total + byte, 0);
  block.set(bytes(sum.toString(8).padStart(6, "0") + "\0"), 148);
  return [block, ...padded(data)];
}

function padded(data: Uint8Array): Uint8Array[] {
  const rest = (BLOCK - data.length % BLOCK) % BLOCK;
  return rest ? [data, new Uint8Array(rest)] : data.length ? [data] : [];
}

function checkSum(block: Uint8Array, at: number): void {
  const sum = block.reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 0x20 : byte), 0);
  if (sum !== octal(block, 148, 8)) {
    throw new Failure(`The tar archive is damaged at byte ${at}: its check sum is wrong.`);
  }
}

function octal(block: Uint8Array, at: number, width: number): number {
  // GNU tar writes what octal can't hold in base 256, marked by the top bit.
  if (block[at] & 0x80) {
    return block.subarray(at + 1, at + width).reduce((value, byte) => value * 256 + byte, 0);
  }
  return parseInt(cString(block, at, width).trim() || "0", 8);
}

function cString(block: Uint8Array, at: number, width: number): string {
  const end = block.subarray(at, at + width).indexOf(0);
  return utf8.decode(block.subarray(at, at + (end < 0 ? width : end)));
}

function paxRecords(data: Uint8Array): Record<string, string> {
  const records: Record<string, string> = {};
  for (const [, key, value] of utf8.decode(data).matchAll(/\d+ ([^=]+)=([^\n]*)\n/g)) records[key] = value;
  return records;
}

function absolute(name: string): string {
  const parts = name.split("/").filter((part) => part && part !== ".");
  if (parts.includes("..")) throw new Failure(`The archive holds an unsafe path: ${name}.`);
  return "/" + parts.join("/");
}

function bytes(text: string): Uint8Array {
  return new TextEncoder().encode(text);
}
