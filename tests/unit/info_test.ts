import assert from "node:assert/strict";
import { depText, humanSize, infoText, listText, treeText } from "../../tasks/formats/info.ts";

const INFO = {
  name: "podman",
  summary: "Runs containers",
  version: "5.4.2",
  depends: ["crun", "netavark"],
  size: 12_900_000,
  paths: ["usr/bin/podman"],
};

Deno.test("the .info file has Tiny Core's fields in their order, their values in one column", () => {
  const lines = infoText(INFO).trimEnd().split("\n");
  assert.deepEqual(lines.map((line) => line.split(":")[0]), [
    ..."Title Description Version Author Original-site Copying-policy Size Extension_by".split(" "),
    ..."Tags Comments Change-log Current".split(" "),
  ]);
  for (const line of ["Title:          podman.tcz", "Version:        5.4.2", "Size:           12.3M"]) {
    assert.ok(lines.includes(line), line);
  }
  assert.ok(lines.every((line) => line === line.trimEnd()));
});

Deno.test("the .dep file names one extension a line, the .list file one path", () => {
  assert.equal(depText(INFO.depends), "crun.tcz\nnetavark.tcz\n");
  assert.equal(listText(INFO.paths), "usr/bin/podman\n");
  assert.deepEqual([depText([]), listText([])], ["", ""]);
});

Deno.test("the .tree file shows what needs what, three spaces a level", () => {
  const depends = new Map([["buildah", ["podman", "git"]], ["podman", ["crun"]]]);
  assert.equal(treeText("buildah", depends), "buildah.tcz\n   podman.tcz\n      crun.tcz\n   git.tcz\n");
});

const SIZES: [number, string][] = [
  [0, "0.0K"],
  [4096, "4.0K"],
  [1024 ** 2 - 1, "1024.0K"],
  [1024 ** 2, "1.0M"],
  [31.26 * 1024 ** 2, "31.3M"],
];

for (const [bytes, text] of SIZES) {
  Deno.test(`${bytes} bytes are ${text}`, () => assert.equal(humanSize(bytes), text));
}
