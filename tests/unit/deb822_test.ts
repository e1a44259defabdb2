import assert from "node:assert/strict";
import { parseParagraph, parseParagraphs, parseRelations } from "../../tasks/formats/deb822.ts";

const PARAGRAPHS: [string, string, Record<string, string>][] = [
  ["fields without the spaces around them", "A:  b c \nD:e\n", { A: "b c", D: "e" }],
  ["values with colons", "Homepage: https://example.org:80/\n", { Homepage: "https://example.org:80/" }],
  ["further lines, but for their first space", "A:\n one\n\ttwo\n  three\n", { A: "\none\ntwo\n three" }],
  ["a further line that looks like a field", "A: b\n C: d\n", { A: "b\nC: d" }],
  ["empty fields", "A:\nB: c\n", { A: "", B: "c" }],
  ["no comments", "A: b\n# C: d\n e\n", { A: "b\ne" }],
  ["the last of two of a name", "A: b\nA: c\n", { A: "c" }],
  ["a text without an end of line", "A: b", { A: "b" }],
];

for (const [what, text, fields] of PARAGRAPHS) {
  Deno.test(`a paragraph has ${what}`, () => {
    assert.deepEqual(Object.fromEntries(parseParagraph(text)), fields);
  });
}

/** Each text holds the packages a and b. */
const FILES: [string, string][] = [
  ["an empty line", "Package: a\n\nPackage: b\n"],
  ["many empty lines, also at the ends", "\n\nPackage: a\n\n\n\nPackage: b\n\n\n"],
  ["a line of spaces", "Package: a\n \t \nPackage: b"],
];

for (const [what, text] of FILES) {
  Deno.test(`paragraphs are divided by ${what}`, () => {
    assert.deepEqual(parseParagraphs(text).map((fields) => fields.get("Package")), ["a", "b"]);
  });
}

Deno.test("a file without paragraphs has none", () => {
  assert.deepEqual([parseParagraphs(""), parseParagraphs("\n \n\n")], [[], []]);
});

const RELATIONS: [string, string[][]][] = [
  ["", []],
  ["libc6", [["libc6"]]],
  ["libc6 (>= 2.36), perl:any", [["libc6"], ["perl"]]],
  ["mawk | gawk (>> 1), libgcc-s1", [["mawk", "gawk"], ["libgcc-s1"]]],
  ["libc6(>= 2), a [amd64 !i386] <!nocheck>", [["libc6"], ["a"]]],
  ["a,\n b ,, c", [["a"], ["b"], ["c"]]],
  ["g++ (= 4:14), libstdc++6", [["g++"], ["libstdc++6"]]],
];

for (const [field, names] of RELATIONS) {
  Deno.test(`the names in ${JSON.stringify(field)} are found`, () => {
    assert.deepEqual(parseRelations(field), names);
  });
}
