import assert from "node:assert/strict";
import { type GoBuild, readBuildInfo } from "../../tasks/formats/buildinfo.ts";
import { bytes, elf, joined, sectionElf } from "./make.ts";

/** What Go's linker writes into .go.buildinfo: a header of 32 bytes, then two strings with their lengths before them. */
function buildInfo(toolchain: string, lines: string[], flags = 2): Uint8Array {
  const header = new Uint8Array(32);
  header.set([0xff, ...bytes(" Go buildinf:"), 8, flags]);
  const list = lines.length ? [new Uint8Array(16), bytes(lines.join("\n") + "\n"), new Uint8Array(16)] : [];
  return joined([header, withLength(bytes(toolchain)), withLength(joined(list))]);
}

function withLength(data: Uint8Array): Uint8Array {
  const length: number[] = [];
  for (let rest = data.length; length.length === 0 || rest > 0; rest >>= 7) {
    length.push(rest & 0x7f | (rest > 0x7f ? 0x80 : 0));
  }
  return joined([new Uint8Array(length), data]);
}

const go = (...args: Parameters<typeof buildInfo>) => sectionElf(".go.buildinfo", buildInfo(...args));

const many = Array.from({ length: 300 }, (_, i) => ({ path: `example.org/m${i}`, version: `v1.${i}.0` }));

const CASES: [string, Uint8Array, GoBuild | undefined][] = [
  [
    "a program with a module, and what stands in the place of another",
    go("go1.26.1", [
      "path\texample.org/tool/cmd/tool",
      "mod\texample.org/tool\t(devel)\t",
      "dep\texample.org/a\tv1.2.3\th1:aaaa=",
      "dep\texample.org/b\tv0.1.0",
      "=>\t./b\t(devel)\t",
      "dep\texample.org/c\tv2.0.0",
      "=>\texample.org/fork\tv2.0.1\th1:cccc=",
      "build\t-trimpath=true",
    ]),
    {
      toolchain: "go1.26.1",
      path: "example.org/tool/cmd/tool",
      main: { path: "example.org/tool", version: "(devel)" },
      modules: [
        { path: "example.org/a", version: "v1.2.3", sum: "h1:aaaa=" },
        { path: "example.org/b", version: "v0.1.0", replacedBy: { path: "./b", version: "(devel)" } },
        {
          path: "example.org/c",
          version: "v2.0.0",
          replacedBy: { path: "example.org/fork", version: "v2.0.1", sum: "h1:cccc=" },
        },
      ],
    },
  ],
  [
    "a list that is longer than seven bits can say",
    go("go1.18", ["path\tx", ...many.map(({ path, version }) => `dep\t${path}\t${version}`)]),
    { toolchain: "go1.18", path: "x", modules: many },
  ],
  ["a program built without modules", go("go1.24.4", ["path\tx", "build\tCGO_ENABLED=1"]), {
    toolchain: "go1.24.4",
    path: "x",
    modules: [],
  }],
  ["a program without a list", go("go1.24.4", []), { toolchain: "go1.24.4", path: "", modules: [] }],
  ["a program of Go before 1.18, which has pointers there", go("", [], 0), undefined],
  ["a section with other content", sectionElf(".go.buildinfo", new Uint8Array(64)), undefined],
  [
    "a section that is cut short",
    sectionElf(".go.buildinfo", buildInfo("go1.26", []).subarray(0, 20)),
    undefined,
  ],
  ["a program in another language", elf({ needed: ["libc.so.6"] }), undefined],
  ["a program with other sections", sectionElf(".modinfo", bytes("a=b\0")), undefined],
  ["a script", bytes(`#!/bin/sh\n${"echo hello\n".repeat(10)}`), undefined],
];

for (const [title, file, expected] of CASES) {
  Deno.test(`the modules of ${title}`, () => assert.deepEqual(readBuildInfo(file), expected));
}
