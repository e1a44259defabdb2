/** What the dynamic linker reads from a program or library. */
export interface Elf {
  /** Sonames of the libraries that it needs (DT_NEEDED). */
  needed: string[];
  /** Its own soname (DT_SONAME), if it is a library. */
  soname?: string;
  /** The dynamic linker that it asks for (PT_INTERP). */
  interpreter?: string;
}

/** The header of an ELF file, its segments, and the tags of the dynamic one. */
interface Outline {
  type: number;
  segments: { type: number; flags: number; offset: number; address: number; size: number }[];
  tags: { tag: number; value: number }[];
}

const ET_DYN = 3;
const PT_LOAD = 1, PT_DYNAMIC = 2, PT_INTERP = 3, PT_GNU_STACK = 0x6474e551, PT_GNU_RELRO = 0x6474e552;
const PF_X = 1;
const DT_NEEDED = 1, DT_STRTAB = 5, DT_SONAME = 14, DT_FLAGS = 30, DT_FLAGS_1 = 0x6ffffffb;
const DF_BIND_NOW = 8, DF_1_NOW = 1;

/** Returns what a 64-bit little-endian ELF file needs (System V ABI, chapter 5), or undefined if it is none. */
export function readElf(file: Uint8Array): Elf | undefined {
  const outline = outlineOf(file);
  if (!outline) return;
  const { segments, tags } = outline;
  const fileOffset = (address: number) => {
    const segment = segments.find((s) =>
      s.type === PT_LOAD && address >= s.address && address < s.address + s.size
    );
    return segment ? address - segment.address + segment.offset : 0;
  };
  const elf: Elf = { needed: [] };
  const interpreter = segments.find((segment) => segment.type === PT_INTERP);
  if (interpreter) elf.interpreter = cString(file, interpreter.offset);
  const strings = fileOffset(tags.find(({ tag }) => tag === DT_STRTAB)?.value ?? 0);
  for (const { tag, value } of tags) {
    if (tag === DT_NEEDED) elf.needed.push(cString(file, strings + value));
    if (tag === DT_SONAME) elf.soname = cString(file, strings + value);
  }
  return elf;
}

/**
 * Returns what a program lacks of the hardening that a linker gives: to lie anywhere in memory (PIE), tables that can't
 * be written once it runs (RELRO), and that are filled before (BIND_NOW), a stack that is never executed (NX). Of
 * what {@link readElf} does not know nothing is asked.
 */
export function softSpots(file: Uint8Array): string[] {
  const outline = outlineOf(file);
  if (!outline) return [];
  const { type, segments, tags } = outline;
  const has = (name: number, bit: number) => tags.some(({ tag, value }) => tag === name && value & bit);
  const stack = segments.find((segment) => segment.type === PT_GNU_STACK);
  return [
    ...(type === ET_DYN ? [] : ["PIE"]),
    ...(segments.some((segment) => segment.type === PT_GNU_RELRO) ? [] : ["RELRO"]),
    ...(has(DT_FLAGS, DF_BIND_NOW) || has(DT_FLAGS_1, DF_1_NOW) ? [] : ["BIND_NOW"]),
    ...(stack && !(stack.flags & PF_X) ? [] : ["NX"]),
  ];
}

function outlineOf(file: Uint8Array): Outline | undefined {
  if (file.length < 64 || file[0] !== 0x7f || file[1] !== 0x45 || file[2] !== 0x4c || file[3] !== 0x46) {
    return;
  }
  if (file[4] !== 2 || file[5] !== 1) return;
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const long = (at: number) => Number(view.getBigUint64(at, true));
  const segments = Array.from({ length: view.getUint16(56, true) }, (_, i) => {
    const at = long(32) + i * view.getUint16(54, true);
    return {
      type: view.getUint32(at, true),
      flags: view.getUint32(at + 4, true),
      offset: long(at + 8),
      address: long(at + 16),
      size: long(at + 32),
    };
  });
  const dynamic = segments.find((segment) => segment.type === PT_DYNAMIC);
  const tags = Array.from({ length: (dynamic?.size ?? 0) / 16 }, (_, i) => {
    const at = dynamic!.offset + 16 * i;
    return { tag: long(at), value: long(at + 8) };
  });
  return { type: view.getUint16(16, true), segments, tags };
}

function cString(file: Uint8Array, at: number): string {
  return new TextDecoder().decode(file.subarray(at, file.indexOf(0, at)));
}
