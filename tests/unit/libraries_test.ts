import assert from "node:assert/strict";
import { architecture } from "../../tasks/formats/architecture.ts";
import type { Entry } from "../../tasks/formats/tar.ts";
import { file, type OwnedEntry, symlink } from "../../tasks/formats/tree.ts";
import { findLibraries } from "../../tasks/stages/libraries.ts";
import { elf } from "./make.ts";

const MACHINE = architecture("amd64");
const LIB = `/usr/lib/${MACHINE.triplet}`;
const library = (name: string, ...needed: string[]) => file(`${LIB}/${name}`, elf({ needed, soname: name }));
const LINKER = file(MACHINE.linker, elf({}));

/** Paths below the folder of libraries, the linker left out; it is always there. */
function found(needs: string[], ...candidates: Entry[]): string[] {
  const owned: OwnedEntry[] = [LINKER, ...candidates].map((entry) => ({ ...entry, origin: { title: "x" } }));
  const paths = findLibraries(needs, owned, MACHINE).map(({ path }) => path);
  assert.ok(paths.includes(MACHINE.linker), "the dynamic linker comes along");
  return paths.filter((path) => path !== MACHINE.linker).map((path) => path.replace(`${LIB}/`, "")).sort();
}

const CLOSURES: [string, string[], Entry[], string[]][] = [
  ["nothing", [], [library("libc.so.6")], []],
  [
    "what is needed in turn, and nothing else",
    ["a.so"],
    [library("a.so", "b.so"), library("b.so", "c.so"), library("c.so"), library("d.so")],
    ["a.so", "b.so", "c.so"],
  ],
  ["each once", ["a.so", "b.so", "a.so"], [library("a.so", "b.so"), library("b.so")], ["a.so", "b.so"]],
  [
    "two that need each other",
    ["a.so"],
    [library("a.so", "b.so"), library("b.so", "a.so")],
    ["a.so", "b.so"],
  ],
  [
    "a link, where it leads to, and what that needs",
    ["libz.so.1"],
    [symlink(`${LIB}/libz.so.1`, "libz.so.1.3"), library("libz.so.1.3", "libc.so.6"), library("libc.so.6")],
    ["libc.so.6", "libz.so.1", "libz.so.1.3"],
  ],
  [
    "links of links, one absolute, one with letters of C++",
    ["a.so"],
    [
      symlink(`${LIB}/a.so`, `${LIB}/sub/b.so`),
      symlink(`${LIB}/sub/b.so`, "../libstdc++.so.6"),
      library("libstdc++.so.6"),
    ],
    ["a.so", "libstdc++.so.6", "sub/b.so"],
  ],
  ["a path that is a path", ["/opt/x.so"], [file("/opt/x.so", elf({}))], ["/opt/x.so"]],
  [
    "the folder of the architecture first",
    ["a.so"],
    [file("/usr/lib/a.so", elf({})), library("a.so")],
    ["a.so"],
  ],
  ["the common folder else", ["a.so"], [file("/usr/lib/a.so", elf({}))], ["/usr/lib/a.so"]],
  ["a file that is no ELF, a linker script say", ["a.so"], [file(`${LIB}/a.so`, "GROUP(b.so)")], ["a.so"]],
];

for (const [title, needs, candidates, expected] of CLOSURES) {
  Deno.test(`libraries: ${title}`, () => assert.deepEqual(found(needs, ...candidates), expected));
}

const ABSENT: [string, Entry[], RegExp][] = [
  ["is nowhere", [], /No package .* has the library a\.so/],
  ["needs what is nowhere", [library("a.so", "gone.so")], /has the library gone\.so/],
  ["leads nowhere", [symlink(`${LIB}/a.so`, "gone.so")], /a\.so is a link that leads nowhere/],
  ["leads to itself", [symlink(`${LIB}/a.so`, "a.so")], /a\.so is a link that leads nowhere/],
];

for (const [title, candidates, message] of ABSENT) {
  Deno.test(`a library that ${title} is told`, () => {
    assert.throws(() => found(["a.so"], ...candidates), { name: "Failure", message });
  });
}
