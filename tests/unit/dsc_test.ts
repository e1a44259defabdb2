import assert from "node:assert/strict";
import { dscText, isUpstreamOnly, upstreamOnly } from "../../tasks/formats/dsc.ts";
import type { SourcePackage } from "../../tasks/formats/package.ts";

const source = (...names: string[]): SourcePackage => ({
  name: "hello",
  version: "1.0-1",
  suite: "trixie",
  archive: "main",
  directory: "pool/hello",
  files: names.map((name, i) => ({ name, size: 10 + i, sha256: `${i}`.repeat(64) })),
});

const QUILT = [
  "hello_1.0-1.dsc",
  "hello_1.0.orig.tar.gz",
  "hello_1.0.orig.tar.gz.asc",
  "hello_1.0-1.debian.tar.xz",
];

Deno.test("what dpkg-source reads of a source package comes from the index", () => {
  const md5 = new Map([[QUILT[1], "a".repeat(32)], [QUILT[3], "b".repeat(32)]]);
  assert.equal(
    dscText(source(...QUILT), md5),
    `Format: 3.0 (quilt)
Source: hello
Version: 1.0-1
Checksums-Sha256:
 ${"1".repeat(64)} 11 hello_1.0.orig.tar.gz
 ${"3".repeat(64)} 13 hello_1.0-1.debian.tar.xz
Files:
 ${"a".repeat(32)} 11 hello_1.0.orig.tar.gz
 ${"b".repeat(32)} 13 hello_1.0-1.debian.tar.xz
`,
  );
});

for (
  const [format, ...names] of [
    ["3.0 (quilt)", "a_1.orig.tar.xz", "a_1.orig-data.tar.xz", "a_1-1.debian.tar.xz"],
    ["1.0", "a_1.orig.tar.gz", "a_1-1.diff.gz"],
    ["3.0 (native)", "a_1.tar.xz"],
  ]
) {
  Deno.test(`${names.join(" and ")} are of the format ${format}`, () => {
    assert.ok(dscText(source(...names), new Map()).startsWith(`Format: ${format}\n`));
  });
}

Deno.test("upstream's part of a source package is its archives", () => {
  const upstream = upstreamOnly(source(...QUILT));
  assert.deepEqual(upstream.files.map(({ name }) => name), ["hello_1.0.orig.tar.gz"]);
  assert.deepEqual([isUpstreamOnly(upstream), isUpstreamOnly(source(...QUILT))], [true, false]);
});
