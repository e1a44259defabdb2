import assert from "node:assert/strict";
import { exists } from "../../tasks/host/cache.ts";
import { goToolchain, moduleProxy, TOOLCHAIN } from "../../tasks/host/go.ts";
import { cacheFolder, openHost } from "../../tasks/host/open.ts";
import { quietProgress } from "../../tasks/host/progress.ts";
import { cli, type Outcome } from "./cli.ts";
import { type MadeModule, startProxy, sums } from "./goproxy.ts";

const GREETING = "example.test/greeting", WORDS = "example.test/words";

const MODULES: MadeModule[] = [
  { path: GREETING, version: "v1.0.0" },
  { path: GREETING, version: "v1.1.0", requires: [`${WORDS} v0.3.0`] },
  // What it requires is not served.
  { path: GREETING, version: "v1.1.1", requires: [`${WORDS} v0.4.0`] },
  { path: GREETING, version: "v1.2.0", served: false },
  { path: GREETING, version: "v1.3.0-rc.1" },
  { path: WORDS, version: "v0.3.0" },
  { path: WORDS, version: "v0.4.0", served: false },
];

const LEFT = "example.test/left", RIGHT = "example.test/right";

/** Each imports a package of the other one's same version, without saying so: they go together or not at all. */
const PAIR: MadeModule[] = [
  { path: LEFT, version: "v1.0.0", requires: [`${RIGHT} v1.0.0`], imports: [`${RIGHT}/old`] },
  { path: LEFT, version: "v1.1.0", requires: [`${RIGHT} v1.0.0`], imports: [`${RIGHT}/fresh`] },
  { path: RIGHT, version: "v1.0.0", holds: "old" },
  { path: RIGHT, version: "v1.1.0", holds: "fresh" },
  { path: RIGHT, version: "v1.2.0", served: false },
];

const minor = TOOLCHAIN.version.split(".").slice(0, 2).join(".");
const LATER = [`${minor}.98`, `${minor}.99`];

/** Releases of Go that are listed: the newest is not served. */
const GO = {
  "/golang.org/toolchain/@v/list": [TOOLCHAIN.version, ...LATER, "1.999.1"].map((version) =>
    `v0.0.1-go${version}.linux-amd64\n`
  ).join(""),
  [`/golang.org/toolchain/@v/v0.0.1-go${LATER[0]}.linux-amd64.zip`]: "an archive",
};

const vulnerability = (module: string, id: string, fixed?: string) => ({
  [`/vuln/ID/${id}.json`]: JSON.stringify({
    id,
    summary: `What ${id} is`,
    affected: [{
      package: { name: module, ecosystem: "Go" },
      ranges: [{ type: "SEMVER", events: [{ introduced: "0" }, ...(fixed ? [{ fixed }] : [])] }],
    }],
  }),
});

const VULNERABILITIES = {
  "/vuln/index/modules.json": JSON.stringify([
    {
      path: GREETING,
      vulns: [{ id: "GO-2030-0001", fixed: "1.1.0" }, { id: "GO-2030-0002", fixed: "1.0.0" }],
    },
    { path: "stdlib", vulns: [{ id: "GO-2030-0003" }] },
    { path: "example.test/other", vulns: [{ id: "GO-2030-0004" }] },
  ]),
  ...vulnerability(GREETING, "GO-2030-0001", "1.1.0"),
  ...vulnerability("stdlib", "GO-2030-0003"),
};

// The toolchain comes from the user's proxy, before there is one of our own.
const host = await openHost({ progress: quietProgress() });
await goToolchain(host);
await moduleProxy(host, host.cache);

/** A plugin with one recipe from these modules, and a cache of its own with tools and without modules. */
async function trial(modules: MadeModule[]): Promise<{ folder: string; cache: string }> {
  const folder = await Deno.makeTempDir({ prefix: "boot2podman-test-" });
  const source = { files: "go", go: { module: modules[0].path, programs: { "/usr/bin/trial": "." } } };
  const recipe = { name: "trial", summary: "A trial", keep: ["/usr/bin/*"], source };
  const plugin = { name: "trial", summary: "A trial", recipes: [recipe] };
  await Deno.mkdir(`${folder}/go`);
  await Deno.writeTextFile(`${folder}/plugin.ts`, `export default ${JSON.stringify(plugin)};`);
  const each = (line: (module: MadeModule) => string) => modules.map(line).join("\n");
  const files = {
    "go.mod": `module boot2podman/trial\n\ngo 1.24\n\n${
      each(({ path, version }) => `require ${path} ${version}`)
    }\n`,
    "go.sum": lines((await Promise.all(modules.map(sums))).flat()),
    "main.go": `package main\n\n${each(({ path }) => `import _ "${path}"`)}\n\nfunc main() {}\n`,
  };
  for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${folder}/go/${name}`, text);
  const cache = `${folder}/cache`;
  await Deno.mkdir(`${cache}/boot2podman`, { recursive: true });
  for (const part of ["debs", "indexes", "tools", "unpacked"]) {
    if (await exists(`${cacheFolder()}/${part}`)) {
      await Deno.symlink(`${cacheFolder()}/${part}`, `${cache}/boot2podman/${part}`);
    }
  }
  return { folder, cache };
}

const lines = (all: string[]) => all.map((line) => `${line}\n`).join("");

/** Runs `update` on that plugin, against servers of ours. */
async function update(words: string[], env: Record<string, string> = {}, modules = [MODULES[0]]) {
  const { url, stop } = startProxy([...MODULES, ...PAIR], { ...GO, ...VULNERABILITIES });
  const { folder, cache } = await trial(modules);
  const go = async () => ({
    mod: await Deno.readTextFile(`${folder}/go/go.mod`),
    sum: await Deno.readTextFile(`${folder}/go/go.sum`),
    names: (await Array.fromAsync(Deno.readDir(`${folder}/go`))).map(({ name }) => name).sort(),
  });
  const again = () =>
    cli(["update", "--plugin", folder, ...words], {
      cache,
      env: { GOPROXY: url, GOVULNDB: `${url}/vuln`, ...env },
    });
  const [before, outcome] = [await go(), await again()];
  return {
    ...outcome,
    folder,
    before,
    after: await go(),
    again,
    async [Symbol.asyncDispose]() {
      await stop();
      await Deno.remove(folder, { recursive: true });
    },
  };
}

Deno.test("update proposes the newest version that is served, with its sums, and writes nothing", async () => {
  await using trial = await update(["trial", "--verbose"]);
  assert.equal(trial.code, 0, trial.said);
  assert.match(trial.said, /trial +example\.test\/greeting +v1\.0\.0 +v1\.1\.0\n/);
  assert.match(trial.said, /passed over: v1\.2\.0, as example\.test\/greeting@v1\.2\.0 is not served/);
  assert.match(trial.said, /passed over: v1\.1\.1, as example\.test\/words@v0\.4\.0 is not served/);
  assert.doesNotMatch(trial.said, /v1\.3\.0/);
  assert.ok(trial.said.includes(`  - require ${GREETING} v1.0.0\n`), trial.said);
  const [old, fresh, word] = [
    await sums(MODULES[0]),
    await sums(MODULES[1]),
    await sums(MODULES[5]),
  ];
  assert.match(trial.said, /go\.sum, 4 lines added, 2 removed/);
  for (const line of old) assert.ok(trial.said.includes(`  - ${line}\n`), line);
  for (const line of [...fresh, ...word]) assert.ok(trial.said.includes(`  + ${line}\n`), line);
  assert.match(trial.said, /Nothing was written/);
  assert.deepEqual(trial.after, trial.before);
});

Deno.test("update --write writes go.mod and go.sum, says what to build, and then has nothing to propose", async () => {
  await using trial = await update(["trial", "--write"]);
  assert.ok(
    trial.said.includes(`deno task tcz trial --from trial=source --plugin ${trial.folder}\n`),
    trial.said,
  );
  assert.match(trial.after.mod, /greeting v1\.1\.0\n[^]*words v0\.3\.0 \/\/ indirect/);
  const [fresh, word] = [await sums(MODULES[1]), await sums(MODULES[5])];
  assert.equal(trial.after.sum, lines([...fresh, ...word]));
  assert.deepEqual(trial.after.names, trial.before.names);
  const again = await trial.again();
  assert.match(again.said, /v1\.1\.0 +v1\.1\.0\n/);
  assert.doesNotMatch(again.said, /go\.sum/);
});

Deno.test("update takes versions that go together only", async () => {
  await using trial = await update(["trial", "--write"], {}, [PAIR[0], PAIR[2]]);
  assert.match(
    trial.said,
    /left +v1\.0\.0 +v1\.1\.0\n +trial +example\.test\/right +v1\.0\.0 +v1\.1\.0\n +passed over: v1\.2\.0/,
  );
  assert.match(trial.after.mod, /left v1\.1\.0\n+.*right v1\.1\.0/);
});

Deno.test("update tells a newer Go, whose archive is hashed with --write alone", async () => {
  await using looked = await update(["trial"]);
  assert.match(
    looked.said,
    new RegExp(`Go +${TOOLCHAIN.version} +${LATER[0]}\n +passed over: ${LATER[1]}, as it is not served`),
  );
  assert.match(looked.said, /There is Go 1\.999\.1 too/);
  assert.doesNotMatch(looked.said, /sha256/);
  await using written = await update(["trial", "--write"]);
  const sha256 = "9e691d5adacf0e102f203100842ffaba4e2a7dfe3dbd536827d3c0db8c7e88f1";
  assert.ok(
    written.said.includes(`version: "${LATER[0]}",\n    amd64: { size: 10, sha256: "${sha256}" },`),
    written.said,
  );
});

Deno.test("update tells what is known to be wrong with what we build from", async () => {
  await using trial = await update(["trial"]);
  assert.match(trial.said, /trial +example\.test\/greeting +v1\.0\.0 +GO-2030-0001 +fixed in 1\.1\.0 +What/);
  assert.match(trial.said, /stdlib .* GO-2030-0003 +not fixed/);
  assert.doesNotMatch(trial.said, /GO-2030-000[24]/);
});

for (
  const [title, address] of [
    ["no server", "http://127.0.0.1:9"],
    ["no such file", "GOPROXY"],
    ["an entry that is missing", "VULN"],
  ]
) {
  Deno.test(`update goes on without vulnerability data: ${title}`, async () => {
    const { url, stop } = startProxy([], {
      "/vuln/index/modules.json": VULNERABILITIES["/vuln/index/modules.json"],
    });
    const base = { GOPROXY: url, VULN: `${url}/vuln` }[address] ?? address;
    await using trial = await update(["trial"], { GOVULNDB: base });
    await stop();
    assert.equal(trial.code, 0, trial.said);
    assert.match(trial.said, /Go's vulnerability data can't be reached: not asked\./);
    assert.doesNotMatch(trial.said, /GO-2030/);
  });
}

const WRONG: [string, string[], Record<string, string>, RegExp][] = [
  [
    "a proxy that can't be reached",
    ["trial"],
    { GOPROXY: "http://127.0.0.1:9" },
    /127\.0\.0\.1:9[^]*GOPROXY/,
  ],
  ["an unknown recipe", ["tril"], {}, /no recipe from Go modules "tril"[^]*Did you mean "trial"\?/],
  ["a recipe that is not Go's", ["busybox"], {}, /no recipe from Go modules "busybox"/],
  ["no network wanted", ["trial", "--offline"], {}, /--offline/],
];

for (const [title, words, env, said] of WRONG) {
  Deno.test(`update says clearly: ${title}`, async () => {
    await using outcome: Outcome & AsyncDisposable = await update(words, env);
    assert.equal(outcome.code, 1, outcome.said);
    assert.match(outcome.said, said);
    assert.doesNotMatch(outcome.said, /should not happen/);
  });
}
