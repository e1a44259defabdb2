import assert from "node:assert/strict";
import { openIndex } from "../../tasks/host/debian.ts";
import type { Host } from "../../tasks/host/host.ts";
import {
  HASTE,
  inRelease,
  makeHost,
  makeKeys,
  Mirror,
  NOW,
  packages,
  packagesText,
  sha256,
} from "./archive.ts";

const keys = await makeKeys();
const RELEASE = "/dists/lab/InRelease";
const INDEX = "/dists/lab/main/binary-amd64/Packages.gz";

const open = (host: Host) =>
  openIndex(host, { suite: "lab", architecture: "amd64", keys: [keys.armored], patience: HASTE, now: NOW });

/** A Packages file with a version that nobody signed, and a Release text that names it. */
const evil = packages(packagesText().replace("1.0-1", "6.6-6"));
const lie = `Codename: lab\nDate: Tue, 10 Mar 2026 06:00:00 GMT\nSHA256:\n ${
  sha256(evil)
} ${evil.length} main/binary-amd64/Packages.gz\n`;

/** Texts around a good InRelease that look like a block of their own to a reader less strict than OpenPGP's. */
const AROUND: [string, (signed: string) => string][] = [
  [
    "in front, ended by what is almost a signature",
    (signed) => `\n\n${lie}-----BEGIN PGP SIGNATURE-----x\n${signed}`,
  ],
  ["in front", (signed) => `\n\n${lie}\n${signed}`],
  ["behind", (signed) => `${signed}\n\n${lie}`],
];

for (const [where, wrap] of AROUND) {
  Deno.test(`an index that nobody signed, ${where}, is not believed when it comes from the cache either`, async () => {
    await using mirror = new Mirror();
    mirror.files[RELEASE] = wrap(await inRelease(keys, packages()));
    mirror.files[INDEX] = packages();
    const host = await makeHost(mirror);
    await open(host);
    // Young enough to be used without asking: the file's time is real, that of the test is not.
    await Deno.utime(`${host.cache}/indexes/lab.InRelease`, NOW, NOW);
    mirror.files[INDEX] = evil;
    assert.equal((await open(host)).find("hello")?.version, "1.0-1");
    assert.equal(mirror.count(RELEASE), 1);
  });
}

Deno.test("an InRelease that is damaged in the cache is fetched again", async () => {
  await using mirror = new Mirror();
  const signed = await inRelease(keys, packages());
  Object.assign(mirror.files, { [RELEASE]: signed, [INDEX]: packages() });
  const host = await makeHost(mirror);
  await open(host);
  for (const damaged of ["", signed.slice(0, 200)]) {
    await Deno.writeTextFile(`${host.cache}/indexes/lab.InRelease`, damaged);
    await assert.rejects(open({ ...host, offline: true }), { message: /is not in the cache, and --offline/ });
    assert.equal((await open(host)).find("hello")?.version, "1.0-1");
  }
  assert.equal(mirror.count(RELEASE), 3);
});

Deno.test("an InRelease whose packages can't be had does not replace the one that was used before", async () => {
  await using mirror = new Mirror();
  Object.assign(mirror.files, { [RELEASE]: await inRelease(keys, packages()), [INDEX]: packages() });
  const host = await makeHost(mirror);
  await open(host);
  const date = new Date("2026-03-10T09:00:00Z");
  mirror.files[RELEASE] = await inRelease(keys, evil, { date, signed: date });
  await assert.rejects(open({ ...host, refresh: true }), { message: /index of lab .*SHA-256 differs/ });
  assert.equal((await open({ ...host, offline: true })).find("hello")?.version, "1.0-1");
});
