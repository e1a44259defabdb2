import assert from "node:assert/strict";
import { type Bill, debPurl, goPurl, goSource, idOf, timestamp, uuidOf } from "../../tasks/formats/bill.ts";
import { cyclonedxDocument } from "../../tasks/formats/cyclonedx.ts";
import { spdxDocument } from "../../tasks/formats/spdx.ts";

const HASH = "00112233445566778899aabbccddeeff".repeat(2);

Deno.test("package URLs", () => {
  assert.equal(
    debPurl("attr", "1:2.4.47-2+b1", "amd64", "trixie"),
    "pkg:deb/debian/attr@1:2.4.47-2%2Bb1?arch=amd64&distro=trixie",
  );
  assert.equal(
    goPurl("github.com/BurntSushi/toml", "v1.5.0"),
    "pkg:golang/github.com/burntsushi/toml@v1.5.0",
  );
  assert.equal(goPurl("a.org/b", "v2.0.0+incompatible"), "pkg:golang/a.org/b@v2.0.0%2Bincompatible");
});

const SOURCES: [string, string, string | undefined][] = [
  ["github.com/a/b", "v1.2.3", "git+https://github.com/a/b@v1.2.3"],
  ["github.com/a/b/v5", "v5.0.1", "git+https://github.com/a/b@v5.0.1"],
  ["github.com/a/b", "v2.0.0+incompatible", "git+https://github.com/a/b@v2.0.0"],
  ["github.com/a/b/c/v2", "v2.3.4", "git+https://github.com/a/b@c/v2.3.4#c"],
  ["github.com/a/b", "v0.0.0-20180116102854-5a71ef0e047d", "git+https://github.com/a/b@5a71ef0e047d"],
  ["github.com/a/b", "v0.1.1-0.20250829163521-178d10e67860", "git+https://github.com/a/b@178d10e67860"],
  ["golang.org/x/sys", "v0.1.0", undefined],
  ["stdlib", "1.26.1", undefined],
];

for (const [path, version, expected] of SOURCES) {
  Deno.test(`the source of the Go module ${path} ${version}`, () =>
    assert.equal(goSource(path, version), expected));
}

Deno.test("ids, UUIDs and times", () => {
  assert.equal(idOf("go", "a.org/B_c", "v1.0+x"), "go-a.org-B-c-v1.0-x");
  assert.equal(uuidOf(HASH), "00112233-4455-8677-8899-aabbccddeeff");
  assert.equal(timestamp(1_700_000_000), "2023-11-14T22:13:20Z");
});

const component = {
  type: "application" as const,
  licence: { expression: "MIT", texts: [] },
  files: [],
  contains: [],
  sources: [],
};
const BILL: Bill = {
  name: "image",
  version: "1",
  sha256: HASH,
  time: 0,
  components: [
    {
      ...component,
      id: "tool",
      name: "tool",
      version: "2",
      files: ["b", "a"].map((digit) => ({
        path: `/usr/bin/${digit}`,
        sha1: digit.repeat(40),
        sha256: digit.repeat(64),
        title: "the tool",
        extension: "tools",
      })),
      contains: ["module"],
      sources: ["source"],
    },
    {
      ...component,
      id: "module",
      name: "module",
      version: "3",
      licence: { expression: "NOASSERTION", texts: [] },
    },
    {
      ...component,
      type: "source",
      id: "source",
      name: "tool.tar",
      version: "2",
      url: "https://debian.example/tool.tar",
      licence: {
        expression: "LicenseRef-own",
        texts: [{ id: "LicenseRef-own", name: "own", text: "Be kind." }],
      },
    },
  ],
};

/** Values of any shape, to be looked into by a test. */
// deno-lint-ignore no-explicit-any
type Document = any;

Deno.test("SPDX: what contains what, and a code over all files", () => {
  const document: Document = spdxDocument(BILL);
  const relations = document.relationships.map((
    { spdxElementId: from, relationshipType: type, relatedSpdxElement: to }: Record<string, string>,
  ) => `${from} ${type} ${to}`.replaceAll("SPDXRef-", ""));
  assert.deepEqual(relations, [
    "DOCUMENT DESCRIBES Image",
    "Image CONTAINS tool",
    "tool STATIC_LINK module",
    "tool GENERATED_FROM source",
    "tool CONTAINS File-1",
    "tool CONTAINS File-2",
  ]);
  const [, tool, module] = document.packages;
  // With underscores, as the JSON schema of SPDX has them; the text of the standard has hyphens.
  assert.deepEqual(
    document.packages.map(({ primaryPackagePurpose: purpose }: Document) => purpose),
    ["OPERATING_SYSTEM", "APPLICATION", "APPLICATION", "SOURCE"],
  );
  // printf '%s%s' aaaa… bbbb… | sha1sum
  assert.equal(
    tool.packageVerificationCode.packageVerificationCodeValue,
    "c361e706434ebcd03e8857c6c8dd2786adaeb3ef",
  );
  assert.deepEqual([module.filesAnalyzed, module.licenseDeclared], [false, "NOASSERTION"]);
  assert.deepEqual(document.hasExtractedLicensingInfos, [
    { licenseId: "LicenseRef-own", name: "own", extractedText: "Be kind." },
  ]);
});

Deno.test("CycloneDX: files lie in their component, and what it was built from is a reference", () => {
  const { components, dependencies }: Document = cyclonedxDocument(BILL);
  assert.deepEqual(components.map(({ name }: Document) => name), ["tool", "module"]);
  const [tool, module] = components;
  assert.deepEqual(tool.components.map(({ name }: Document) => name), ["/usr/bin/b", "/usr/bin/a"]);
  assert.deepEqual(tool.externalReferences, [
    { type: "source-distribution", url: "https://debian.example/tool.tar" },
  ]);
  assert.deepEqual([tool.licenses, module.licenses], [[{ expression: "MIT" }], undefined]);
  assert.deepEqual(dependencies, [
    { ref: "image", dependsOn: ["tool"] },
    { ref: "tool", dependsOn: ["module"] },
    { ref: "module" },
  ]);
});
