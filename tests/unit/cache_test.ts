import assert from "node:assert/strict";
import {
  type Artifact,
  cached,
  canonical,
  differences,
  explainError,
  sha256,
} from "../../tasks/host/cache.ts";
import { downloadAll } from "../../tasks/host/download.ts";
import { isHeld } from "../../tasks/host/hold.ts";
import type { Host } from "../../tasks/host/host.ts";
import { quietProgress } from "../../tasks/host/progress.ts";

/** Returns a host with an empty cache; what --explain says is added to `notes`. */
async function makeHost(notes: string[] = []): Promise<Host> {
  return {
    cache: await Deno.makeTempDir(),
    mirror: { main: "http://127.0.0.1:9", security: "http://127.0.0.1:9", origin: "a test" },
    offline: true,
    refresh: false,
    explain: true,
    way: "namespaces",
    progress: { ...quietProgress(), note: (line) => notes.push(line) },
    signal: new AbortController().signal,
  };
}

const names = (folder: string) => {
  try {
    return [...Deno.readDirSync(folder)].map(({ name }) => name).sort();
  } catch {
    return [];
  }
};
const write = (text: string) => (folder: string) => Deno.writeTextFile(`${folder}/made`, text);
const read = ({ path }: Artifact) => Deno.readTextFileSync(`${path}/made`);

Deno.test("an artifact appears under its key, whole, when it is finished", async () => {
  const host = await makeHost();
  const artifact = await cached(host, "tcz", "podman", { b: 1, a: 2 }, async (folder) => {
    await write("x")(folder);
    assert.deepEqual(names(`${host.cache}/tcz`), [], "nothing is to be seen while it is made");
  });
  const key = await sha256('{"a":2,"b":1}');
  assert.deepEqual(artifact, {
    name: "podman",
    path: `${host.cache}/tcz/podman-${key.slice(0, 16)}`,
    key,
    cached: false,
  });
  assert.deepEqual([names(artifact.path), names(`${host.cache}/tmp`)], [["inputs.json", "made"], []]);
});

Deno.test("what is there is not made again, and counts as used now", async () => {
  const host = await makeHost();
  const first = await cached(host, "tcz", "podman", { a: 2, b: 1 }, write("x"));
  await Deno.utime(first.path, 1000, 1000);
  const again = await cached(host, "tcz", "podman", { b: 1, a: 2 }, () => assert.fail("made again"));
  assert.deepEqual(again, { ...first, cached: true });
  assert.ok(Date.now() - Deno.statSync(first.path).mtime!.getTime() < 60_000);
});

Deno.test("a package that is there already counts as used now", async () => {
  const path = `${(await makeHost()).cache}/x.deb`;
  await Deno.writeTextFile(path, "");
  await Deno.utime(path, 1000, 1000);
  await downloadAll(await makeHost(), [{ url: "", path, size: 0, sha256: "", title: "x" }]);
  assert.ok(Date.now() - Deno.statSync(path).mtime!.getTime() < 60_000);
});

Deno.test("a folder is held while an artifact is made in it, and no longer", async () => {
  let made = "";
  const artifact = await cached(await makeHost(), "tcz", "podman", {}, async (folder) => {
    assert.ok(await isHeld(made = folder));
  });
  assert.deepEqual([await isHeld(artifact.path), await isHeld(made)], [false, false]);
});

Deno.test("other inputs, another name or another stage make another artifact", async () => {
  const host = await makeHost();
  const all = [["tcz", "a", 1], ["tcz", "a", 2], ["tcz", "b", 1], ["iso", "a", 1]] as const;
  const made = await Promise.all(all.map(([stage, name, input]) => {
    return cached(host, stage, name, input, write(`${stage} ${name} ${input}`));
  }));
  assert.deepEqual(made.map(read), all.map((words) => words.join(" ")));
});

Deno.test("of two at once one makes it, and the other waits for that", async () => {
  const host = await makeHost();
  let makers = 0;
  const make = async (folder: string) => {
    makers++;
    await new Promise((resolve) => setTimeout(resolve, 300));
    await write("same")(folder);
  };
  const [one, other] = await Promise.all([
    cached(host, "tcz", "podman", {}, make),
    cached(host, "tcz", "podman", {}, make),
  ]);
  assert.deepEqual([makers, one.path, read(one)], [1, other.path, "same"]);
  assert.deepEqual([names(`${host.cache}/tcz`).length, names(`${host.cache}/tmp`)], [1, []]);
});

Deno.test("a maker that throws leaves nothing, and the next one starts afresh", async () => {
  const host = await makeHost();
  const broken = async (folder: string) => {
    await write("half")(folder);
    throw new Error("mksquashfs fell over");
  };
  await assert.rejects(cached(host, "tcz", "podman", {}, broken), { message: "mksquashfs fell over" });
  assert.deepEqual([names(`${host.cache}/tcz`), names(`${host.cache}/tmp`)], [[], []]);
  assert.equal(read(await cached(host, "tcz", "podman", {}, write("whole"))), "whole");
});

Deno.test("--explain names the inputs that changed since the newest of that name", async () => {
  const notes: string[] = [];
  const host = await makeHost(notes);
  const inputs = { code: "1", packages: { crun: "1.21", podman: "5.4" } };
  await cached(host, "tcz", "podman", inputs, write("x"));
  const other = await cached(host, "tcz", "podman-remote", {}, write("x"));
  await Deno.utime(other.path, new Date(), new Date(Date.now() + 60_000));
  await cached(host, "tcz", "podman", { ...inputs, packages: { podman: "5.5" } }, write("x"));
  assert.deepEqual(notes, [
    "tcz podman: made for the first time",
    "tcz podman-remote: made for the first time",
    "tcz podman: made again, changed: packages.crun, packages.podman",
  ]);
});

const DIFFERENCES: [Parameters<typeof differences>[0], Parameters<typeof differences>[0], string[]][] = [
  [{ a: 1, b: 2 }, { b: 2, a: 1 }, []],
  [1, 2, ["everything"]],
  [{ a: { b: [1, 2] } }, { a: { b: [1, 3] } }, ["a.b.1"]],
  [{ a: 1 }, { b: 1 }, ["a", "b"]],
  [{ a: [] }, { a: null }, ["a"]],
];

for (const [before, after, expected] of DIFFERENCES) {
  Deno.test(`from ${canonical(before)} to ${canonical(after)} ${expected.join(", ") || "nothing"} changed`, () => {
    assert.deepEqual(differences(before, after), expected);
  });
}

const ERRORS: [string, RegExp | null][] = [
  ["Error: write failed (os error 28)", /^No space left on the disk that holds \/cache\/30\.$/],
  ["PermissionDenied: open (os error 13)", /^\/cache\/30 can't be written: permission denied\.$/],
  ["Error: mkdir '/cache/30' (os error 13)", /permission denied/],
  ["Error: mkdir (os error 30)", /it is read-only/],
  ["Error: connection reset (os error 104)", null],
];

for (const [text, expected] of ERRORS) {
  Deno.test(`${text} is ${expected ? "explained" : "left as it is"}`, () => {
    const error = Object.assign(new Error(), { toString: () => text });
    const told = explainError(error, "/cache/30") as Error;
    if (!expected) return assert.equal(told, error);
    assert.match(told.message, expected);
    assert.equal(told.cause, error);
  });
}
