import { Failure } from "../formats/failure.ts";
import type { Architecture } from "../formats/architecture.ts";
import { hostArchitecture } from "../formats/architecture.ts";
import {
  configText,
  joinOptions,
  lostOptions,
  parseFragment,
  type WantedOption,
} from "../formats/kconfig.ts";
import type { Package } from "../formats/package.ts";
import type { Artifact } from "../host/cache.ts";
import type { DebianIndex } from "../host/debian.ts";
import type { Host } from "../host/host.ts";
import { FURNITURE } from "../host/room.ts";
import { type PlannedBuild, planRoom } from "./origins.ts";
import { buildSource } from "./source.ts";

/** A kernel that is built from source: what it is made from, and what its configuration has to hold. */
export interface PlannedLinux {
  /** Debian's package with the source. */
  source: Package;
  /** Packages that make up the build room. */
  room: Package[];
  /** Options of the fragments and of the plugins, by name. */
  options: WantedOption[];
  /** Commands for sh: how the configuration is made, and how the kernel is. */
  scripts: { config: string; build: string };
}

const FOLDER = new URL("../../kernel/", import.meta.url);

/** The fragments for any processor; one more has the architecture's name. */
const FRAGMENTS = ["base", "hardware", "storage", "containers", "debug"];

const ROOM = "gcc libc6-dev bc flex bison libelf-dev libssl-dev zstd python3".split(" ");

/** What kconfig reads of the source; the rest takes far longer to unpack than it takes to run. */
const KCONFIG = ["*/Makefile*", "*/Kconfig*", "*/scripts/*", "*/arch/*/include/asm/*.h"];

/** Returns how the kernel is built from the suite's source, with the options that plugins ask for. */
export async function planLinux(
  index: DebianIndex,
  asked: readonly WantedOption[],
  { suite, machine }: { suite: string; machine: Architecture },
): Promise<PlannedLinux> {
  if (machine.name !== hostArchitecture()) {
    throw new Failure(
      `A kernel for ${machine.name} can't be built on ${hostArchitecture()} yet.`,
      "Use --from kernel=debian, or a host of that architecture.",
    );
  }
  const newest = index.find("linux-source")?.depends.find((name) => name.startsWith("linux-source-"));
  const source = newest && index.find(newest);
  if (!source) throw new Failure(`Debian ${suite} has no package linux-source, to build the kernel from.`);
  const text = (name: string) => Deno.readTextFile(new URL(name, FOLDER));
  const fragments = await Promise.all([...FRAGMENTS, machine.name].map(async (name) => {
    const path = `kernel/${name}.config`;
    return parseFragment(await text(`${name}.config`), path);
  }));
  return {
    source,
    room: planRoom(index, [...FURNITURE, ...ROOM], "the kernel", suite),
    options: joinOptions([...fragments.flat(), ...asked]),
    scripts: { config: await text("config.sh"), build: await text("build.sh") },
  };
}

/** Returns the kernel's .config; throws {@link Failure} that names each option which kconfig did not take as asked. */
export async function configureLinux(linux: PlannedLinux, host: Host): Promise<string> {
  const { source, room, options, scripts } = linux;
  const { path } = await buildSource({
    recipe: "kernel-config",
    version: source.version,
    archive: { package: source, members: KCONFIG },
    texts: { "wanted.config": configText(options) },
    room,
    script: scripts.config,
  }, host);
  const [config, kconfig] = await Promise.all(
    ["config", "kconfig"].map((name) => Deno.readTextFile(`${path}/out/${name}`)),
  );
  const lost = lostOptions(options, config, kconfig);
  if (lost.length === 0) return config;
  const lines = lost.map(({ option, value, became, depends, from, reason }) =>
    `CONFIG_${option} is to be ${value} and became ${became}` +
    (depends.length
      ? ` (it depends on ${depends.join(" && ")})`
      : became === "n"
      ? " (no such option)"
      : "") +
    `; ${from} needs it for ${reason}`
  );
  throw new Failure(
    `The configuration of Linux ${source.version} is not what the plan asks for:\n  ${lines.join("\n  ")}`,
    "Add what the option depends on to the same fragment or plugin, or take it away.",
  );
}

/** Returns how the kernel is built; the key of it holds the configuration, not who asked for what. */
export async function linuxBuild(linux: PlannedLinux, host: Host): Promise<PlannedBuild> {
  return describeLinux(linux, { config: await configureLinux(linux, host) });
}

/** Returns the kernel's build as that of any other program. */
export function describeLinux(
  { source, room, scripts }: PlannedLinux,
  texts: Record<string, string> = {},
): PlannedBuild {
  const { version } = source;
  return { recipe: "kernel", version, archive: { package: source }, texts, room, script: scripts.build };
}

/** Builds the kernel: `out/` with vmlinuz, config, release and the list of what is built in. */
export async function buildLinux(linux: PlannedLinux, host: Host): Promise<Artifact> {
  return await buildSource(await linuxBuild(linux, host), host);
}
