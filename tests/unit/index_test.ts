import assert from "node:assert/strict";
import { parseParagraphs } from "../../tasks/formats/deb822.ts";
import { indexText, PackageIndex } from "../../tasks/formats/index.ts";
import { bytes } from "./make.ts";

const TEXT = `Package: podman
Source: libpod (5.4-1)
Version: 5.4-1+b1
Architecture: amd64
Filename: pool/p/podman.deb
Size: 123
Installed-Size: 456
SHA256: abc
Section: admin
Pre-Depends: init-system-helpers
Depends: libc6 (>= 2.38),
 conmon | crun
Provides: container-engine (= 5), oci

Package: podman
Version: 5.3-1

Package: podman-docker
Version: 5.4-1
Provides: container-engine
Section: contrib/admin

Package: a
Version: 1

Package: libstdc++6
Version: 14
Source: gcc-14
`;

const open = (text: string) => new PackageIndex(bytes(indexText(parseParagraphs(text))), "trixie", "main");

Deno.test("a package is found with all that the archive says of it", () => {
  assert.deepEqual(open(TEXT).find("podman").find(({ version }) => version === "5.4-1+b1"), {
    name: "podman",
    version: "5.4-1+b1",
    architecture: "amd64",
    suite: "trixie",
    archive: "main",
    filename: "pool/p/podman.deb",
    size: 123,
    installedSize: 456,
    sha256: "abc",
    section: "admin",
    source: "libpod 5.4-1",
    depends: ["init-system-helpers, libc6 (>= 2.38), conmon | crun"],
  });
});

/** How many packages there are of a name, and who provides it. */
const NAMES: [string, number, string[]][] = [
  ["podman", 2, []],
  ["podman-docker", 1, []],
  ["a", 1, []],
  ["libstdc++6", 1, []],
  ["container-engine", 0, ["podman", "podman-docker"]],
  ["oci", 0, ["podman"]],
  ["pod", 0, []],
  ["podman-", 0, []],
  ["", 0, []],
  ["zzz", 0, []],
  ["A", 0, []],
];

for (const [name, count, providers] of NAMES) {
  Deno.test(`of "${name}" there are ${count} packages, and ${providers.length} provide it`, () => {
    const index = open(TEXT);
    assert.deepEqual([index.find(name).length, index.providers(name)], [count, providers]);
  });
}

const SOURCES: [string, string][] = [
  ["podman-docker", "podman-docker 5.4-1"],
  ["libstdc++6", "gcc-14 14"],
];

for (const [name, source] of SOURCES) {
  Deno.test(`the source of ${name} is ${source}`, () => {
    assert.equal(open(TEXT).find(name)[0].source, source);
  });
}

Deno.test("the section is named without the area that it is in", () => {
  assert.equal(open(TEXT).find("podman-docker")[0].section, "admin");
});

Deno.test("each of many packages is found, wherever it stands", () => {
  const names = Array.from({ length: 500 }, (_, i) => `${"xyz"[i % 3]}-${i * 7919 % 500}`);
  const index = open(names.map((name) => `Package: ${name}\nVersion: 1-${name}\n`).join("\n"));
  for (const name of names) assert.equal(index.find(name)[0]?.version, `1-${name}`);
});

Deno.test("an index without packages has none", () => {
  assert.deepEqual([open("").find("a"), open("").providers("a")], [[], []]);
});
