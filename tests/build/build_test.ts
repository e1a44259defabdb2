import assert from "node:assert/strict";
import { fileSha256 } from "../../tasks/host/cache.ts";
import { isHeld } from "../../tasks/host/hold.ts";
import { cacheWithDownloads, cli, type Outcome, spawn } from "./cli.ts";

/** Two caches in which the same plan is built under different circumstances. */
const [here, there] = [await cacheWithDownloads(), await cacheWithDownloads()];
globalThis.addEventListener(
  "unload",
  () => [here, there].forEach((folder) => Deno.removeSync(folder, { recursive: true })),
);

const succeeded = ({ code, said }: Outcome) => assert.equal(code, 0, said);
const names = ["iso", "initramfs", "vmlinuz", "manifest.json", "SHA256SUMS"];
const sums = (folder: string) =>
  Promise.all(names.map((name) => fileSha256(`${folder}/boot2podman.${name}`)));

Deno.test("two builds at once in one cache both end well, without the network", async () => {
  // The first one fetches what a machine that has never built lacks.
  succeeded(await cli(["fetch"], { cache: here }));
  const both = ["a", "b"].map((name) =>
    cli(["iso", "--offline", "--output", `${here}/${name}`], { cache: here })
  );
  for (const outcome of await Promise.all(both)) succeeded(outcome);
  assert.deepEqual(await sums(`${here}/a`), await sums(`${here}/b`));
  assert.deepEqual(await leftovers(here), []);
});

Deno.test("a build that is killed again and again goes on, and the ISO is the same to the byte in another cache, time zone, umask and on one core", async () => {
  succeeded(await cli(["fetch"], { cache: there }));
  const circumstances = {
    cache: there,
    env: { TZ: "Asia/Tokyo", LANG: "C" },
    wrapper: ["sh", "-c", 'umask 077; exec taskset -c 0 "$@"', "sh"],
  };
  const args = ["iso", "--offline", "--output", `${there}/out`];
  for (const stage of ["tcz/crun", "kernel/linux", "tcz/podman", "remaster/", "iso/"]) {
    const child = spawn(args, circumstances);
    await appearing(`${there}/boot2podman`, stage);
    child.kill("SIGKILL");
    await child.output();
  }
  succeeded(await cli(args, circumstances));
  assert.deepEqual(await sums(`${there}/out`), await sums(`${here}/a`));
});

Deno.test("nothing is made again without a change, and --explain names what changed", async () => {
  const same = await cli(["iso", "--offline", "--explain", "--output", `${here}/a`], { cache: here });
  succeeded(same);
  assert.match(same.said, /nothing had changed/);
  const changed = await cli([
    "iso",
    "--offline",
    "--explain",
    "--bootcode",
    "host=lab",
    "--output",
    `${here}/c`,
  ], { cache: here });
  succeeded(changed);
  assert.match(changed.said, /iso boot2podman: made again, changed: texts\.grub\.cfg, texts\.isolinux\.cfg/);
  assert.doesNotMatch(changed.said, /(tcz|kernel|remaster) \w+: made/);
});

Deno.test("a config of a plugin by path is merged, and only the initramfs and the ISO are made again", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.writeTextFile(
    `${folder}/plugin.ts`,
    `export default { name: "lab", summary: "the lab's registry", configs: [{ path: "/etc/containers/registries.conf", toml: { "unqualified-search-registries": ["registry.lab"] } }] };`,
  );
  const outcome = await cli(
    ["iso", "--offline", "--explain", "--plugin", folder, "--output", `${here}/lab`],
    { cache: here },
  );
  succeeded(outcome);
  assert.doesNotMatch(outcome.said, /(tcz|kernel) \w+: made/);
  const manifest = JSON.parse(await Deno.readTextFile(`${here}/lab/boot2podman-lab.manifest.json`));
  const registries = manifest.files.find(({ path }: { path: string }) =>
    path === "/etc/containers/registries.conf"
  );
  assert.match(registries.origin.title, /lab, podman|podman, lab/);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("Ctrl-C leaves no process and nothing half made", async () => {
  const args = ["iso", "--offline", "--plugin", "skopeo", "--output", `${here}/stopped`];
  succeeded(await cli(["fetch", "--plugin", "skopeo"], { cache: here }));
  const child = spawn(args, { cache: here });
  await appearing(`${here}/boot2podman`, "tcz/skopeo");
  child.kill("SIGINT");
  const { code, stderr } = await child.output();
  assert.equal(code, 1);
  assert.match(new TextDecoder().decode(stderr), /^boot2podman: Stopped\./m);
  assert.deepEqual(await leftovers(here), []);
  const { stdout } = await new Deno.Command("sh", {
    args: ["-c", `ps ax | grep '[s]qfstar.*${here}' || true`],
  }).output();
  assert.equal(new TextDecoder().decode(stdout), "");
});

Deno.test("a full disk is said in a sentence, and nothing half-written stays", async () => {
  const folder = await Deno.makeTempDir();
  // A name space of one's own, so that no root is needed for a small disk.
  const script = `mount -t tmpfs -o size=15m small ${folder} && mkdir -p ${folder}/boot2podman &&
    ln -s ${here}/boot2podman/indexes ${here}/boot2podman/tools ${here}/boot2podman/debs ${folder}/boot2podman/
    exec "$@"`;
  const outcome = await cli(["iso", "--offline", "--output", `${folder}/out`], {
    cache: folder,
    wrapper: ["unshare", "-Urm", "sh", "-c", script, "sh"],
  });
  assert.equal(outcome.code, 1, outcome.said);
  assert.match(outcome.said, /no space left/i);
  assert.match(outcome.said, /XDG_CACHE_HOME/);
});

/** Folders of builds that were broken off. */
async function leftovers(cache: string): Promise<string[]> {
  const found: string[] = [];
  for await (const { name } of Deno.readDir(`${cache}/boot2podman/tmp`)) found.push(name);
  return found;
}

/** Waits until a build works on an artifact, or has it: it holds the claim to that while it does. */
async function appearing(cache: string, artifact: string): Promise<void> {
  const [stage, name] = artifact.split("/");
  for (let i = 0; i < 6000; i++) {
    await new Promise((resolve) => setTimeout(resolve, 100));
    if ((await begin(`${cache}/${stage}`, name)).length) return;
    for (const claim of await begin(`${cache}/tmp`, `${stage}-${name}`)) if (await isHeld(claim)) return;
  }
  throw new Error(`${artifact} was never worked on`);
}

/** Returns the paths in a folder whose names begin so. */
async function begin(folder: string, prefix: string): Promise<string[]> {
  const names = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name).catch(() => []);
  return names.filter((name) => name.startsWith(prefix)).map((name) => `${folder}/${name}`);
}
