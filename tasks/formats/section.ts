/**
 * Returns the content of a named section of a 64-bit little-endian ELF file (System V ABI, chapter 4), or undefined if
 * the file is none, or has no such section.
 */
export function readSection(file: Uint8Array, name: string): Uint8Array | undefined {
  const magic = [0x7f, 0x45, 0x4c, 0x46, 2, 1];
  if (file.length < 64 || magic.some((byte, i) => file[i] !== byte)) return;
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const long = (at: number) => Number(view.getBigUint64(at, true));
  const table = long(40), size = view.getUint16(58, true), count = view.getUint16(60, true);
  if (table + size * count > file.length) return;
  const sections = Array.from({ length: count }, (_, i) => {
    const at = table + i * size;
    return { name: view.getUint32(at, true), offset: long(at + 24), size: long(at + 32) };
  });
  const names = sections[view.getUint16(62, true)];
  if (!names) return;
  const nameOf = (at: number) =>
    latin1.decode(file.subarray(names.offset + at, file.indexOf(0, names.offset + at)));
  const section = sections.find((section) => nameOf(section.name) === name);
  return section && file.subarray(section.offset, section.offset + section.size);
}

const latin1 = new TextDecoder("latin1");
