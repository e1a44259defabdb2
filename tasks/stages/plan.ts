import { loadPlugins } from "../../plugins/load.ts";
import type { Bootcode, Check, HookStage, KernelOption, Recipe } from "../../plugins/plugin.ts";
import { architecture } from "../formats/architecture.ts";
import { Failure, unknown } from "../formats/failure.ts";
import { mergeConfigs, type MergedConfig } from "../formats/merge.ts";
import { orderHooks } from "../formats/order.ts";
import type { Package } from "../formats/package.ts";
import { closure, type DebianIndex, openIndex } from "../host/debian.ts";
import type { Host } from "../host/host.ts";
import { planLinux, type PlannedLinux } from "./linux.ts";
import { planSignature, type Signature } from "./sign.ts";
import { kernelOrigin, planBuilds, type PlannedBuild } from "./origins.ts";

/** What is asked for. */
export interface PlanRequest {
  /** Plugins to add, by name or path. */
  plugins?: readonly string[];
  /** Default plugins to take away, by name. */
  without?: readonly string[];
  /** Debian suite: trixie unless given. */
  suite?: string;
  /** Debian's name of the architecture: amd64 unless given. */
  architecture?: string;
  /** Kernel parameters that the boot loaders add, such as `host=lab`. */
  bootcodes?: readonly string[];
  /** Path of an owner's key that signs the kernel; its certificate is beside it, as `.crt`. */
  sign?: string;
  /** Where programs come from: `debian` or `source` for all, `NAME=source` for one. */
  from?: readonly string[];
}

/** One extension with what it is made from. */
export interface PlannedExtension extends Omit<Recipe, "debian" | "source"> {
  /** Plugin that brings it. */
  plugin: string;
  /** Packages whose files are taken, as the index describes them; none where it is built from source. */
  packages: Package[];
  /** How it is built, where that is from source. */
  build?: PlannedBuild;
}

/** A hook with its place in the boot decided by its place in the list. */
export interface PlannedHook {
  /** Its name. */
  name: string;
  /** What it does. */
  summary: string;
  /** Plugin that brings it. */
  plugin: string;
  /** Part of the boot that it belongs to. */
  stage: HookStage;
  /** The script. */
  script: string;
}

/** The resolved whole: what goes into an ISO and where each part comes from, as plain data. */
export interface Plan {
  /** Name of the ISO, without `.iso`. */
  name: string;
  /** Version of the system. */
  version: string;
  /** Debian's name of the architecture. */
  architecture: string;
  /** Debian suite. */
  suite: string;
  /** Signed indexes that the packages were looked up in. */
  releases: { suite: string; date: string; sha256: string }[];
  /** Plugins, `core` first. */
  plugins: { name: string; summary: string; origin: string }[];
  /** What the base is made of: busybox, which is there before any extension is mounted. */
  base: PlannedExtension;
  /** Extensions by name. */
  extensions: PlannedExtension[];
  /** Packages in which needed libraries are looked for. */
  libraries: Package[];
  /** The kernel's package, what plugins ask of it, and how it is built, where that is from source. */
  kernel: { package: Package; options: (KernelOption & { plugin: string })[]; linux?: PlannedLinux };
  /** The owner's key that signs the kernel. */
  signature?: Signature;
  /** Packages of the boot loaders. */
  loaders: Package[];
  /** Files of the guest, by path. */
  configs: MergedConfig[];
  /** Hooks in the order in which they run. */
  hooks: PlannedHook[];
  /** Kernel parameters that the guest reads. */
  bootcodes: (Bootcode & { plugin: string })[];
  /** Kernel parameters that the boot loaders add. */
  append: string[];
  /** What the guest tests try. */
  checks: (Check & { plugin: string })[];
}

/** Version of the system that is built. */
export const VERSION = "0.1.0";

/** Suites that can be built from. */
export const SUITES = ["trixie", "forky", "sid"];

/** Returns the plan for what is asked; nothing but signed indexes is downloaded. Throws a failure for bad input. */
export async function plan(request: PlanRequest, host: Host): Promise<Plan> {
  const suite = request.suite ?? "trixie";
  if (!SUITES.includes(suite)) throw unknown("suite", suite, SUITES);
  const machine = architecture(request.architecture ?? "amd64");
  const signature = request.sign ? await planSignature(request.sign) : undefined;
  const plugins = await loadPlugins(request.plugins ?? [], request.without);
  const each = <T, U>(
    pick: (plugin: (typeof plugins)[number]) => readonly T[] | undefined,
    make: (item: T, plugin: string) => U,
  ) => plugins.flatMap((plugin) => (pick(plugin) ?? []).map((item) => make(item, plugin.name)));

  const recipes = each((p) => p.recipes, (recipe, plugin) => ({ ...recipe, plugin }));
  checkRecipes(recipes);
  const bootcodes = each((p) => p.bootcodes, (bootcode, plugin) => ({ ...bootcode, plugin }));
  const append = checkBootcodes(request.bootcodes ?? [], bootcodes.map(({ name }) => name));
  const configs = mergeConfigs(each((p) => p.configs, (config, plugin) => ({ plugin, config })));
  const hooks = orderHooks(each((p) => p.hooks, (hook, plugin) => ({ ...hook, plugin })))
    .map(({ name, summary, plugin, stage, script }) => ({ name, summary, plugin, stage, script }));

  const index = await openIndex(host, { suite, architecture: machine.name });
  const find = (name: string, why: string) => findPackage(index, name, why, suite);
  const builds = await planBuilds(recipes, request.from ?? [], index, { host, suite, machine });
  const extensions = recipes.map(({ debian, source: _, ...recipe }) => {
    const build = builds.get(recipe.name);
    const why = `the recipe ${recipe.name} of ${recipe.plugin}`;
    const packages = build ? [] : debian!.packages.map((name) => find(name, why));
    const depends = build && ![recipe.name, BASE].includes(build.recipe)
      ? [...recipe.depends ?? [], build.recipe]
      : recipe.depends;
    return { ...recipe, packages, ...(depends ? { depends } : {}), ...(build ? { build } : {}) };
  }).sort((a, b) => a.name < b.name ? -1 : 1);
  const base = extensions.find(({ name }) => name === BASE)!;
  const options = each((p) => p.kernel, (option, plugin) => ({ ...option, plugin }));
  const asked = options.map(({ option, plugin, reason }) => ({ option, value: "y", from: plugin, reason }));
  const linux = kernelOrigin(request.from ?? []) === "source"
    ? await planLinux(index, asked, { suite, machine })
    : undefined;
  // Libraries that a program opens by name are named by its recipe, as Debian only recommends them.
  const opened = extensions.flatMap(({ packages, dlopens }) => dlopens ? packages.filter(isLibrary) : []);
  const programs = extensions.flatMap(({ packages }) => packages).filter((item) => !opened.includes(item));
  const rooms = extensions.flatMap(({ build }) => build?.room ?? []);
  return {
    name: ["boot2podman", ...plugins.filter((p) => p.added).map((p) => p.name)].join("-"),
    version: VERSION,
    architecture: machine.name,
    suite,
    releases: index.releases,
    plugins: plugins.map(({ name, summary, origin }) => ({ name, summary, origin })),
    base,
    extensions: extensions.filter((extension) => extension !== base),
    libraries: libraryPackages(index, programs, [...rooms, ...opened]),
    kernel: linux
      ? { package: linux.source, options, linux }
      : { package: kernelPackage(index, machine.kernel, suite), options },
    ...(signature ? { signature } : {}),
    loaders: [...machine.loaders, ...(signature ? [machine.mokManager.package] : [])].map((name) =>
      find(name, "the boot loaders")
    ),
    configs,
    hooks,
    bootcodes,
    append,
    checks: each((p) => p.checks, (check, plugin) => ({ ...check, plugin })),
  };
}

/** Returns every package that the plan's artifacts are made from, each once. */
export function allPackages(plan: Plan): Package[] {
  const all = [
    ...[plan.base, ...plan.extensions].flatMap(({ packages, build }) => build?.room ?? packages),
    ...plan.extensions.flatMap(({ build }) => build?.go?.golang?.room ?? []),
    ...plan.libraries,
    plan.kernel.package,
    ...plan.kernel.linux?.room ?? [],
    ...plan.loaders,
  ];
  return [...new Map(all.map((item) => [item.sha256, item])).values()];
}

function findPackage(index: DebianIndex, name: string, why: string, suite: string): Package {
  const found = index.find(name);
  if (!found) {
    throw new Failure(
      `Debian ${suite} has no package ${name}, which ${why} needs.`,
      "Is its name right in this suite? Another --suite may have it.",
    );
  }
  return found;
}

/** The meta package depends on the image of the newest kernel, by a name with its version in it. */
function kernelPackage(index: DebianIndex, meta: string, suite: string): Package {
  const image = findPackage(index, meta, "the kernel", suite).depends.find((name) =>
    name.startsWith("linux-image-")
  );
  return findPackage(index, image ?? meta, "the kernel", suite);
}

const isLibrary = (item: Package) => /^(old)?libs$/.test(item.section);

/** Debian puts shared libraries into sections of their own; what is really taken of them is what ELF files ask for. */
function libraryPackages(index: DebianIndex, programs: Package[], rooms: Package[]): Package[] {
  const names = programs.map(({ name }) => name);
  const roots = new Set([...names, ...rooms.map(({ name }) => name)]);
  return closure(index, [...roots], isLibrary).filter((item) =>
    isLibrary(item) && !names.includes(item.name)
  );
}

function checkRecipes(recipes: (Recipe & { plugin: string })[]): void {
  const byName = new Map<string, string>();
  for (const { name, plugin } of recipes) {
    const other = byName.get(name);
    if (other || RESERVED.includes(name)) {
      throw new Failure(
        `The extension ${name} is brought by ${other ?? "the toolkit"} and by ${plugin}.`,
        `Take one away (--without ${plugin}), or rename its recipe.`,
      );
    }
    byName.set(name, plugin);
  }
  for (const recipe of recipes) {
    for (const needed of recipe.depends ?? []) {
      if (!byName.has(needed)) {
        throw unknown(`extension for ${recipe.name} (${recipe.plugin}) to depend on,`, needed, byName.keys());
      }
    }
  }
}

/** The recipe of `core` whose files go into the base. */
const BASE = "busybox";

/** Extensions that the toolkit itself makes. */
const RESERVED = ["libs", "modules", "core"];

/** Parameters of the kernel itself that make sense in a boot loader's entry. */
const KERNEL_PARAMETERS = [
  "mitigations",
  "nomodeset",
  "acpi",
  "pci",
  "iommu",
  "intel_iommu",
  "amd_iommu",
  "panic",
  "video",
  "usbcore.autosuspend",
  "modprobe.blacklist",
  "debug",
  "nosmp",
  "maxcpus",
  "mem",
  "nokaslr",
  "net.ifnames",
  "root",
  "ro",
  "rw",
];

function checkBootcodes(append: readonly string[], known: string[]): string[] {
  for (const word of append) {
    const name = word.split("=")[0];
    if (/[\s\n]/.test(word) && !/^[\w.]+="[^"]*"$/.test(word)) {
      throw new Failure(
        `The bootcode ${word} holds a space.`,
        `Put its value in double quotes: ${name}="…".`,
      );
    }
    if (!known.includes(name) && !KERNEL_PARAMETERS.includes(name) && !name.includes(".")) {
      throw unknown("bootcode", name, [...known, ...KERNEL_PARAMETERS]);
    }
  }
  return [...append];
}
