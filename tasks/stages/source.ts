import { createHash } from "node:crypto";
import { availableParallelism } from "node:os";
import type { Json } from "../../plugins/plugin.ts";
import { dscText } from "../formats/dsc.ts";
import { softSpots } from "../formats/elf.ts";
import { Failure } from "../formats/failure.ts";
import { lastLines } from "../formats/lines.ts";
import type { Package } from "../formats/package.ts";
import { type Artifact, cached, exists } from "../host/cache.ts";
import { fetchPackages, fetchSource } from "../host/debian.ts";
import { readFolder } from "../host/folder.ts";
import { goModules, goSource, goToolchain, STEP, TOOLCHAIN } from "../host/go.ts";
import type { Host } from "../host/host.ts";
import { checkRooms, inRoom, makeRoom, pasted } from "../host/room.ts";
import { run } from "../host/run.ts";
import { unpackDeb } from "../host/unpack.ts";
import type { RoomOptions, Visit } from "../host/visit.ts";
import type { PlannedBuild } from "./origins.ts";
import { buildScript, environment, hasCargo } from "./script.ts";

/** The longest that a build may take: what takes longer waits for something that never comes. */
const HOURS = 8;

/**
 * Builds a recipe from source in a room of its own, and returns the artifact: `out/` with the files, `epoch` with their
 * time, `log`, and `time`: how many seconds it took, and how many of the processors it used. Throws {@link Failure} with the end of the log, and what to do next, if the build fails.
 */
export async function buildSource(
  build: PlannedBuild,
  host: Host,
  jobs = availableParallelism(),
): Promise<Artifact> {
  return await cached(host, "builds", build.recipe, inputsOf(build), async (folder) => {
    const { root, options } = await prepare(build, `${folder}/work`, host, jobs);
    const progress = host.progress.task(`${build.recipe} ${build.version} from source`);
    const { argv, leave } = await inRoom(host, root, options, [
      ...["/usr/bin/timeout", `${HOURS}h`],
      "/bin/sh",
      "-c",
      "exec /bin/sh /build/build.sh >/build/log 2>&1",
    ]);
    await run(argv, { signal: host.signal }).catch(async (error) => {
      await leave();
      host.signal.throwIfAborted();
      throw await failed(build, options.work, argv, host, error);
    });
    await checkHardening(build, `${options.work}/out`);
    for (const name of ["out", "log", "epoch", "time"]) {
      await Deno.rename(`${options.work}/${name}`, `${folder}/${name}`);
    }
    await Deno.remove(options.work, { recursive: true });
    await Deno.remove(`${folder}/sources`, { recursive: true });
    progress.done();
  });
}

/** What shapes the files, and not the code that arranges for it: a kernel takes too long for that. */
function inputsOf(build: PlannedBuild): Record<string, Json> {
  const { source, archive, crate, go, golang, room, texts } = build;
  return {
    script: buildScript(build),
    environment: environment(build),
    texts,
    room: room.map(({ name, version, sha256 }) => `${name} ${version} ${sha256}`),
    ...(source ? { source: source.files.map(({ name, sha256 }) => `${name} ${sha256}`) } : {}),
    ...(archive ? { archive: [archive.package.sha256, ...archive.members ?? []] } : {}),
    ...(crate ? { crate: crate.sha256 } : {}),
    ...(go ? { go: go.golang ? inputsOf(go.golang) : go.toolchain } : {}),
    ...(golang ? { golang: [TOOLCHAIN, STEP] as unknown as Json } : {}),
  };
}

/**
 * Returns how to open a shell in the room of a recipe: where its last build failed, or else with everything
 * laid out for `sh build.sh`.
 */
export async function roomShell(build: PlannedBuild, host: Host): Promise<Visit> {
  const work = `${host.cache}/failed/${build.recipe}`;
  const { root, options } = await prepare(build, work, host, availableParallelism());
  return await inRoom(host, root, options, ["/bin/bash", "-i"]);
}

/** Fetches what the build needs and lays it out; after this nothing is fetched any more. */
async function prepare(
  build: PlannedBuild,
  work: string,
  host: Host,
  jobs: number,
): Promise<{ root: string; options: RoomOptions }> {
  const { recipe, source, archive, crate, go, golang, texts } = build;
  const root = await makeRoom(host, build.room);
  await checkRooms(host, root);
  const sources = `${work}/../sources`;
  await Deno.mkdir(sources, { recursive: true });
  await Deno.mkdir(`${work}/out`, { recursive: true });
  const readable: Record<string, string> = { "/sources": sources };
  if (source) {
    const md5 = new Map<string, string>();
    for (const [name, path] of await fetchSource(host, source)) {
      await Deno.copyFile(path, `${sources}/${name}`);
      md5.set(name, createHash("md5").update(await Deno.readFile(path)).digest("hex"));
    }
    await Deno.writeTextFile(`${sources}/${source.name}.dsc`, dscText(source, md5));
  }
  if (archive) await unpackArchive(archive.package, sources, host);
  if (crate) {
    const files = await fetchPackages(host, [crate]);
    await Deno.copyFile(files.get(crate.sha256)!, `${sources}/${crate.name}.deb`);
  }
  for (const [name, text] of Object.entries(texts)) {
    const path = `${work}/files/${name}`;
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(path, text);
  }
  if (golang) {
    readable["/usr/local/go"] = await goSource(host, TOOLCHAIN);
    readable["/modules"] = await goSource(host, STEP);
  }
  if (go) {
    readable["/usr/local/go"] = go.golang
      ? `${(await buildSource(go.golang, host, jobs)).path}/out/go`
      : await goToolchain(host);
    readable["/modules"] = await goModules(host, recipe, texts["go.mod"], texts["go.sum"] ?? "");
  }
  if (hasCargo(build.room)) {
    await Deno.mkdir(`${work}/cargo`, { recursive: true });
    await Deno.writeTextFile(`${work}/cargo/config.toml`, CARGO_CONFIG);
  }
  await Deno.writeTextFile(`${work}/build.sh`, buildScript(build));
  return { root, options: { work, readable, env: { ...environment(build), JOBS: `${jobs}` } } };
}

async function unpackArchive(item: Package, folder: string, host: Host): Promise<void> {
  const files = await fetchPackages(host, [item]);
  const entries = await unpackDeb(files.get(item.sha256)!);
  const found = entries.find(({ path }) => /^\/usr\/src\/.*\.tar\.\w+$/.test(path));
  if (!found?.data) throw new Failure(`The package ${item.name} has no archive in /usr/src.`);
  await Deno.writeFile(`${folder}/${found.path.slice("/usr/src/".length)}`, found.data);
}

/** Where cargo looks for crates instead of asking the network. */
const CARGO_CONFIG = `[source.crates-io]
replace-with = "debian"
[source.debian]
directory = "/usr/share/cargo/registry"
`;

/** A Makefile with flags of its own would go unnoticed; Go links by itself, and a kernel is no program. */
async function checkHardening({ recipe, go, archive }: PlannedBuild, out: string): Promise<void> {
  if (go || archive) return;
  for (const { path, data } of await readFolder(out, 0)) {
    const lack = data ? softSpots(data) : [];
    if (lack.length === 0) continue;
    throw new Failure(
      `${path} of ${recipe} was built without ${lack.join(", ")}.`,
      "Its script has to hand CFLAGS and LDFLAGS on.",
    );
  }
}

/** What failed stays, so that one can look at it: the log, and the folder as the build left it. */
async function failed(
  build: PlannedBuild,
  work: string,
  argv: string[],
  host: Host,
  cause: unknown,
): Promise<Failure> {
  const kept = `${host.cache}/failed/${build.recipe}`;
  await Deno.mkdir(`${host.cache}/failed`, { recursive: true });
  if (await exists(kept)) await Deno.remove(kept, { recursive: true });
  await Deno.rename(work, kept);
  const log = await Deno.readTextFile(`${kept}/log`).catch(() => "");
  const command = pasted(argv.map((word) => word.replaceAll(work, kept)));
  await Deno.writeTextFile(`${kept}/command`, `${command}\n`);
  const full = /No space left on device/.test(log);
  const late = cause instanceof Error && /exit code 124:/.test(cause.message);
  return new Failure(
    full
      ? `No space left on the disk while ${build.recipe} was built in ${host.cache}.`
      : late
      ? `${build.recipe} ${build.version} was not built within ${HOURS} hours.`
      : `${build.recipe} ${build.version} can't be built; its log ends with:\n  ${
        lastLines(log, 12).replaceAll("\n", "\n  ")
      }`,
    (full ? "Run `deno task clean`, free some space, or set XDG_CACHE_HOME to a larger disk. " : "") +
      `The log is ${kept}/log, the command ${kept}/command; \`deno task tcz ${build.recipe} --shell\` opens a shell there.`,
    { cause },
  );
}
