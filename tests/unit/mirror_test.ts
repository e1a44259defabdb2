import assert from "node:assert/strict";
import { type AptSource, resolveMirror } from "../../tasks/host/mirror.ts";

const list = (text: string): AptSource => ({ name: "sources.list", text });
const sources = (text: string): AptSource => ({ name: "debian.sources", text });
const DEFAULT = "http://ftp.debian.org/debian", SECURITY = "http://security.debian.org/debian-security";
const A = "http://a.example/debian", B = "https://b.example/debian";

/** Where a mirror can be named: option, variable, apt's files; and the addresses that follow. */
const CHOICES: [string, string | undefined, string | undefined, AptSource[], string, string, RegExp][] = [
  ["the option comes first", A, B, [list(`deb ${B} x main`)], A, `${A}-security`, /--mirror/],
  [
    "the variable comes next",
    undefined,
    A,
    [list(`deb ${B} x main`)],
    A,
    `${A}-security`,
    /BOOT2PODMAN_MIRROR/,
  ],
  ["apt's settings come next", undefined, undefined, [list(`deb ${B} x main`)], B, `${B}-security`, /apt/],
  ["the default comes last", undefined, undefined, [], DEFAULT, SECURITY, /default/],
  ["slashes at the end are dropped", `${A}//`, undefined, [], A, `${A}-security`, /--mirror/],
  [
    "an archive under another name is both",
    "http://a.example/x",
    "",
    [],
    "http://a.example/x",
    "http://a.example/x",
    /--mirror/,
  ],
  ["an empty variable is none", undefined, "", [], DEFAULT, SECURITY, /default/],
];

/** Apt's files, and the two addresses that are taken out of them. */
const APT: [string, AptSource, string, string][] = [
  ["a line", list(`deb ${A}/ trixie main\n`), A, `${A}-security`],
  ["a line with options", list(`deb [arch=amd64 signed-by=/k.asc] ${A} trixie main`), A, `${A}-security`],
  ["a security line", list(`deb ${A} x main\ndeb ${B}-security/ x main\n`), A, `${B}-security`],
  [
    "no comment, no source line, no disc",
    list(`# deb ${B} x\ndeb-src ${B} x\ndeb cdrom:[x]/debian x\n`),
    DEFAULT,
    SECURITY,
  ],
  ["no other distribution", list("deb http://a.example/ubuntu noble main"), DEFAULT, SECURITY],
  [
    "paragraphs",
    sources(`Types: deb deb-src\nURIs: ${A}/\nSuites: trixie\n\nTypes: deb\nURIs: ${B}-security\n`),
    A,
    `${B}-security`,
  ],
  [
    "no disabled paragraph",
    sources(`Types: deb\nEnabled: no\nURIs: ${B}\n\nTypes: deb\nURIs: ${A}\n`),
    A,
    `${A}-security`,
  ],
  ["no paragraph of sources", sources(`Types: deb-src\nURIs: ${B}\n`), DEFAULT, SECURITY],
  ["the first of two addresses", sources(`Types: deb\nURIs: ${A} ${B}\n`), A, `${A}-security`],
];

for (const [what, option, variable, apt, main, security, origin] of CHOICES) {
  Deno.test(`of the mirrors that are named, ${what}`, () => {
    const mirror = resolveMirror(option, variable, apt);
    assert.deepEqual([mirror.main, mirror.security], [main, security]);
    assert.match(mirror.origin, origin);
  });
}

for (const [what, source, main, security] of APT) {
  Deno.test(`what is taken from apt's settings: ${what}`, () => {
    const mirror = resolveMirror(undefined, undefined, [source]);
    assert.deepEqual([mirror.main, mirror.security], [main, security]);
  });
}

for (
  const address of ["a.example/debian", "ftp://a.example/debian", "http://", "file:///debian", "http://a b/"]
) {
  Deno.test(`a mirror "${address}" is refused, with who named it`, () => {
    for (
      const [option, variable, origin] of [[address, "", /--mirror/], [
        "",
        address,
        /BOOT2PODMAN_MIRROR/,
      ]] as const
    ) {
      assert.throws(() => resolveMirror(option, variable, []), {
        name: "Failure",
        message: origin,
        hint: /dists and pool/,
      });
    }
  });
}
