import { architecture } from "../formats/architecture.ts";
import { readElf } from "../formats/elf.ts";
import { Failure } from "../formats/failure.ts";
import { anyGlob, glob } from "../formats/glob.ts";
import type { Package } from "../formats/package.ts";
import type { Entry } from "../formats/tar.ts";
import { treeText } from "../formats/info.ts";
import type { Json } from "../../plugins/plugin.ts";
import { file, type OwnedEntry, PathMap, symlink } from "../formats/tree.ts";
import { type Artifact, cached } from "../host/cache.ts";
import { fetchPackages } from "../host/debian.ts";
import { readFolder } from "../host/folder.ts";
import type { Host } from "../host/host.ts";
import { unpackDeb } from "../host/unpack.ts";
import { hostKit } from "../host/tools.ts";
import { sourceHash } from "../host/source.ts";
import { pooled } from "../formats/pooled.ts";
import { type Extension, readExtension, writeExtension } from "./extension.ts";
import { findLibraries } from "./libraries.ts";
import type { PlannedBuild } from "./origins.ts";
import type { Plan, PlannedExtension } from "./plan.ts";
import { buildSource } from "./source.ts";

/** Name of the extension that holds the shared libraries of all others. */
export const LIBRARIES = "libs";

/**
 * Makes one extension for each recipe of the plan and one for the libraries that their programs need; returns them by
 * name. Of the packages only what a recipe keeps gets in.
 */
export async function tcz(plan: Plan, host: Host, only?: readonly string[]): Promise<Extension[]> {
  const wanted = only
    ? [plan.base, ...plan.extensions].filter(({ name }) => only.includes(name))
    : plan.extensions;
  // While one is compressed by the tool, another is unpacked here: the largest first, so that none is left for last.
  const bySize = wanted.toSorted((a, b) => installedSize(b) - installedSize(a));
  const made = await pooled(2, bySize, (extension) => makeExtension(plan, host, extension));
  if (only && !only.includes(LIBRARIES)) return made;
  const libraries = await makeLibraries(plan, host, made);
  return [...made, libraries].sort((a, b) => a.name < b.name ? -1 : 1);
}

async function makeExtension(plan: Plan, host: Host, recipe: PlannedExtension): Promise<Extension> {
  const { packages, build, plugin: _, ...shape } = recipe;
  const built = build && await buildSource(build, host);
  const inputs = {
    code: await sourceHash(import.meta.url),
    recipe: shape as unknown as Json,
    packages: Object.fromEntries(packages.map((item) => [item.name, `${item.version} ${item.sha256}`])),
    ...(built ? { build: built.key } : {}),
  };
  const artifact = await cached(host, "tcz", recipe.name, inputs, async (folder) => {
    const progress = host.progress.task(`${recipe.name}.tcz`);
    const entries = await recipeFiles(recipe, host);
    await writeExtension(
      folder,
      {
        name: recipe.name,
        summary: recipe.summary,
        version: build?.version ?? packages[0].version,
        depends: dependsOf(recipe),
        tree: treeText(recipe.name, new Map(plan.extensions.map((item) => [item.name, dependsOf(item)]))),
        entries,
        needs: neededLibraries(recipe, entries),
      },
      architecture(plan.architecture),
      await hostKit(host, "image"),
      host,
    );
    progress.done();
  });
  return await readExtension(recipe.name, artifact);
}

/** Returns the files that a recipe keeps of its packages or of its build, sorted by path. */
export async function recipeFiles(recipe: PlannedExtension, host: Host): Promise<OwnedEntry[]> {
  const { packages, build } = recipe;
  const map = new PathMap();
  const files = await fetchPackages(host, packages);
  for (const item of packages) {
    const entries = await unpackDeb(files.get(item.sha256)!);
    for (const entry of keptEntries(recipe, entries)) map.add(withMode(recipe, entry), origin(item));
  }
  const built = build ? await builtEntries(await buildSource(build, host)) : [];
  for (const entry of keptEntries(recipe, built)) map.add(withMode(recipe, entry), builtOrigin(build!));
  for (const [path, target] of Object.entries(recipe.links ?? {})) {
    map.add(symlink(path, target), { title: `the recipe ${recipe.name}` });
  }
  const entries = map.sorted();
  checkKept(recipe, entries);
  return entries;
}

/** The files that a build left. */
async function builtEntries({ path }: Artifact): Promise<Entry[]> {
  return await readFolder(`${path}/out`, Number(await Deno.readTextFile(`${path}/epoch`)));
}

/** What a recipe takes of one package. */
function keptEntries(recipe: PlannedExtension, entries: Entry[]): Entry[] {
  const keep = anyGlob(recipe.keep), drop = anyGlob(recipe.drop ?? []);
  const kept = entries.filter(({ path, type }) => type !== "directory" && keep(path) && !drop(path));
  for (const { path, from } of recipe.concat ?? []) {
    const parts = entries.filter((entry) => entry.type === "file" && glob(from)(entry.path));
    if (parts.length === 0) continue;
    const text = parts.sort((a, b) => a.path < b.path ? -1 : 1).map(({ data }) =>
      new TextDecoder().decode(data)
    ).join("");
    kept.push({ ...file(path, text), mtime: parts[0].mtime });
  }
  return kept;
}

function withMode(recipe: PlannedExtension, entry: Entry): Entry {
  return { ...entry, mode: recipe.modes?.[entry.path] ?? entry.mode };
}

/** A pattern that no longer finds anything means that Debian has moved a file: better said now than in the guest. */
function checkKept(recipe: PlannedExtension, entries: OwnedEntry[]): void {
  for (const pattern of recipe.keep) {
    if (!entries.some(({ path }) => glob(pattern)(path))) {
      throw new Failure(
        `The recipe ${recipe.name} keeps ${pattern}, but ${
          recipe.build ? "its build" : recipe.packages.map(title).join(", ")
        } has no such file.`,
        recipe.build
          ? `Correct the recipe of the plugin ${recipe.plugin}, or what its script installs.`
          : `Look with \`dpkg -L\` where it is now, and correct the recipe of the plugin ${recipe.plugin}.`,
      );
    }
  }
}

/** Libraries that the ELF files of an extension need and that it does not bring itself. */
function neededLibraries(recipe: PlannedExtension, entries: OwnedEntry[]): string[] {
  const own = new Set(entries.map(({ path }) => path.split("/").pop()));
  const needed = entries.flatMap((entry) => entry.data ? readElf(entry.data)?.needed ?? [] : []);
  return [...new Set([...needed, ...recipe.dlopens ?? []])].filter((soname) => !own.has(soname)).sort();
}

async function makeLibraries(plan: Plan, host: Host, extensions: Extension[]): Promise<Extension> {
  const needs = [...new Set(extensions.flatMap((extension) => extension.needs))].sort();
  const inputs = {
    code: await sourceHash(import.meta.url),
    needs,
    packages: plan.libraries.map((item) => item.sha256),
  };
  const artifact = await cached(host, "tcz", LIBRARIES, inputs, async (folder) => {
    const progress = host.progress.task(`${LIBRARIES}.tcz`);
    const files = await fetchPackages(host, plan.libraries);
    const candidates: OwnedEntry[] = [];
    for (const item of plan.libraries) {
      const entries = await unpackDeb(files.get(item.sha256)!);
      candidates.push(...entries.map((entry) => ({ ...entry, origin: origin(item) })));
    }
    const map = new PathMap();
    for (const { origin, ...entry } of findLibraries(needs, candidates, architecture(plan.architecture))) {
      map.add(entry, origin);
    }
    await writeExtension(
      folder,
      {
        name: LIBRARIES,
        summary: "Shared libraries of all extensions",
        version: plan.version,
        depends: [],
        tree: treeText(LIBRARIES, new Map()),
        entries: map.sorted(),
        needs: [],
      },
      architecture(plan.architecture),
      await hostKit(host, "image"),
      host,
    );
    progress.done();
  });
  return await readExtension(LIBRARIES, artifact);
}

function installedSize(recipe: PlannedExtension): number {
  const all = recipe.build?.room ?? recipe.packages;
  return all.reduce((sum, item) => sum + item.installedSize, 0);
}

function dependsOf(recipe: PlannedExtension): string[] {
  return [LIBRARIES, ...recipe.depends ?? []];
}

function origin(item: Package) {
  return { title: `the package ${title(item)}`, package: item.name, version: item.version };
}

function builtOrigin({ recipe, version, source }: PlannedBuild) {
  return { title: `the source of ${recipe} ${version}`, package: source?.name ?? recipe, version };
}

function title(item: Package): string {
  return `${item.name} ${item.version}`;
}
