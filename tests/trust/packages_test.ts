import assert from "node:assert/strict";
import { fetchPackages, openIndex } from "../../tasks/host/debian.ts";
import type { Host } from "../../tasks/host/host.ts";
import * as archive from "./archive.ts";
import { DEB, finished, HASTE, inRelease, makeHost, Mirror, NOW, packages, packagesText } from "./archive.ts";

const keys = await archive.makeKeys();
const RELEASE = "/dists/lab/InRelease";
const FOLDER = "/dists/lab/main/binary-amd64";
const HOUR = 3600 * 1000;

const open = (host: Host, { suite = "lab", architecture = "amd64", now = NOW } = {}) =>
  openIndex(host, { suite, architecture, keys: [keys.armored], patience: HASTE, now });

/** A mirror whose InRelease names the Packages file `named`, while the file there is `given`. */
async function mirrorOf(given: Uint8Array, named = given): Promise<Mirror> {
  const mirror = new Mirror();
  mirror.files[RELEASE] = await inRelease(keys, named);
  mirror.files[`${FOLDER}/Packages.gz`] = given;
  mirror.files["/pool/hello.deb"] = DEB;
  return mirror;
}

const good = packages();
const flipped = (at: number) => good.with(at, good[at] ^ 1);

/** Packages files that are not the one that was signed: what is said, and how often they are asked for. */
const FAULTS: [string, Uint8Array, RegExp, number][] = [
  ["changed in one bit", flipped(40), /is not the file that the signed index names: its SHA-256 differs/, 2],
  [
    "another file of the same size",
    new Uint8Array(good.length),
    /is not the file that the signed index names/,
    2,
  ],
  ["cut short", good.subarray(0, 100), new RegExp(`only 100 of ${good.length} bytes came`), 3],
  [
    "too long",
    packages(packagesText().repeat(2) + crypto.randomUUID().repeat(9)),
    new RegExp(`larger than the ${good.length} bytes`),
    1,
  ],
];

for (const [what, given, message, times] of FAULTS) {
  Deno.test(`a Packages file that is ${what} is refused`, async () => {
    await using mirror = await mirrorOf(given, good);
    const host = await makeHost(mirror);
    await assert.rejects(open(host), { name: "Failure", message });
    assert.equal(mirror.count(`${FOLDER}/Packages.gz`), times);
    assert.deepEqual(await finished(host), []);
  });
}

Deno.test("a signed Packages file that can't be unpacked is refused, and not kept", async () => {
  await using mirror = await mirrorOf(new TextEncoder().encode("no gzip"));
  const host = await makeHost(mirror);
  await assert.rejects(open(host), { name: "Failure", message: /Packages\.gz is damaged/ });
  assert.equal((await finished(host)).filter((name) => /index1|InRelease/.test(name)).length, 0);
});

Deno.test("a mirror without the Packages file is told from one that lies, and asked once", async () => {
  await using mirror = await mirrorOf(good);
  delete mirror.files[`${FOLDER}/Packages.gz`];
  await assert.rejects(open(await makeHost(mirror)), {
    message: /The mirror no longer has index of lab/,
    hint: /--refresh/,
  });
  assert.equal(mirror.count(`${FOLDER}/Packages.gz`), 1);
});

Deno.test("an architecture or a suite that the archive does not have is named", async () => {
  await using mirror = await mirrorOf(good);
  const host = await makeHost(mirror);
  await assert.rejects(open(host, { architecture: "m68k" }), { message: /no packages for m68k/ });
  await assert.rejects(open(host, { suite: "lap" }), { message: /The mirror has no suite lap/ });
  assert.equal(mirror.count("/dists/lap/InRelease"), 1);
});

Deno.test("where the archive says so, Packages is asked for by its hash", async () => {
  await using mirror = new Mirror();
  mirror.files[RELEASE] = await inRelease(keys, good, { extra: "Acquire-By-Hash: yes\n" });
  mirror.files[`${FOLDER}/by-hash/SHA256/${archive.sha256(good)}`] = good;
  assert.equal((await open(await makeHost(mirror))).find("hello")?.version, "1.0-1");
});

Deno.test("a package goes from the signed index into the cache, or not at all", async () => {
  await using mirror = await mirrorOf(good);
  const host = await makeHost(mirror);
  const hello = (await open(host)).find("hello")!;
  mirror.files["/pool/hello.deb"] = DEB.with(7, DEB[7] ^ 1);
  await assert.rejects(fetchPackages(host, [hello], HASTE), { message: /is not the file that the signed/ });
  assert.equal((await finished(host)).filter((name) => name.endsWith(".deb")).length, 0);
  mirror.files["/pool/hello.deb"] = DEB;
  const path = (await fetchPackages(host, [hello], HASTE)).get(archive.sha256(DEB))!;
  assert.deepEqual(await Deno.readFile(path), DEB);
});

/** How old what lies in the cache is, in hours, and whether the mirror is asked again. */
const AGES: [string, number, boolean][] = [
  ["is an hour old is used without asking", 1, false],
  ["is seven hours old is asked for again", 7, true],
  ["was stored by a clock that was ahead is asked for again", -48, true],
];

for (const [what, hours, again] of AGES) {
  Deno.test(`an index that ${what}`, async () => {
    await using mirror = await mirrorOf(good);
    const host = await makeHost(mirror);
    await open(host);
    const stored = new Date(NOW.getTime() - hours * HOUR);
    const path = `${host.cache}/indexes/lab.InRelease`;
    await Deno.utime(path, stored, stored);
    await open(host);
    const { mtime } = await Deno.stat(path);
    assert.equal(mtime?.getTime() === stored.getTime(), !again, "it gets no younger by being used");
    assert.equal(mirror.count(RELEASE), again ? 2 : 1);
    assert.equal(mirror.count(`${FOLDER}/Packages.gz`), 1, "what did not change is not fetched again");
  });
}

Deno.test("a name that one package provides is found, and the first alternative that there is", async () => {
  const more = "Package: meta\nVersion: 2\nDepends: nowhere | greeter, hello (>= 1)\nProvides: any\n\n" +
    "Package: greeter\nVersion: 3\nProvides: one, two\n\nPackage: other\nVersion: 1\nProvides: two\n";
  await using mirror = await mirrorOf(packages(packagesText() + more));
  const index = await open(await makeHost(mirror));
  assert.deepEqual(index.find("any")?.depends, ["greeter", "hello"]);
  assert.equal(index.find("one")?.name, "greeter");
  assert.equal(index.find("two"), undefined, "two packages provide it: nobody knows which is meant");
});
