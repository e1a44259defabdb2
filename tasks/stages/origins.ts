import type { LoadedRecipe } from "../../plugins/load.ts";
import type { GoSource } from "../../plugins/plugin.ts";
import type { Architecture } from "../formats/architecture.ts";
import { hostArchitecture } from "../formats/architecture.ts";
import { Failure, unknown } from "../formats/failure.ts";
import { requirements } from "../formats/gomod.ts";
import { upstreamOnly } from "../formats/dsc.ts";
import type { Package, SourcePackage } from "../formats/package.ts";
import { closure, type DebianIndex, openSources } from "../host/debian.ts";
import { TOOLCHAIN } from "../host/go.ts";
import type { Host } from "../host/host.ts";
import { FURNITURE } from "../host/room.ts";
import { planGo } from "./golang.ts";

/** How one extension is built from source, with everything resolved that it is built from. */
export interface PlannedBuild {
  /** Recipe that it is the build of; one build may leave the files of several. */
  recipe: string;
  /** Version of what is built. */
  version: string;
  /** Debian's source package. */
  source?: SourcePackage;
  /** Debian's package with an archive of the source in it, and which of its members are wanted: all, unless given. */
  archive?: { package: Package; members?: string[] };
  /** Debian's package of the crate that is built. */
  crate?: Package;
  /** Go programs, the version of the Go that builds them, and how that is built where it comes from source too. */
  go?: GoSource & { toolchain: string; golang?: PlannedBuild };
  /** Versions of Go, where this is the build of Go itself: the one that is built, and the one that builds it. */
  golang?: string[];
  /** Files for the build: path to text. */
  texts: Record<string, string>;
  /** Packages that make up the build room. */
  room: Package[];
  /** Packages whose own tests can be run in the room, by Go's names. */
  tests?: string[];
  /** Commands for sh. */
  script: string;
}

/** Where something can come from. */
const ORIGINS = ["debian", "source"];

/** Other things than recipes that `--from` can name. */
const OTHERS = ["kernel", "go"];

/** Returns the builds of the recipes that are to come from source, by the name of the extension. */
export async function planBuilds(
  recipes: readonly (LoadedRecipe & { plugin: string })[],
  from: readonly string[],
  index: DebianIndex,
  { host, suite, machine }: { host: Host; suite: string; machine: Architecture },
): Promise<Map<string, PlannedBuild>> {
  const origin = originOf(from, recipes.map(({ name }) => name));
  const chosen = recipes.filter((recipe) => isBuilt(recipe, origin(recipe.name)));
  if (chosen.length > 0 && machine.name !== hostArchitecture()) {
    throw new Failure(
      `Programs for ${machine.name} can't be built on ${hostArchitecture()} yet.`,
      "Use --from debian, or a host of that architecture.",
    );
  }
  const sources = chosen.some(({ source }) => source!.debian)
    ? await openSources(host, { suite })
    : undefined;
  const golang = otherOrigin(from, "go") === "source"
    ? await plannedGo(chosen, { host, machine })
    : undefined;
  const builds = new Map<string, PlannedBuild>();
  for (const { name, source } of chosen.filter(({ source }) => !source!.of)) {
    const { debian, unchanged = [], crate, go, script = "", texts = {}, room = [], tests } = source!;
    const whole = debian ? sources!.find(debian) : undefined;
    const found = whole && unchanged.includes(whole.version) ? upstreamOnly(whole) : whole;
    const rust = crate ? cratePackage(index, crate, name, suite) : undefined;
    builds.set(name, {
      recipe: name,
      version: (found ?? rust)?.version ?? goVersion(name, go!.module, texts["go.mod"] ?? ""),
      ...(found ? { source: found } : {}),
      ...(rust ? { crate: rust } : {}),
      ...(go ? { go: { ...go, toolchain: TOOLCHAIN.version, ...(golang ? { golang } : {}) } } : {}),
      texts,
      room: planRoom(index, [...FURNITURE, ...room, ...(rust ? [rust.name] : [])], name, suite),
      ...(tests ? { tests } : {}),
      script,
    });
  }
  for (const { name, source } of chosen.filter(({ source }) => source!.of)) {
    const build = builds.get(source!.of!);
    if (!build) {
      throw new Failure(
        `The extension ${name} is built together with ${source!.of}, which does not come from source.`,
        `Add ${source!.of}=source, or say ${name}=debian.`,
      );
    }
    builds.set(name, build);
  }
  return builds;
}

/** Returns where the kernel is to come from: `debian` or `source`. */
export function kernelOrigin(from: readonly string[]): string {
  return otherOrigin(from, "kernel");
}

/** Go leaves the same programs from either origin, so that it is built only for who says so by its name. */
function otherOrigin(from: readonly string[], name: "kernel" | "go"): string {
  const words = from.filter((word) => word.includes("=") ? word.startsWith(`${name}=`) : name !== "go");
  return originOf(words, [])(name).origin;
}

async function plannedGo(
  chosen: readonly LoadedRecipe[],
  options: { host: Host; machine: Architecture },
): Promise<PlannedBuild> {
  if (chosen.some(({ source }) => source!.go)) return await planGo(options);
  throw new Failure(
    "Nothing in the plan is built by Go, so go=source has no use.",
    "Add podman=source, say, or leave go=source out.",
  );
}

/** Returns what tells the origin that was asked for; `undefined` where nothing was said of a name. */
export function originOf(
  from: readonly string[],
  names: readonly string[],
): (name: string) => { origin: string; named: boolean } {
  const known = [...names, ...OTHERS];
  let general = "debian";
  const named = new Map<string, string>();
  for (const word of from) {
    const [name, origin] = word.includes("=") ? word.split("=") : ["", word];
    if (!ORIGINS.includes(origin)) throw unknown("origin", origin, ORIGINS);
    if (!name) general = origin;
    else if (!known.includes(name)) throw unknown("extension", name, known);
    else named.set(name, origin);
  }
  return (name) => ({ origin: named.get(name) ?? general, named: named.has(name) });
}

/** Without a word on it, a recipe that has only the other origin comes from there. */
function isBuilt(recipe: LoadedRecipe, { origin, named }: { origin: string; named: boolean }): boolean {
  const has = (kind: string) => kind === "source" ? recipe.source : recipe.debian;
  if (has(origin)) return origin === "source";
  if (!named) return recipe.source !== undefined;
  throw new Failure(
    `The extension ${recipe.name} can't come from ${origin}: its recipe knows no such origin.`,
    `Leave ${recipe.name}=${origin} out.`,
  );
}

function cratePackage(index: DebianIndex, crate: string, recipe: string, suite: string): Package {
  const name = `librust-${crate}-dev`;
  return planRoom(index, [name], recipe, suite).find((item) => item.name === name)!;
}

function goVersion(recipe: string, module: string, mod: string): string {
  const version = requirements(mod).get(module);
  if (version) return version.replace(/^v/, "");
  throw new Failure(
    `The go.mod of ${recipe} does not require ${module}, whose version is to be that of the extension.`,
    "Add it to the go.mod of the recipe, or correct the recipe's module.",
  );
}

/** Returns the packages of a build room: those named, and what they depend on. */
export function planRoom(index: DebianIndex, names: string[], recipe: string, suite: string): Package[] {
  const lost = names.find((name) => !index.find(name));
  if (lost) {
    throw new Failure(
      `Debian ${suite} has no package ${lost}, which the build of ${recipe} needs.`,
      "Is its name right in this suite? Another --suite may have it.",
    );
  }
  return closure(index, names, () => true);
}
