import assert from "node:assert/strict";
import { exists } from "../../tasks/host/cache.ts";
import { cli } from "./cli.ts";

const OLD = new Date(Date.now() - 40 * 24 * 3600 * 1000);
const USED = "a".repeat(64), UNUSED = "b".repeat(64);

/** A cache with something recent and something old of each kind; says which files are to stay. */
async function makeCache(): Promise<{ folder: string; cache: string; stay: string[]; go: string[] }> {
  const folder = await Deno.makeTempDir();
  const cache = `${folder}/boot2podman`;
  const write = async (path: string, text: string, old: boolean) => {
    const parent = `${cache}/${path.slice(0, path.lastIndexOf("/"))}`;
    await Deno.mkdir(parent, { recursive: true });
    await Deno.writeTextFile(`${cache}/${path}`, text);
    // An artifact is a folder, a package a file.
    const target = parent.endsWith("/debs") ? `${cache}/${path}` : parent;
    if (old) await Deno.utime(target, OLD, OLD);
  };
  await write("tcz/podman-1/inputs.json", `{"packages":["${USED}"]}`, false);
  await write("tcz/podman-0/inputs.json", `{"packages":["${UNUSED}"]}`, true);
  await write(`debs/${USED}.deb`, "used by a recent extension", true);
  await write(`debs/${UNUSED}.deb`, "used by an old one", true);
  await write("tmp/running/file", "half made", false);
  await write("tmp/killed/file", "half made", true);
  await Deno.writeTextFile(`${folder}/neighbour`, "somebody else's");
  return {
    folder,
    cache,
    stay: ["tcz/podman-1", `debs/${USED}.deb`, "tmp/running"],
    go: ["tcz/podman-0", `debs/${UNUSED}.deb`, "tmp/killed"],
  };
}

const there = async (cache: string, paths: string[]) =>
  await Promise.all(paths.map((path) => exists(`${cache}/${path}`)));

Deno.test("clean says what it would free, and prunes what no recent build needs", async () => {
  const { folder, cache, stay, go } = await makeCache();
  const looked = await cli(["clean"], { cache: folder });
  assert.equal(looked.code, 0, looked.said);
  assert.match(looked.said, /debs +2 entries .* to free/);
  assert.deepEqual(await there(cache, [...stay, ...go]), [true, true, true, true, true, true]);
  const pruned = await cli(["clean", "--prune"], { cache: folder });
  assert.match(pruned.said, /freed/);
  assert.deepEqual(await there(cache, stay), [true, true, true]);
  assert.deepEqual(await there(cache, go), [false, false, false]);
});

Deno.test("clean --all leaves the cache empty, and what is beside it alone", async () => {
  const { folder, cache, stay, go } = await makeCache();
  assert.equal((await cli(["clean", "--all"], { cache: folder })).code, 0);
  assert.deepEqual(await there(cache, [...stay, ...go]), [false, false, false, false, false, false]);
  assert.equal(await Deno.readTextFile(`${folder}/neighbour`), "somebody else's");
});

Deno.test("doctor tells a mirror that does not answer, and a host that is well", async () => {
  const { folder } = await makeCache();
  const ill = await cli(["doctor", "--mirror", "http://127.0.0.1:9/debian"], { cache: folder });
  assert.equal(ill.code, 1);
  assert.match(ill.said, /problem +mirror .*does not answer/);
  const well = await cli(["doctor", "--offline"], { cache: folder });
  assert.equal(well.code, 0, well.said);
});
