import assert from "node:assert/strict";
import { installProgram } from "../installed.ts";
import { hostKit } from "../../tasks/host/tools.ts";
import { run } from "../../tasks/host/run.ts";
import { openHost } from "../../tasks/host/open.ts";
import { quietProgress } from "../../tasks/host/progress.ts";
import { containerWords } from "../../tasks/host/container.ts";
import { plan } from "../../tasks/stages/plan.ts";
import { buildSource } from "../../tasks/stages/source.ts";

const folder = await Deno.makeTempDir();
const host = await openHost({ progress: quietProgress() });

/** Debian's podman as if it were installed, in PATH alone: with what it starts, and a store of its own. */
async function installPodman(): Promise<string> {
  const engine = await hostKit(host, "engine");
  await Deno.mkdir(`${folder}/bin`);
  for (const name of ["podman", "runc", "conmon"]) await installProgram(engine, name, `${folder}/${name}`);
  // It starts itself anew without any variables, so it has to know by itself where its libraries are.
  const patchelf = (await hostKit(host, "patch")).program("patchelf");
  await run([...patchelf, "--set-rpath", engine.libraries, `${folder}/runc`]);
  // What podman starts finds the libraries by what it is told here.
  const script = `#!/bin/sh\nLD_LIBRARY_PATH=${engine.libraries} exec ${folder}/podman "$@"\n`;
  await Deno.writeTextFile(`${folder}/bin/podman`, script, { mode: 0o755 });
  const toml = `[engine]
runtime = "runc"
cgroup_manager = "cgroupfs"
events_logger = "none"
conmon_path = ["${folder}/conmon"]
helper_binaries_dir = ["${engine.root}/usr/lib/podman"]
[engine.runtimes]
runc = ["${folder}/runc"]
`;
  await Deno.writeTextFile(`${folder}/containers.conf`, toml);
  await Deno.writeTextFile(
    `${folder}/storage.conf`,
    `[storage]\ndriver = "vfs"\ngraphroot = "${folder}/store"\nrunroot = "${folder}/run"\n`,
  );
  return `${folder}/bin`;
}

Deno.test("a build in podman's container leaves what one in user namespaces does", async () => {
  const before = Deno.env.get("PATH")!;
  Deno.env.set("PATH", `${await installPodman()}:${before}`);
  Deno.env.set("CONTAINERS_CONF", `${folder}/containers.conf`);
  Deno.env.set("CONTAINERS_STORAGE_CONF", `${folder}/storage.conf`);
  const source = {
    debian: "openntpd",
    room: ["gcc", "libc6-dev"],
    script:
      `echo "int main(void) { return 0; }" > a.c; mkdir -p "$OUT/usr/bin"; cc $CFLAGS $LDFLAGS -o "$OUT/usr/bin/trial" a.c
      ! touch /etc/x; [ "$(uname -n)" = build ]; [ "$(wc -l < /proc/net/dev)" = 3 ]; ! printenv PATH | grep -q "${folder}"`,
  };
  const recipe = { name: "trial", summary: "A trial", keep: ["/usr/bin/*"], source };
  await Deno.writeTextFile(
    `${folder}/plugin.ts`,
    `export default ${JSON.stringify({ name: "trial", summary: "A trial", recipes: [recipe] })};`,
  );
  try {
    const sums: Record<string, string> = {};
    for (const way of ["namespaces", "podman"] as const) {
      const { extensions } = await plan({ plugins: [folder] }, host);
      const { build } = extensions.find(({ name }) => name === "trial")!;
      // A text of its own, so that neither finds what the other has built.
      const { path } = await buildSource({ ...build!, texts: { way, run: crypto.randomUUID() } }, {
        ...host,
        way,
      });
      sums[way] = await run(["sha256sum", `${path}/out/usr/bin/trial`]).then((said) => said.split(" ")[0]);
      await Deno.remove(path, { recursive: true });
    }
    assert.equal(sums.podman, sums.namespaces);
    assert.equal(
      await run(["podman", "ps", "-aq"], { env: Deno.env.toObject() }),
      "",
      "no container is left",
    );
  } finally {
    Deno.env.set("PATH", before);
    Deno.env.delete("CONTAINERS_CONF");
    Deno.env.delete("CONTAINERS_STORAGE_CONF");
    //KEEP
  }
});

Deno.test("what is built in a container belongs to its user, and only a terminal is one", () => {
  const options = { work: "/w", readable: { "/sources": "/s" }, env: { A: "b c" } };
  const user = { uid: 1234, gid: 99, terminal: false };
  const docker = containerWords("docker", "n", "i", user, options).join(" ");
  const podman = containerWords("podman", "n", "i", { ...user, terminal: true }, options).join(" ");
  assert.match(docker, /--user 1234:99 --mount type=bind,src=\/s,dst=\/sources,readonly/);
  assert.match(podman, /--tty .*--user 1234:99 --userns keep-id/);
  assert.doesNotMatch(docker, /--tty|--userns/);
});

Deno.test("an engine that is not there is said, and what to do", async () => {
  const { extensions } = await plan({ from: ["openntpd=source"] }, host);
  const { build } = extensions.find(({ name }) => name === "openntpd")!;
  const texts = { run: crypto.randomUUID() };
  const before = Deno.env.get("PATH")!;
  Deno.env.set("PATH", "/nowhere");
  try {
    await assert.rejects(buildSource({ ...build!, texts }, { ...host, way: "docker" }), {
      message: /docker does not answer/,
      hint: /--in docker/,
    });
  } finally {
    Deno.env.set("PATH", before);
  }
});
