import assert from "node:assert/strict";
import { goModChanges, lineChanges } from "../../tasks/formats/changes.ts";
import { directRequirements, requirements } from "../../tasks/formats/gomod.ts";
import { compareGoVersions, newerVersions, toolchainReleases } from "../../tasks/formats/goversion.ts";
import { fixFor, type OsvEntry, type OsvEvent, suspects } from "../../tasks/formats/osv.ts";
import { goRefusal } from "../../tasks/host/goproxy.ts";

/** Versions from old to new, as golang.org/x/mod/semver sorts them. */
const SORTED = [
  "v0.0.0-20160714141033-fba169763ea6",
  "v0.0.0-20250102033503-faa5f7b0171c",
  "v0.0.0",
  "v0.9.0",
  "v0.10.0",
  "v1.0.0-alpha",
  "v1.0.0-alpha.1",
  "v1.0.0-alpha.beta",
  "v1.0.0-beta.2",
  "v1.0.0-beta.11",
  "v1.0.0-rc.1",
  "v1.0.0-rc.1.0.20250829163521-178d10e67860",
  "v1.0.0",
  "v1.0.1-0.20250829163521-178d10e67860",
  "v1.0.1-0.20250830163521-078d10e67860",
  "v1.0.1",
  "v28.5.1+incompatible",
];

Deno.test("Go's versions in their order: each against each", () => {
  for (const [i, one] of SORTED.entries()) {
    for (const [j, other] of SORTED.entries()) {
      assert.equal(Math.sign(compareGoVersions(one, other)), Math.sign(i - j), `${one}, ${other}`);
    }
  }
  assert.equal(compareGoVersions("1.26.11", "v1.26.11"), 0);
  assert.equal(compareGoVersions("v2.8.3+incompatible", "v2.8.3"), 0);
  assert.equal(compareGoVersions("1.20", "1.20.0"), 0);
});

const NEWER: [string, string[], string, string[]][] = [
  ["the newest comes first", ["v1.9.0", "v1.10.0", "v1.8.0", "v1.7.0"], "v1.8.0", ["v1.10.0", "v1.9.0"]],
  ["no pre-release for a release", ["v1.1.0-rc.1", "v1.0.1"], "v1.0.0", ["v1.0.1"]],
  [
    "pre-releases for one",
    ["v1.0.0-rc.1", "v1.0.0-rc.2", "v1.0.0"],
    "v1.0.0-rc.1",
    ["v1.0.0", "v1.0.0-rc.2"],
  ],
  ["a release for a pseudo-version", ["v0.1.0"], "v0.0.0-20250102033503-faa5f7b0171c", ["v0.1.0"]],
  ["a pseudo-version may be newer than all", ["v0.1.0"], "v0.1.1-0.20250102033503-faa5f7b0171c", []],
  ["incompatible stays apart", ["v2.0.0+incompatible", "v1.1.0"], "v1.0.0", ["v1.1.0"]],
  ["and by itself", ["v2.0.0+incompatible", "v1.1.0"], "v1.0.0+incompatible", ["v2.0.0+incompatible"]],
  ["nothing for the newest", ["v1.0.0"], "v1.0.0", []],
];

for (const [title, versions, ours, newer] of NEWER) {
  Deno.test(`newer versions: ${title}`, () => assert.deepEqual(newerVersions(versions, ours), newer));
}

Deno.test("releases of Go among its archives", () => {
  const versions = ["1.26.11.linux-amd64", "1.27rc1.linux-amd64", "1.27.0.linux-arm64", "1.9.linux-amd64"];
  const names = versions.map((version) => `v0.0.1-go${version}`);
  assert.deepEqual(toolchainReleases(names, "amd64"), ["1.26.11", "1.9"]);
  assert.deepEqual(toolchainReleases(names, "arm64"), ["1.27.0"]);
});

const MOD = `module a

go 1.24

require b.test/b v1.0.0

require (
\tc.test/c/v2 v2.0.0
\td.test/d v0.1.0 // indirect
)
`;

Deno.test("what a go.mod requires for itself, and what for others", () => {
  assert.deepEqual([...directRequirements(MOD)], [["b.test/b", "v1.0.0"], ["c.test/c/v2", "v2.0.0"]]);
  assert.equal(requirements(MOD).size, 3);
});

Deno.test("how lines change, wherever they stand", () => {
  assert.deepEqual(lineChanges("a\nb\n\nc\n", "c\n  a\n\n\nd\n"), { added: ["d"], removed: ["b"] });
  assert.deepEqual(lineChanges("", "a\n"), { added: ["a"], removed: [] });
  const after = MOD.replace("go 1.24", "go 1.25").replace("b v1.0.0", "b v1.1.0").replace(
    "d v0.1.0",
    "d v0.2.0",
  );
  assert.deepEqual(goModChanges(MOD, after), {
    direct: {
      added: ["go 1.25", "require b.test/b v1.1.0"],
      removed: ["go 1.24", "require b.test/b v1.0.0"],
    },
    indirect: { added: ["d.test/d v0.2.0 // indirect"], removed: ["d.test/d v0.1.0 // indirect"] },
  });
});

function entry(...events: OsvEvent[]): OsvEntry {
  return { id: "GO-1", affected: [{ package: { name: "m" }, ranges: [{ type: "SEMVER", events }] }] };
}

const TWICE = entry({ introduced: "0" }, { fixed: "1.25.8" }, { introduced: "1.26.0-0" }, {
  fixed: "1.26.1",
});

const FIXES: [string, OsvEntry, string, string | undefined][] = [
  ["from the beginning on", entry({ introduced: "0" }, { fixed: "1.2.0" }), "v1.1.9", "1.2.0"],
  ["the fixed version", entry({ introduced: "0" }, { fixed: "1.2.0" }), "v1.2.0", undefined],
  ["an early pseudo-version", entry({ introduced: "0" }), "v0.0.0-20160714141033-fba169763ea6", ""],
  ["before it came", entry({ introduced: "1.1.0" }), "v1.0.9", undefined],
  ["as it came", entry({ introduced: "1.1.0" }), "v1.1.0", ""],
  ["the first stretch", TWICE, "1.25.7", "1.25.8"],
  ["between stretches", TWICE, "1.25.9", undefined],
  ["a release candidate of the second", TWICE, "1.26.0-rc.1", "1.26.1"],
  ["the second stretch", TWICE, "1.26.0", "1.26.1"],
  ["after both", TWICE, "1.26.11", undefined],
  ["events in any order", entry({ fixed: "1.2.0" }, { introduced: "1.0.0" }), "v1.1.0", "1.2.0"],
  [
    "what is incompatible",
    entry({ introduced: "0" }, { fixed: "28.5.2+incompatible" }),
    "v28.5.1+incompatible",
    "28.5.2+incompatible",
  ],
  ["no range", { id: "GO-1", affected: [{ package: { name: "m" } }] }, "v1.0.0", ""],
  ["another module", { id: "GO-1", affected: [{ package: { name: "n" } }] }, "v1.0.0", undefined],
  ["withdrawn", { ...entry({ introduced: "0" }), withdrawn: "2030-01-01T00:00:00Z" }, "v1.0.0", undefined],
];

for (const [title, osv, version, fixed] of FIXES) {
  Deno.test(`vulnerabilities: ${title}, ${version}`, () => assert.equal(fixFor(osv, "m", version), fixed));
}

Deno.test("the index rules out what a later version fixed, and nothing else", () => {
  const vulns = [{ id: "GO-1", fixed: "1.0.0" }, { id: "GO-2", fixed: "1.0.1" }, { id: "GO-3" }];
  assert.deepEqual(suspects({ path: "m", vulns }, "v1.0.0"), ["GO-2", "GO-3"]);
});

/** What the go command says, and what it comes to. */
const SAID: [string, string | undefined][] = [
  [
    "go: a.test/b/v5@v5.8.7: reading https://proxy.test/a.test/b/v5/@v/v5.8.7.zip: 403 Forbidden\n  server response: no",
    "a.test/b/v5@v5.8.7 is not served",
  ],
  ["go: module a.test/b: reading https://proxy.test/a.test/b/@v/list: 404 Not Found", "it is not served"],
  ["go: a.test/b@v9.9.9: invalid version: unknown revision v9.9.9", "a.test/b@v9.9.9 is not served"],
  [
    'go: a.test/b@v1.2.0: unrecognized import path "a.test/b": https fetch: Get "https://a.test/b": dial tcp: no such host',
    "a.test/b@v1.2.0 is not served",
  ],
  [
    "go: a.test/b@v1.2.0 requires go >= 1.27.0 (running go 1.26.11; GOTOOLCHAIN=local)",
    "it needs Go 1.27.0",
  ],
  [
    "a.test/b/c: module a.test/b@latest found (v1.2.0), but does not contain package a.test/b/c",
    "there is no package a.test/b/c any more",
  ],
  ['go: a.test/b@v1.0.0: Get "http://127.0.0.1:9/a": dial tcp 127.0.0.1:9: connection refused', undefined],
  ["verifying a.test/b@v1.0.0: checksum mismatch\n SECURITY ERROR", undefined],
  ["go: reading https://proxy.test/a.test/b/@v/list: 502 Bad Gateway", undefined],
];

for (const [said, reason] of SAID) {
  Deno.test(`the go command says ${said.slice(0, 60)}`, () => assert.equal(goRefusal(said), reason));
}
