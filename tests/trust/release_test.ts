import assert from "node:assert/strict";
import { openIndex } from "../../tasks/host/debian.ts";
import type { Host } from "../../tasks/host/host.ts";
import {
  finished,
  HASTE,
  inRelease,
  type Keys,
  makeHost,
  makeKeys,
  Mirror,
  NOW,
  packages,
  packagesText,
  type ReleaseOptions,
} from "./archive.ts";

const keys = await makeKeys();
const others = await makeKeys();
const expired = await makeKeys(3600);
const DAY = 24 * 3600 * 1000;
const INDEX = "/dists/lab/main/binary-amd64/Packages.gz";

const open = (host: Host, trusted: Keys = keys, now = NOW) =>
  openIndex(host, { suite: "lab", architecture: "amd64", keys: [trusted.armored], patience: HASTE, now });

/** A mirror with an archive that is signed and whole. */
async function goodMirror(options: ReleaseOptions = {}): Promise<Mirror> {
  const mirror = new Mirror();
  mirror.files["/dists/lab/InRelease"] = await inRelease(keys, packages(), options);
  mirror.files[INDEX] = packages();
  return mirror;
}

Deno.test("an archive that is signed and whole is read", async () => {
  await using mirror = await goodMirror();
  const index = await open(await makeHost(mirror));
  assert.equal(index.find("hello")?.version, "1.0-1");
  assert.equal(index.find("nothing"), undefined);
});

const tampered = async (change: (text: string) => string) => change(await inRelease(keys, packages()));

const FAULTS: [string, () => Promise<string>, RegExp][] = [
  ["signed by somebody else", () => inRelease(others, packages()), /not signed by Debian: .*(key|signing)/i],
  [
    "of another suite",
    () => inRelease(keys, packages(), { codename: "sid" }),
    /offers sid where lab was asked/,
  ],
  [
    "no longer valid",
    () => inRelease(keys, packages(), { validUntil: new Date(NOW.getTime() - DAY) }),
    /was valid until 2026-03-09; this host's clock says 2026-03-10/,
  ],
  [
    "from the future",
    () => inRelease(keys, packages(), { date: new Date(NOW.getTime() + 3 * DAY) }),
    /is of 2026-03-13, but this host's clock says 2026-03-10/,
  ],
  [
    "changed after it was signed",
    () => tampered((text) => text.replace("Origin: Lab", "Origin: Bad")),
    /not signed by Debian/,
  ],
  ["cut short", () => tampered((text) => text.slice(0, text.length / 2)), /no clear-signed message/],
  ["endless", () => Promise.resolve("x".repeat(4_000_001)), /InRelease is larger than 4000000 bytes/],
  [
    "not signed at all",
    () => tampered((text) => text.split("\n\n")[1].split("-----")[0]),
    /no clear-signed message/,
  ],
];

for (const [what, make, message] of FAULTS) {
  Deno.test(`an InRelease that is ${what} is refused`, async () => {
    await using mirror = await goodMirror();
    mirror.files["/dists/lab/InRelease"] = await make();
    const host = await makeHost(mirror);
    await assert.rejects(() => open(host), { message });
    assert.deepEqual(await finished(host), []);
  });
}

Deno.test("a signature by a key that has expired is refused", async () => {
  await using mirror = await goodMirror();
  const signed = new Date("2026-01-01T00:30:00Z");
  mirror.files["/dists/lab/InRelease"] = await inRelease(expired, packages(), { signed });
  await assert.rejects(async () => await open(await makeHost(mirror), expired), {
    message: /not signed by Debian/,
  });
});

Deno.test("text in front of the signed block, or behind it, is not listened to", async () => {
  await using mirror = await goodMirror();
  const signed = await inRelease(keys, packages());
  const lie = `Codename: lab\nDate: Tue, 10 Mar 2026 06:00:00 GMT\nSHA256:\n ${
    "0".repeat(64)
  } 9 main/binary-amd64/Packages.gz\n\n`;
  for (const text of [lie + signed, signed + lie]) {
    mirror.files["/dists/lab/InRelease"] = text;
    const host = await makeHost(mirror);
    // Refused, or read as if it were not there: never believed.
    const index = await open(host).catch((error: Error) => error);
    if (index instanceof Error) assert.match(index.message, /not signed by Debian/);
    else assert.equal(index.find("hello")?.version, "1.0-1");
  }
});

Deno.test("a mirror that goes back to an older index is not followed", async () => {
  await using mirror = await goodMirror();
  const notes: string[] = [];
  const quiet = (await makeHost(mirror)).progress;
  const host = await makeHost(mirror, {
    refresh: true,
    progress: { ...quiet, note: (line) => void notes.push(line) },
  });
  await open(host);
  const older = packages(packagesText().replace("1.0-1", "0.9-1"));
  mirror.files[INDEX] = older;
  mirror.files["/dists/lab/InRelease"] = await inRelease(keys, older, {
    date: new Date(NOW.getTime() - 2 * DAY),
  });
  assert.equal((await open(host)).find("hello")?.version, "1.0-1");
  assert.match(notes.join(), /older index than was seen before/);
});

Deno.test("a Packages file that is not the one that was signed is refused", async () => {
  await using mirror = await goodMirror();
  const other = packages(packagesText().replace("1.0-1", "6.6-6"));
  for (const content of [other, other.subarray(0, 20), packages(packagesText().repeat(2))]) {
    mirror.files[INDEX] = content;
    const host = await makeHost(mirror);
    await assert.rejects(() => open(host), /index of lab.*(differs|larger|can't be downloaded)/);
    assert.deepEqual(await finished(host), []);
  }
});

Deno.test("with a warm cache no network is needed, with a cold one it is said", async () => {
  const mirror = await goodMirror();
  const host = await makeHost(mirror);
  await open(host);
  await mirror[Symbol.asyncDispose]();
  assert.equal((await open({ ...host, offline: true })).find("hello")?.version, "1.0-1");
  assert.equal((await open({ ...host, refresh: true })).find("hello")?.version, "1.0-1");
  const cold = await makeHost(mirror, { offline: true });
  await assert.rejects(() => open(cold), {
    message: /index of lab is not in the cache, and --offline forbids/,
  });
  await assert.rejects(async () => await open(await makeHost(mirror)), { message: /can't be downloaded/ });
});

Deno.test("an index in the cache that has expired since is no longer used", async () => {
  await using mirror = await goodMirror({ validUntil: new Date(NOW.getTime() + DAY) });
  const host = await makeHost(mirror);
  await open(host);
  const later = new Date(NOW.getTime() + 3 * DAY);
  await assert.rejects(() => open({ ...host, offline: true }, keys, later), { message: /was valid until/ });
});
