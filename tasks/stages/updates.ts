import { hostArchitecture } from "../formats/architecture.ts";
import { type Changes, goModChanges, lineChanges } from "../formats/changes.ts";
import { directRequirements, requirements } from "../formats/gomod.ts";
import { newerVersions, toolchainReleases } from "../formats/goversion.ts";
import { TOOLCHAIN } from "../host/go.ts";
import { type GoArchive, goArchive, goDownload, goRefusal, goUpdate, goVersions } from "../host/goproxy.ts";
import { holdFolder } from "../host/hold.ts";
import type { Host } from "../host/host.ts";
import { type GoRecipe, writeTexts } from "./gorecipes.ts";

/** A newer version that can't be had, and why. */
export interface Passed {
  /** The version. */
  version: string;
  /** What stands in its way, as the end of a sentence. */
  reason: string;
}

/** A module that a recipe requires for itself, and the version that it could have. */
export interface ModuleUpdate {
  /** Its path. */
  module: string;
  /** The version that go.mod has. */
  ours: string;
  /** The newest version that can be had, ours perhaps; undefined if the proxy does not list any. */
  newest?: string;
  /** Newer ones that can't be had. */
  passed: Passed[];
}

/** What a recipe could be built from. */
export interface Proposal {
  /** Its modules. */
  modules: ModuleUpdate[];
  /** The go.mod to be. */
  mod: string;
  /** The go.sum to be. */
  sum: string;
  /** Lines of go.mod but for the next. */
  direct: Changes;
  /** Lines of go.mod that name what the modules require in turn. */
  indirect: Changes;
  /** Lines of go.sum. */
  sums: Changes;
}

/**
 * Returns the newest versions of a recipe's modules that can be had together, and what its go.mod and go.sum would be.
 * A version that the proxy lists but does not serve, it or what it requires, makes way for the next older one.
 */
export async function propose(recipe: GoRecipe, host: Host): Promise<Proposal> {
  const progress = host.progress.task(`Go modules of ${recipe.name}`);
  const folder = `${host.cache}/tmp/${crypto.randomUUID()}`;
  await Deno.mkdir(folder, { recursive: true });
  using _hold = await holdFolder(folder);
  try {
    await writeTexts(folder, recipe.texts);
    const before = directRequirements(recipe.texts["go.mod"]);
    const raised = await raise(before, folder, host);
    const [mod, sum] = await read(folder);
    const modules = [...before].map(([module, ours]) => {
      const { listed, passed } = raised.get(module)!;
      // Another module may have raised it further.
      const version = requirements(mod).get(module) ?? ours;
      return { module, ours, newest: listed || version !== ours ? version : undefined, passed };
    });
    return {
      modules,
      mod,
      sum,
      ...goModChanges(recipe.texts["go.mod"], mod),
      sums: lineChanges(recipe.texts["go.sum"] ?? "", sum),
    };
  } finally {
    await Deno.remove(folder, { recursive: true });
    progress.done();
  }
}

/** What there is of one module: newer versions, the newest first and that one served, and those that can't be had. */
interface Newer {
  listed: boolean;
  versions: string[];
  passed: Passed[];
}

/** Raises the requirements of the go.mod in the folder as far as they go. */
async function raise(ours: Map<string, string>, folder: string, host: Host): Promise<Map<string, Newer>> {
  const newer = new Map<string, Newer>();
  for (const [module, version] of ours) newer.set(module, await lookUp(module, version, host));
  const newest = [...newer].flatMap(([module, { versions }]) =>
    versions.length ? [`${module}@${versions[0]}`] : []
  );
  if (newest.length === 0 || !await change(folder, newest, host)) return newer;
  // They don't go together, so each goes as far as it does by itself.
  for (const [module, { versions, passed }] of newer) {
    const [mod] = await read(folder);
    for (const version of newerVersions(versions, requirements(mod).get(module)!)) {
      const reason = await change(folder, [`${module}@${version}`], host);
      if (!reason) break;
      passed.push({ version, reason });
    }
  }
  return newer;
}

async function lookUp(module: string, ours: string, host: Host): Promise<Newer> {
  const listed = await unlessRefused(goVersions(host, module));
  if (typeof listed === "string") return { listed: false, versions: [], passed: [] };
  const versions = newerVersions(listed, ours);
  const passed: Passed[] = [];
  while (versions.length) {
    const reason = await unlessRefused(goDownload(host, module, versions[0]));
    if (!reason) break;
    passed.push({ version: versions.shift()!, reason });
  }
  return { listed: true, versions, passed };
}

/** Changes requirements in the folder; if that can't be, the folder stays as it is, and the reason comes back. */
async function change(folder: string, wanted: readonly string[], host: Host): Promise<string | void> {
  const [mod, sum] = await read(folder);
  const update = async () => {
    await goUpdate(host, folder, ["get", ...wanted]);
    // Completes go.sum with what the tests of others need; tools.go keeps it from dropping main packages.
    await goUpdate(host, folder, ["mod", "tidy"]);
  };
  const reason = await unlessRefused(update());
  if (reason) await writeTexts(folder, { "go.mod": mod, "go.sum": sum });
  return reason;
}

/** Returns what comes of it, or the reason if it comes to nothing because a version can't be had. */
async function unlessRefused<T>(outcome: Promise<T>): Promise<T | string> {
  return await outcome.catch((error) => {
    const reason = goRefusal(error.message);
    if (!reason) throw error;
    return reason;
  });
}

/** What there is of Go itself. */
export interface GoUpdate {
  /** The version that programs are built with. */
  ours: string;
  /** The newest patch release that can be had of the same minor version, ours perhaps; undefined if none is listed. */
  newest?: string;
  /** Its archive, if it is newer than ours. */
  archive?: GoArchive;
  /** The newest release of all, if that is of a newer minor version. */
  minor?: string;
  /** Newer ones that can't be had. */
  passed: Passed[];
}

/** Returns what there is of Go itself; with the hash of a newer archive, for which it is downloaded, if wanted. */
export async function proposeGo(host: Host, hashed: boolean): Promise<GoUpdate> {
  const [ours, architecture] = [TOOLCHAIN.version, hostArchitecture()];
  const versions = await unlessRefused(goVersions(host, "golang.org/toolchain"));
  if (typeof versions === "string") return { ours, passed: [] };
  const line = (version: string) => version.split(".").slice(0, 2).join(".");
  const newer = newerVersions(toolchainReleases(versions, architecture), ours);
  const minor = newer.find((version) => line(version) !== line(ours));
  const passed: Passed[] = [];
  for (const version of newer.filter((version) => line(version) === line(ours))) {
    const archive = await goArchive(host, version, architecture, hashed);
    if (archive) return { ours, newest: version, archive, minor, passed };
    passed.push({ version, reason: "it is not served" });
  }
  return { ours, newest: ours, minor, passed };
}

async function read(folder: string): Promise<[mod: string, sum: string]> {
  return [
    await Deno.readTextFile(`${folder}/go.mod`),
    await Deno.readTextFile(`${folder}/go.sum`).catch(() => ""),
  ];
}
