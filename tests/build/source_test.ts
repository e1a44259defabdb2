import assert from "node:assert/strict";
import { hostArchitecture } from "../../tasks/formats/architecture.ts";
import { exists, fileSha256 } from "../../tasks/host/cache.ts";
import { readFolder } from "../../tasks/host/folder.ts";
import type { Host } from "../../tasks/host/host.ts";
import { goToolchain } from "../../tasks/host/go.ts";
import { openHost } from "../../tasks/host/open.ts";
import { quietProgress } from "../../tasks/host/progress.ts";
import { plan, type PlanRequest } from "../../tasks/stages/plan.ts";
import { buildSource } from "../../tasks/stages/source.ts";

const host = await openHost({ progress: quietProgress() });

/** A cache of its own in which nothing is built yet; what is fetched and unpacked is shared with the user's. */
async function otherCache(): Promise<Host> {
  await Deno.mkdir(`${host.cache}/tmp`, { recursive: true });
  const cache = await Deno.makeTempDir({ dir: `${host.cache}/tmp` });
  for (const part of ["debs", "indexes", "modules", "rooms", "sources", "tools", "unpacked"]) {
    await Deno.mkdir(`${host.cache}/${part}`, { recursive: true });
    await Deno.symlink(`${host.cache}/${part}`, `${cache}/${part}`);
  }
  return { ...host, cache };
}

/** Writes a plugin with one recipe, and the files of the Go program that checks our bills of materials. */
async function pluginWith(source: Record<string, unknown>, change: [file: string, from: string, to: string]) {
  const folder = await Deno.makeTempDir();
  await Deno.mkdir(`${folder}/go`);
  for (const name of ["go.mod", "go.sum", "main.go"]) {
    const text = await Deno.readTextFile(new URL(`spdx/${name}`, import.meta.url));
    const changed = name === change[0] ? text.replace(change[1], change[2]) : text;
    await Deno.writeTextFile(`${folder}/go/${name}`, changed);
  }
  const recipe = { name: "trial", summary: "A trial", keep: ["/usr/bin/*"], source };
  const plugin = { name: "trial", summary: "A trial", recipes: [recipe] };
  await Deno.writeTextFile(`${folder}/plugin.ts`, `export default ${JSON.stringify(plugin)};`);
  return folder;
}

const GO = {
  files: "go",
  room: ["gcc", "libc6-dev"],
  go: { module: "github.com/spdx/tools-golang", programs: { "/usr/bin/spdx": "." } },
};

async function built(name: string, request: PlanRequest, on: Host, jobs?: number) {
  const { base, extensions } = await plan(request, on);
  const { build } = [base, ...extensions].find((item) => item.name === name)!;
  const { path } = await buildSource(build!, on, jobs);
  return await readFolder(`${path}/out`, Number(await Deno.readTextFile(`${path}/epoch`)));
}

for (
  const [title, name, request] of [
    ["a program in C", "openntpd", { from: ["openntpd=source"] }],
    ["a program in Rust", "sudo", { from: ["sudo=source"] }],
    ["a program in Go", "trial", { plugins: [await pluginWith(GO, ["", "", ""])] }],
  ] as [string, string, PlanRequest][]
) {
  Deno.test(`${title}, built in another folder, later and on one core, is the same to the byte`, async () => {
    const [one, other] = [await otherCache(), await otherCache()];
    try {
      const first = await built(name, request, one, 2);
      assert.deepEqual(await built(name, request, other, 1), first);
      const programs = first.filter(({ type }) => type === "file");
      assert.ok(programs.length > 0);
      // No time, no folder and no user of the host got in.
      const texts = programs.map(({ data }) => new TextDecoder("latin1").decode(data));
      for (const text of texts) assert.ok(!text.includes(host.cache));
      // What the linker gives, the build itself looks for; this is the compiler's part.
      if (title.endsWith("in C")) {
        for (const text of texts) {
          assert.match(text, /__stack_chk_fail\0[^]*__\w+_chk\0|__\w+_chk\0[^]*__stack_chk_fail\0/);
        }
      }
    } finally {
      for (const { cache } of [one, other]) await Deno.remove(cache, { recursive: true });
    }
  });
}

Deno.test({
  name: "Go from source is the Go of its makers to the byte, and builds the same program",
  // Go takes as long as all the rest of these.
  ignore: !Deno.env.has("BOOT2PODMAN_TEST_ALL"),
  fn: async () => {
    const plugins = [await pluginWith(GO, ["", "", ""])];
    const from = ["go=source"];
    assert.deepEqual(await built("trial", { plugins, from }, host), await built("trial", { plugins }, host));
    const { golang } = (await plan({ plugins, from }, host)).extensions.find(({ name }) => name === "trial")!
      .build!.go!;
    const { path } = await buildSource(golang!, host);
    const [own, makers] = [`${path}/out/go`, await goToolchain(host)];
    const programs = await Promise.all(
      ["bin", `pkg/tool/linux_${hostArchitecture()}`].map(async (below) =>
        (await Array.fromAsync(Deno.readDir(`${makers}/${below}`))).map(({ name }) => `${below}/${name}`)
      ),
    );
    for (const program of programs.flat()) {
      assert.equal(await fileSha256(`${own}/${program}`), await fileSha256(`${makers}/${program}`), program);
    }
  },
});

Deno.test("what a build may do: no network, nothing outside of its folder, nobody's settings", async () => {
  const script = `set -x
    ! touch /usr/bin/x && ! touch /etc/x
    [ "$(id -u)" = 1000 ] && [ "$(hostname)" = build ] && [ "$HOME" = /build ]
    [ "$(ls /sys/class/net 2>/dev/null || echo lo)" = lo ] && ! (: < /dev/tcp/1.1.1.1/53)
    mkdir -p $OUT/usr/bin && echo done > $OUT/usr/bin/trial`;
  const source = { debian: "openntpd", script };
  const other = await otherCache();
  const request = { plugins: [await pluginWith(source, ["", "", ""])] };
  const entries = await built("trial", request, other).finally(() =>
    Deno.remove(other.cache, { recursive: true })
  );
  assert.ok(entries.some(({ path }) => path === "/usr/bin/trial"));
});

/** What can go wrong: the recipe's source, the change to its files, the proxy, and what has to be said. */
const WRONG: [string, Record<string, unknown>, [string, string, string], string, RegExp, RegExp][] = [
  [
    "a compiler's error",
    { debian: "openntpd", room: ["gcc", "libc6-dev"], script: "echo 'int main( {' > a.c; cc a.c" },
    ["", "", ""],
    "",
    /trial .* can't be built; its log ends with:[^]*error: expected/,
    /The log is .*\/failed\/trial\/log, .* `deno task tcz trial --shell`/,
  ],
  [
    "a sum that differs",
    GO,
    ["go.sum", "h1:", "h1:AAAA"],
    "",
    /does NOT match an earlier download recorded in go\.sum/,
    /go\.sum/,
  ],
  [
    "a module that nobody vouches for",
    GO,
    ["go.sum", "github.com/spdx/tools-golang", "github.com/spdx/tools-other"],
    "",
    /has nothing on github\.com\/spdx\/tools-golang@v0\.5\.7/,
    /Complete go\.sum/,
  ],
  ["a version that isn't served", GO, ["go.mod", "v0.5.7", "v0.99.7"], "", /v0\.99\.7/, /does not serve/],
  [
    "a proxy that can't be reached",
    GO,
    ["go.mod", "go 1.24", "go 1.24.0"],
    "http://127.0.0.1:9",
    /127\.0\.0\.1:9/,
    /GOPROXY/,
  ],
  [
    "a source that Debian lacks",
    { debian: "opentpd", script: "true" },
    ["", "", ""],
    "",
    /opentpd/,
    /--suite/,
  ],
];

for (const [title, source, change, proxy, said, hint] of WRONG) {
  Deno.test(`${title} is one clear message, and the cache stays good`, async () => {
    const other = await otherCache();
    const before = Deno.env.get("GOPROXY");
    if (proxy) Deno.env.set("GOPROXY", proxy);
    try {
      await assert.rejects(
        built("trial", { plugins: [await pluginWith(source, change)] }, other),
        (error: Error & { hint?: string }) => {
          assert.match(error.message, said);
          assert.match(error.hint ?? "", hint);
          return true;
        },
      );
      assert.deepEqual(await halfMade(other), []);
    } finally {
      if (before === undefined) Deno.env.delete("GOPROXY");
      else Deno.env.set("GOPROXY", before);
      await Deno.remove(other.cache, { recursive: true });
    }
  });
}

async function halfMade({ cache }: Host): Promise<Deno.DirEntry[]> {
  if (!await exists(`${cache}/tmp`)) return [];
  return (await Array.fromAsync(Deno.readDir(`${cache}/tmp`))).filter(({ isDirectory }) => isDirectory);
}
