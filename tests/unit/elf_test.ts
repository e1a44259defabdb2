import assert from "node:assert/strict";
import { readElf } from "../../tasks/formats/elf.ts";
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
