import { Failure } from "./failure.ts";
import type { Entry, EntryType } from "./tar.ts";

const FILE_TYPE = {
  file: 0o100000,
  directory: 0o040000,
  symlink: 0o120000,
  char: 0o020000,
  block: 0o060000,
  fifo: 0o010000,
};

/**
 * Returns a cpio archive in the "newc" format that the kernel unpacks (initramfs buffer format,
 * Documentation/driver-api/early-userspace/buffer-format.rst), entries in the order given, owners as they are.
 * Hard links must have been resolved to files.
 */
export function writeCpio(entries: Iterable<Entry>): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  let inode = 1;
  for (const entry of entries) chunks.push(...member(entry, inode++));
  chunks.push(...member({ path: "/TRAILER!!!", type: "file", mode: 0, uid: 0, gid: 0, mtime: 0 }, 0, true));
  return chunks;
}

/** Returns the entries of a "newc" archive up to its trailer; throws {@link Failure} on damage. */
export function readCpio(archive: Uint8Array): Entry[] {
  const utf8 = new TextDecoder();
  const entries: Entry[] = [];
  for (let at = 0;;) {
    if (utf8.decode(archive.subarray(at, at + 6)) !== "070701") {
      throw new Failure(`The cpio archive is damaged at byte ${at}.`);
    }
    const field = (i: number) => parseInt(utf8.decode(archive.subarray(at + 6 + 8 * i, at + 14 + 8 * i)), 16);
    const nameAt = at + HEADER, nameSize = field(11), size = field(6);
    const dataAt = pad4(nameAt + nameSize);
    const name = utf8.decode(archive.subarray(nameAt, nameAt + nameSize - 1));
    if (name === "TRAILER!!!") return entries;
    const data = archive.subarray(dataAt, dataAt + size);
    const type = Object.entries(FILE_TYPE).find(([, bits]) => bits === (field(1) & 0o170000))
      ?.[0] as EntryType;
    entries.push({
      path: name === "." ? "/" : `/${name}`,
      type,
      mode: field(1) & 0o7777,
      uid: field(2),
      gid: field(3),
      mtime: field(5),
      ...(type === "file" ? { data } : {}),
      ...(type === "symlink" ? { target: utf8.decode(data) } : {}),
    });
    at = pad4(dataAt + size);
  }
}

/** Bytes before the name. */
const HEADER = 110;

function member(entry: Entry, inode: number, trailer = false): Uint8Array[] {
  if (entry.type === "hardlink") throw new TypeError(`cpio: ${entry.path} is a hard link`);
  const name = new TextEncoder().encode((entry.path === "/" ? "." : entry.path.slice(1)) + "\0");
  const data = entry.type === "symlink"
    ? new TextEncoder().encode(entry.target)
    : entry.data ?? new Uint8Array();
  const [major, minor] = entry.device ?? [0, 0];
  const mode = trailer ? 0 : FILE_TYPE[entry.type] | entry.mode;
  const links = entry.type === "directory" ? 2 : 1;
  const fields = [
    inode,
    mode,
    entry.uid,
    entry.gid,
    links,
    entry.mtime,
    data.length,
    0,
    0,
    major,
    minor,
    name.length,
    0,
  ];
  const header = "070701" + fields.map((field) => field.toString(16).padStart(8, "0")).join("");
  const head = new Uint8Array(pad4(header.length + name.length));
  head.set(new TextEncoder().encode(header));
  head.set(name, header.length);
  const rest = pad4(data.length) - data.length;
  return rest ? [head, data, new Uint8Array(rest)] : [head, data];
}

function pad4(length: number): number {
  return Math.ceil(length / 4) * 4;
}
