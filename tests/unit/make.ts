import { type Entry, writeTar } from "../../tasks/formats/tar.ts";

/** Returns text as UTF-8. */
export const bytes = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Returns UTF-8 as text. */
export const textOf = (data: Uint8Array): string => new TextDecoder().decode(data);

/** Returns the chunks as one. */
export function joined(chunks: Iterable<Uint8Array>): Uint8Array<ArrayBuffer> {
  return new Uint8Array([...chunks].flatMap((chunk) => [...chunk]));
}

/** Returns a tar archive as one piece. */
export const tar = (entries: Entry[]): Uint8Array<ArrayBuffer> => joined(writeTar(entries));

/** Returns an ar archive (deb(5)): each member's name padded to 16, an even number of bytes each. */
export function ar(members: Record<string, Uint8Array>): Uint8Array<ArrayBuffer> {
  const parts = [bytes("!<arch>\n")];
  for (const [name, data] of Object.entries(members)) {
    const fields = [[name, 16], ["0", 12], ["0", 6], ["0", 6], ["100644", 8], [
      `${data.length}`,
      10,
    ]] as const;
    parts.push(bytes(fields.map(([text, width]) => text.padEnd(width)).join("") + "`\n"), data);
    if (data.length % 2) parts.push(bytes("\n"));
  }
  return joined(parts);
}

/** What goes into an ELF file made by a test. */
export interface MadeElf {
  needed?: string[];
  soname?: string;
  interpreter?: string;
  /** 2: a program for one address, 3: one for any. */
  type?: number;
  /** Further segments without content: type and flags. */
  more?: [type: number, flags: number][];
  /** Further tags of the dynamic segment. */
  tags?: [tag: number, value: number][];
}

/** Where the made file is mapped: not at 0, so that addresses have to be translated. */
const ADDRESS = 0x400000;

/** Returns a 64-bit little-endian ELF file with the segments that a dynamic linker reads, and nothing else. */
export function elf(made: MadeElf): Uint8Array<ArrayBuffer> {
  const { needed = [], soname, interpreter, type = 0, more = [] } = made;
  let strings = "\0";
  const string = (text: string) => BigInt((strings += `${text}\0`).length - text.length - 1);
  const tags: [bigint, bigint][] = needed.map((name) => [1n, string(name)]);
  if (soname) tags.push([14n, string(soname)]);
  for (const [tag, value] of made.tags ?? []) tags.push([BigInt(tag), BigInt(value)]);
  const interp = interpreter ? Number(string(interpreter)) : 0;
  const dynamicAt = 64 + (3 + more.length) * 56, stringsAt = dynamicAt + 16 * (tags.length + 2);
  tags.push([5n, BigInt(ADDRESS + stringsAt)], [0n, 0n]);
  const size = stringsAt + strings.length;

  const view = new DataView(new ArrayBuffer(size));
  const long = (at: number, value: number | bigint) => view.setBigUint64(at, BigInt(value), true);
  const file = new Uint8Array(view.buffer);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  long(32, 64);
  view.setUint16(54, 56, true);
  view.setUint16(16, type, true);
  const segments = [
    [1, 0, size, 0],
    [2, dynamicAt, 16 * tags.length, 0],
    ...(interpreter ? [[3, stringsAt + interp, 0, 0]] : []),
    ...more.map(([type, flags]) => [type, 0, 0, flags]),
  ];
  view.setUint16(56, segments.length, true);
  segments.forEach(([type, offset, length, flags], i) => {
    const at = 64 + 56 * i;
    view.setUint32(at, type, true);
    view.setUint32(at + 4, flags, true);
    long(at + 8, offset);
    long(at + 16, ADDRESS + offset);
    long(at + 32, length);
  });
  tags.forEach(([tag, value], i) => {
    long(dynamicAt + 16 * i, tag);
    long(dynamicAt + 16 * i + 8, value);
  });
  file.set(bytes(strings), stringsAt);
  return file;
}

/** Returns an ELF file with a .modinfo section of these strings, as a kernel module has it. */
export function moduleElf(modinfo: string[]): Uint8Array<ArrayBuffer> {
  return sectionElf(".modinfo", bytes(modinfo.map((line) => `${line}\0`).join("")));
}

/** Returns an ELF file with one section of this content, and that of the names. */
export function sectionElf(name: string, info: Uint8Array): Uint8Array<ArrayBuffer> {
  const names = `\0${name}\0.shstrtab\0`;
  const table = 64 + info.length + names.length;
  const view = new DataView(new ArrayBuffer(table + 3 * 64));
  const file = new Uint8Array(view.buffer);
  file.set([0x7f, 0x45, 0x4c, 0x46, 2, 1, 1]);
  file.set(info, 64);
  file.set(bytes(names), 64 + info.length);
  view.setBigUint64(40, BigInt(table), true);
  [64, 3, 2].forEach((value, i) => view.setUint16(58 + 2 * i, value, true));
  [[1, 64, info.length], [name.length + 2, 64 + info.length, names.length]].forEach(
    ([name, offset, size], i) => {
      const at = table + 64 * (i + 1);
      view.setUint32(at, name, true);
      view.setBigUint64(at + 24, BigInt(offset), true);
      view.setBigUint64(at + 32, BigInt(size), true);
    },
  );
  return file;
}
