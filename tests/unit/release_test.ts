import assert from "node:assert/strict";
import { checkRelease, parseRelease, signedText, verifyRelease } from "../../tasks/host/release.ts";

const TEXT = `Origin: Debian
Codename: trixie
Date: Sat, 07 Mar 2026 10:17:00 UTC
Valid-Until: Sat, 14 Mar 2026 10:17:00 UTC
Acquire-By-Hash: yes
MD5Sum:
 0123 99 main/binary-amd64/Packages.xz
SHA256:
 abcd     1234 main/binary-amd64/Packages.xz
 ef01        0 main/binary-all/Packages
`;
const NOW = new Date("2026-03-10T12:00:00Z");

Deno.test("a Release file says what it is, of when, and which indexes there are", () => {
  assert.deepEqual(parseRelease(TEXT), {
    codename: "trixie",
    date: new Date("2026-03-07T10:17:00Z"),
    validUntil: new Date("2026-03-14T10:17:00Z"),
    byHash: true,
    files: new Map([
      ["main/binary-amd64/Packages.xz", { size: 1234, sha256: "abcd" }],
      ["main/binary-all/Packages", { size: 0, sha256: "ef01" }],
    ]),
  });
});

Deno.test("a Release file without an end and without hashes says so", () => {
  const release = parseRelease("Codename: sid\nDate: Sat, 07 Mar 2026 10:17:00 UTC\nAcquire-By-Hash: no\n");
  assert.deepEqual([release.validUntil, release.byHash, release.files.size], [undefined, false, 0]);
});

const changed = (from: string, to: string) => parseRelease(TEXT.replace(from, to));
const release = parseRelease(TEXT);

/** Releases, what time it is, and what is said of them; nothing where they are as they should be. */
const TIMES: [string, typeof release, Date, RegExp | null][] = [
  ["of now is taken", release, NOW, null],
  ["is taken until its last second", release, new Date("2026-03-14T10:17:00Z"), null],
  ["is not taken after that", release, new Date("2026-03-14T10:17:01Z"), /was valid until 2026-03-14/],
  ["without an end is taken years later", changed("Valid-Until", "X"), new Date("2036-01-01"), null],
  ["of this evening is taken: time zones are set wrong", release, new Date("2026-03-06T11:00:00Z"), null],
  [
    "of the day after tomorrow is not taken",
    release,
    new Date("2026-03-05T10:00:00Z"),
    /is of 2026-03-07, but/,
  ],
  ["without a date is not taken", changed("Date: Sat", "X: Sat"), NOW, /has no date/],
  ["with a date that is none is not taken", changed("Date: Sat, 07", "Date: Sat, 77"), NOW, /has no date/],
  [
    "whose end is no date is not taken",
    changed("Valid-Until: Sat, 14", "Valid-Until: Sat, 74"),
    NOW,
    /no date that it is valid until/,
  ],
  ["of another suite is not taken", changed("trixie", "forky"), NOW, /offers forky where trixie was asked/],
  ["without a name is not taken", changed("Codename", "X"), NOW, /offers something without a name/],
];

for (const [what, given, now, message] of TIMES) {
  Deno.test(`a release ${what}`, () => {
    const check = () => checkRelease(given, "trixie", now);
    if (message) assert.throws(check, { name: "Failure", message });
    else assert.equal(check(), given);
  });
}

Deno.test("a text that was never signed is no release, wherever it comes from", async () => {
  const failure = { name: "Failure", message: /not signed by Debian: it is no clear-signed message/ };
  for (const text of ["", TEXT, `-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\n${TEXT}`]) {
    await assert.rejects(verifyRelease(text, [], "trixie", NOW), failure);
    assert.equal(await signedText(text), null);
  }
});
