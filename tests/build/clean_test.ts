import assert from "node:assert/strict";
import { exists } from "../../tasks/host/cache.ts";
import { holdFolder } from "../../tasks/host/hold.ts";
import { cli } from "./cli.ts";

const OLD = new Date(Date.now() - 40 * 24 * 3600 * 1000);
const HOUR_AGO = new Date(Date.now() - 3600 * 1000);
const [USED, UNUSED, INDEX] = ["a", "b", "c"].map((letter) => letter.repeat(64));
const RUNNING = "tmp/11111111-1111-4111-8111-111111111111",
  KILLED = "tmp/22222222-2222-4222-8222-222222222222";

/** What lies in the cache: the file, its text, when it or its artifact was used, and whether it is to stay. */
const CACHE: [path: string, text: string, used: Date | undefined, stays: boolean][] = [
  ["tcz/podman-1/inputs.json", `{"packages":["${USED}"]}`, undefined, true],
  ["tcz/podman-0/inputs.json", `{"packages":["${UNUSED}"]}`, OLD, false],
  ["later-stage/x-0/inputs.json", "{}", OLD, false],
  ["tools/image-0/usr/bin/xorriso", "", OLD, false],
  [`debs/${USED}.deb`, "made into a recent extension", OLD, true],
  [`debs/${UNUSED}.deb`, "made into an old one", OLD, false],
  ["debs/fetched.deb", "made into nothing yet", undefined, true],
  ["indexes/trixie.InRelease", INDEX, OLD, true],
  [`indexes/${INDEX}.index1`, "named by it", OLD, true],
  [`indexes/${UNUSED}.index1`, "of an earlier one", OLD, false],
  [`${RUNNING}/file`, "being made", OLD, true],
  [`${KILLED}/file`, "half made", HOUR_AGO, false],
  ["tmp/test/file", "of nobody known, for an hour", HOUR_AGO, true],
  ["tmp/old/file", "of nobody known, for weeks", OLD, false],
];

const paths = (stay: boolean) => CACHE.filter(([, , , stays]) => stays === stay).map(([path]) => path);

/** Makes that cache; beside it is a file of somebody else's, and a link in it leads there. */
async function makeCache(): Promise<{ folder: string; cache: string }> {
  const folder = await Deno.makeTempDir();
  const cache = `${folder}/boot2podman`;
  for (const [path, text, used] of CACHE) {
    const entry = `${cache}/${path.split("/").slice(0, 2).join("/")}`;
    await Deno.mkdir(`${cache}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeTextFile(`${cache}/${path}`, text);
    if (used) await Deno.utime(entry, used, used);
  }
  await Deno.mkdir(`${folder}/neighbour`);
  await Deno.writeTextFile(`${folder}/neighbour/file`, "somebody else's");
  await Deno.utime(`${folder}/neighbour/file`, OLD, OLD);
  await Deno.symlink("../neighbour", `${cache}/link`);
  await Deno.symlink("../../neighbour", `${cache}/tools/link`);
  return { folder, cache };
}

async function left(cache: string): Promise<string[]> {
  const found = await Promise.all(
    CACHE.map(async ([path]) => await exists(`${cache}/${path}`) ? [path] : []),
  );
  return found.flat();
}

Deno.test("clean says what it would free, and prunes what no recent build needs", async () => {
  const { folder, cache } = await makeCache();
  using _running = await holdFolder(`${cache}/${RUNNING}`);
  const looked = await cli(["clean"], { cache: folder });
  assert.equal(looked.code, 0, looked.said);
  assert.match(looked.said, /debs +3 entries .* to free/);
  assert.match(looked.said, /--prune would free .* not used for 30 days/);
  assert.equal((await left(cache)).length, CACHE.length, "looking removes nothing");
  await cli(["clean", "--prune", "--days", "50"], { cache: folder });
  assert.ok(await exists(`${cache}/debs/${UNUSED}.deb`), "it was used 40 days ago");
  const pruned = await cli(["clean", "--prune"], { cache: folder });
  assert.match(pruned.said, /freed/);
  assert.deepEqual(await left(cache), paths(true));
  assert.equal(await Deno.readTextFile(`${folder}/neighbour/file`), "somebody else's");
});

Deno.test("clean --all leaves what a running build makes, and what is beside the cache", async () => {
  const { folder, cache } = await makeCache();
  using _running = await holdFolder(`${cache}/${RUNNING}`);
  assert.equal((await cli(["clean", "--all"], { cache: folder })).code, 0);
  assert.deepEqual(await left(cache), [`${RUNNING}/file`]);
  assert.equal(await Deno.readTextFile(`${folder}/neighbour/file`), "somebody else's");
});

Deno.test("clean has nothing to do where there is no cache", async () => {
  const outcome = await cli(["clean", "--prune"], { cache: `${await Deno.makeTempDir()}/none` });
  assert.deepEqual([outcome.code, /0\.0 MB freed/.test(outcome.said)], [0, true], outcome.said);
});

Deno.test("doctor tells a mirror that does not answer, and a host that is well", async () => {
  const { folder } = await makeCache();
  const ill = await cli(["doctor", "--mirror", "http://127.0.0.1:9/debian"], { cache: folder });
  assert.equal(ill.code, 1);
  assert.match(ill.said, /problem +mirror .*does not answer/);
  const well = await cli(["doctor", "--offline"], { cache: folder });
  assert.equal(well.code, 0, well.said);
});
