import assert from "node:assert/strict";
import { readElf, softSpots } from "../../tasks/formats/elf.ts";
import { bytes, elf, moduleElf } from "./make.ts";

const CASES: [string, Uint8Array, ReturnType<typeof readElf>][] = [
  ["a program", elf({ needed: ["libc.so.6", "libm.so.6"], interpreter: "/lib64/ld-linux.so.2" }), {
    needed: ["libc.so.6", "libm.so.6"],
    interpreter: "/lib64/ld-linux.so.2",
  }],
  ["a library", elf({ needed: ["libc.so.6"], soname: "libz.so.1" }), {
    needed: ["libc.so.6"],
    soname: "libz.so.1",
  }],
  ["one that needs nothing", elf({}), { needed: [] }],
  ["a kernel module, which has sections alone", moduleElf(["license=GPL"]), { needed: [] }],
  ["a script", bytes(`#!/bin/sh\n${"echo hello\n".repeat(10)}`), undefined],
  ["an empty file", new Uint8Array(), undefined],
  ["the beginning of one", elf({}).subarray(0, 40), undefined],
  ["a 32-bit one", elf({}).with(4, 1), undefined],
  ["a big-endian one", elf({}).with(5, 2), undefined],
];

for (const [title, file, expected] of CASES) {
  Deno.test(`what ${title} needs`, () => assert.deepEqual(readElf(file), expected));
}

Deno.test("an ELF file is read where it lies in a larger buffer", () => {
  const file = elf({ needed: ["libc.so.6"] });
  const buffer = new Uint8Array(file.length + 13);
  buffer.set(file, 13);
  assert.deepEqual(readElf(buffer.subarray(13)), { needed: ["libc.so.6"] });
});

const STACK = 0x6474e551, RELRO = 0x6474e552;

/** A program that lacks nothing, as type, segments with their flags, and tags. */
const HARD = {
  type: 3,
  more: [[STACK, 6], [RELRO, 4]] as [number, number][],
  tags: [[30, 8]] as [number, number][],
};

const SOFT: [string, Partial<typeof HARD>, string[]][] = [
  ["that lacks nothing", {}, []],
  ["whose tables are filled at the start, by the other name of it", { tags: [[0x6ffffffb, 0x8000001]] }, []],
  ["that lies at one address", { type: 2 }, ["PIE"]],
  ["whose tables can be written", { more: [[STACK, 6]] }, ["RELRO"]],
  ["whose tables are filled late", { tags: [] }, ["BIND_NOW"]],
  ["whose tables are filled late, by both names", { tags: [[30, 2], [0x6ffffffb, 0x8000000]] }, ["BIND_NOW"]],
  ["whose stack is executed", { more: [[STACK, 7], [RELRO, 4]] }, ["NX"]],
  ["that does not say what its stack is", { more: [[RELRO, 4]] }, ["NX"]],
];

for (const [title, change, lack] of SOFT) {
  Deno.test(`a program ${title} lacks ${lack.join() || "no hardening"}`, () => {
    assert.deepEqual(softSpots(elf({ ...HARD, ...change })), lack);
  });
}

Deno.test("nobody asks a script for hardening", () => assert.deepEqual(softSpots(bytes("#!/bin/sh\n")), []));
