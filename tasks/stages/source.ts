import { createHash } from "node:crypto";
import { availableParallelism } from "node:os";
import type { Json } from "../../plugins/plugin.ts";
import { dscText, isUpstreamOnly } from "../formats/dsc.ts";
import { softSpots } from "../formats/elf.ts";
import { Failure } from "../formats/failure.ts";
import { lastLines } from "../formats/lines.ts";
import type { Package } from "../formats/package.ts";
import { type Artifact, cached, exists } from "../host/cache.ts";
import { fetchPackages, fetchSource } from "../host/debian.ts";
import { readFolder } from "../host/folder.ts";
import { goModules, goToolchain } from "../host/go.ts";
import type { Host } from "../host/host.ts";
import { checkRooms, inRoom, makeRoom, pasted, type RoomOptions } from "../host/room.ts";
import { quote, run } from "../host/run.ts";
import { sourceHash } from "../host/source.ts";
import { unpackDeb } from "../host/unpack.ts";
import type { PlannedBuild } from "./origins.ts";

/** Flags for C: small, and hardened as Debian's programs are. */
const FLAGS = {
  CFLAGS:
    "-Os -pipe -fPIE -ffunction-sections -fdata-sections -fstack-protector-strong -fstack-clash-protection",
  CPPFLAGS: "-D_FORTIFY_SOURCE=2",
  LDFLAGS: "-pie -Wl,-z,relro,-z,now -Wl,--gc-sections -Wl,--as-needed",
};

/**
 * Builds a recipe from source in a room of its own, and returns the artifact: `out/` with the files, `epoch` with their
 * time, `log`, and `time`: how many seconds it took, and how many of the processors it used. Throws {@link Failure} with the end of the log, and what to do next, if the build fails.
 */
export async function buildSource(
  build: PlannedBuild,
  host: Host,
  jobs = availableParallelism(),
): Promise<Artifact> {
  const { recipe, source, archive, crate, go, room, script, texts } = build;
  const inputs = {
    code: await sourceHash(import.meta.url),
    flags: FLAGS,
    script,
    texts,
    room: room.map(({ name, version, sha256 }) => `${name} ${version} ${sha256}`),
    ...(source ? { source: source.files.map(({ name, sha256 }) => `${name} ${sha256}`) } : {}),
    ...(archive ? { archive: [archive.package.sha256, ...archive.members ?? []] } : {}),
    ...(crate ? { crate: crate.sha256 } : {}),
    ...(go ? { go: go as unknown as Json } : {}),
  };
  return await cached(host, "builds", recipe, inputs, async (folder) => {
    const { root, options } = await prepare(build, `${folder}/work`, host, jobs);
    const progress = host.progress.task(`${recipe} ${build.version} from source`);
    const argv = await inRoom(host, root, options, [
      "/bin/sh",
      "-c",
      "exec /bin/sh /build/build.sh >/build/log 2>&1",
    ]);
    await run(argv, { signal: host.signal }).catch(async (error) => {
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

/**
 * Returns the words that open a shell in the room of a recipe: where its last build failed, or else with everything
 * laid out for `sh build.sh`.
 */
export async function roomShell(build: PlannedBuild, host: Host): Promise<string[]> {
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
  const { recipe, source, archive, crate, go, texts } = build;
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
  if (go) {
    readable["/usr/local/go"] = await goToolchain(host);
    readable["/modules"] = await goModules(host, recipe, texts["go.mod"], texts["go.sum"] ?? "");
  }
  if (build.room.some(({ name }) => name === "cargo")) {
    await Deno.mkdir(`${work}/cargo`, { recursive: true });
    await Deno.writeTextFile(`${work}/cargo/config.toml`, CARGO_CONFIG);
  }
  await Deno.writeTextFile(`${work}/build.sh`, buildScript(build));
  const env = {
    ...FLAGS,
    ...CARGO_ENVIRONMENT,
    OUT: "/build/out",
    FILES: "/build/files",
    JOBS: `${jobs}`,
    ...(go ? GO_ENVIRONMENT : {}),
  };
  return { root, options: { work, readable, env } };
}

async function unpackArchive(item: Package, folder: string, host: Host): Promise<void> {
  const files = await fetchPackages(host, [item]);
  const entries = await unpackDeb(files.get(item.sha256)!);
  const found = entries.find(({ path }) => /^\/usr\/src\/.*\.tar\.\w+$/.test(path));
  if (!found?.data) throw new Failure(`The package ${item.name} has no archive in /usr/src.`);
  await Deno.writeFile(`${folder}/${found.path.slice("/usr/src/".length)}`, found.data);
}

/** Rust, as the programs in C: small, and hardened; the crates are those that Debian packages. */
const CARGO_ENVIRONMENT = {
  CARGO_HOME: "/build/cargo",
  CARGO_NET_OFFLINE: "true",
  CARGO_PROFILE_RELEASE_OPT_LEVEL: "s",
  CARGO_PROFILE_RELEASE_LTO: "fat",
  CARGO_PROFILE_RELEASE_CODEGEN_UNITS: "1",
  CARGO_PROFILE_RELEASE_PANIC: "abort",
  RUSTFLAGS: "-Clink-arg=-Wl,-z,relro,-z,now -Clink-arg=-Wl,--as-needed",
};

/** Where cargo looks for crates instead of asking the network. */
const CARGO_CONFIG = `[source.crates-io]
replace-with = "debian"
[source.debian]
directory = "/usr/share/cargo/registry"
`;

const GO_ENVIRONMENT = {
  GOPROXY: "off",
  GOMODCACHE: "/modules",
  GOCACHE: "/build/cache",
  GOTOOLCHAIN: "local",
  GOFLAGS: "-mod=mod -trimpath -buildvcs=false",
  GOSUMDB: "off",
  CGO_ENABLED: "1",
  // Those above are for programs in C; what Go links into its own is small, and hardened the same way.
  CGO_CFLAGS: "-Os -fstack-protector-strong",
};

/** Returns what runs in the room: it unpacks, builds, strips, and notes the time of the source. */
export function buildScript(build: PlannedBuild): string {
  const { go, script } = build;
  const programs = Object.entries(go?.programs ?? {}).map(([path, name]) => goBuild(go!, path, name));
  return [
    "set -eu",
    "umask 022",
    "ulimit -c 0",
    "begun=$(date +%s)",
    ...unpacking(build),
    "export SOURCE_DATE_EPOCH",
    'echo "$SOURCE_DATE_EPOCH" > /build/epoch',
    script.trim(),
    ...programs,
    'find "$OUT" -type f | while read -r file; do case $(head -c 4 "$file" | tail -c 3) in ELF) strip "$file";; esac; done',
    '{ echo "$(($(date +%s) - begun))"; times; } > /build/time',
    "",
  ].join("\n");
}

function unpacking({ source, archive, crate }: PlannedBuild): string[] {
  if (crate) {
    return [
      "dpkg-deb -x /sources/*.deb unpacked",
      "mv unpacked/usr/share/cargo/registry/* src",
      "SOURCE_DATE_EPOCH=$(zcat unpacked/usr/share/doc/*/changelog.Debian.gz | dpkg-parsechangelog -l- -STimestamp)",
      "cd src",
    ];
  }
  if (source && isUpstreamOnly(source)) {
    return [
      "mkdir src",
      "tar -xf /sources/*.orig.tar.* --strip-components=1 -C src",
      "cd src",
      "SOURCE_DATE_EPOCH=$(find . -type f -printf '%Ts\\n' | sort -n | tail -n 1)",
    ];
  }
  if (source) {
    return [
      "dpkg-source --no-check -x /sources/*.dsc src",
      "cd src",
      "SOURCE_DATE_EPOCH=$(dpkg-parsechangelog -STimestamp)",
    ];
  }
  if (archive) {
    const members = archive.members ? `--wildcards ${archive.members.map(quote).join(" ")}` : "";
    return [
      "mkdir src",
      `tar -xf /sources/*.tar.* --strip-components=1 -C src ${members}`,
      "cd src",
      "SOURCE_DATE_EPOCH=$(stat -c %Y Makefile)",
    ];
  }
  return ["cp -r /build/files src", "cd src", "SOURCE_DATE_EPOCH=$(stat -c %Y /usr/local/go/VERSION)"];
}

function goBuild({ tags = [], variables = {} }: GoSourceOptions, path: string, name: string): string {
  const set = Object.entries(variables).map(([name, value]) => ` -X ${name}=${value}`).join("");
  return `go build -p "$JOBS" -tags '${
    tags.join(",")
  }' -ldflags '-s -w -buildid=${set}' -o "$OUT${path}" ${name}`;
}

type GoSourceOptions = Pick<NonNullable<PlannedBuild["go"]>, "tags" | "variables">;

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
  const command = pasted(argv.map((word) => word === work ? kept : word));
  await Deno.writeTextFile(`${kept}/command`, `${command}\n`);
  const full = /No space left on device/.test(log);
  return new Failure(
    full
      ? `No space left on the disk while ${build.recipe} was built in ${host.cache}.`
      : `${build.recipe} ${build.version} can't be built; its log ends with:\n  ${
        lastLines(log, 12).replaceAll("\n", "\n  ")
      }`,
    (full ? "Run `deno task clean`, free some space, or set XDG_CACHE_HOME to a larger disk. " : "") +
      `The log is ${kept}/log, the command ${kept}/command; \`deno task tcz ${build.recipe} --shell\` opens a shell there.`,
    { cause },
  );
}
