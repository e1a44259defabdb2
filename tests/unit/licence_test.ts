import assert from "node:assert/strict";
import parse from "spdx-expression-parse";
import { debianLicence, identifier, textLicence } from "../../tasks/formats/licence.ts";

const NAMES: [string, string | undefined][] = [
  ["GPL-2", "GPL-2.0-only"],
  ["GPL-2+", "GPL-2.0-or-later"],
  ["GPL-3.0-or-later", "GPL-3.0-or-later"],
  ["LGPL-2.1+", "LGPL-2.1-or-later"],
  ["AGPL-3", "AGPL-3.0-only"],
  ["GFDL-1.3+", "GFDL-1.3-or-later"],
  ["LGPL", "LGPL-2.0-or-later"],
  ["Expat", "MIT"],
  ["expat", "MIT"],
  ["Apache-2", "Apache-2.0"],
  ["BSD-3-clause", "BSD-3-Clause"],
  ["zlib", "Zlib"],
  ["GPL-3+ with Bison exception", "GPL-3.0-or-later WITH Bison-exception-2.2"],
  ["GPL-3 with OpenSSL-xxhash exception", undefined],
  ["public-domain", undefined],
  ["constructor", undefined],
  ["BSD-3-clause-author", undefined],
];

for (const [name, id] of NAMES) {
  Deno.test(`SPDX calls ${name} ${id ?? "nothing"}`, () => {
    assert.equal(identifier(name), id);
    if (id) parse(id);
  });
}

const FORMAT = "Format: https://www.debian.org/doc/packaging-manuals/copyright-format/1.0/\n";
const paragraph = (licence: string, files = "*") =>
  `\nFiles: ${files}\nCopyright: somebody\nLicense: ${licence}\n`;

const EXPRESSIONS: [string, string, string][] = [
  ["one licence", paragraph("Expat"), "MIT"],
  ["several, each once", paragraph("ISC") + paragraph("Expat") + paragraph("ISC", "b"), "ISC AND MIT"],
  ["a choice", paragraph("Apache-2.0 or MIT"), "Apache-2.0 OR MIT"],
  [
    "a choice among others",
    paragraph("GPL-2+ or Expat") + paragraph("ISC"),
    "(GPL-2.0-or-later OR MIT) AND ISC",
  ],
  ["and before or", paragraph("Expat or ISC and Zlib"), "(MIT OR (ISC AND Zlib))"],
  ["a comma", paragraph("Expat or ISC, and Zlib"), "(MIT OR ISC) AND Zlib"],
  ["the packaging, which is in no binary", paragraph("ISC") + paragraph("GPL-3+", "debian/*"), "ISC"],
];

for (const [title, text, expected] of EXPRESSIONS) {
  Deno.test(`a copyright file with ${title}`, () => {
    const { expression, texts } = debianLicence(FORMAT + text, "tool");
    assert.deepEqual([expression, texts], [expected, []]);
    parse(expression);
  });
}

Deno.test("a licence that SPDX does not know is quoted, under a name that goes with its text", () => {
  const licence = (text: string) =>
    debianLicence(`${FORMAT}${paragraph("own")}\nLicense: own\n ${text}\n .\n As it is.\n`, "tool");
  const { expression, texts } = licence("Do what you like.");
  assert.match(expression, /^LicenseRef-own-[0-9a-f]{8}$/);
  assert.deepEqual(texts, [{ id: expression, name: "own", text: "Do what you like.\n\nAs it is." }]);
  assert.equal(licence("Do what you like.").expression, expression);
  assert.notEqual(licence("Do nothing.").expression, expression);
  parse(expression);
});

Deno.test("a copyright file that is prose is quoted whole", () => {
  const { expression, texts } = debianLicence("It may be copied.\n", "old tool");
  assert.match(expression, /^LicenseRef-old-tool-[0-9a-f]{8}$/);
  assert.equal(texts[0].text, "It may be copied.");
});

const TEXTS: [string, string][] = [
  ["Apache License\n  Version 2.0, January 2004", "Apache-2.0"],
  ["Permission is hereby granted, free of\ncharge, to any person", "MIT"],
  ["Redistribution and use … Redistributions in binary form … Neither the name of Google", "BSD-3-Clause"],
  ["Redistribution and use … Redistributions in binary form …", "BSD-2-Clause"],
  ["This is free and unencumbered software released into the public domain.", "Unlicense"],
  ["Mozilla Public License, version 2.0", "MPL-2.0"],
  ["Permission to use, copy, modify, and distribute this software for any purpose", "ISC"],
];

for (const [text, id] of TEXTS) {
  Deno.test(`the text of ${id} is known`, () => assert.equal(textLicence(text, "tool").expression, id));
}

Deno.test("a text that is not known is quoted", () => {
  assert.match(textLicence("Be kind.", "example.org/tool").expression, /^LicenseRef-example.org-tool-/);
});
