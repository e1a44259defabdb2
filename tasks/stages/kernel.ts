import { architecture } from "../formats/architecture.ts";
import type { Json } from "../../plugins/plugin.ts";
import { decompress } from "../formats/deb.ts";
import { Failure } from "../formats/failure.ts";
import {
  aliasTable,
  depTable,
  moduleClosure,
  type ModuleInfo,
  moduleName,
  readModule,
} from "../formats/module.ts";
import type { Entry } from "../formats/tar.ts";
import { file, PathMap } from "../formats/tree.ts";
import { treeText } from "../formats/info.ts";
import { cached } from "../host/cache.ts";
import { fetchPackages } from "../host/debian.ts";
import type { Host } from "../host/host.ts";
import { unpackDeb } from "../host/unpack.ts";
import { sourceHash } from "../host/source.ts";
import { hostKit } from "../host/tools.ts";
import { type Extension, readExtension, writeExtension } from "./extension.ts";
import { buildLinux, type PlannedLinux } from "./linux.ts";
import type { Plan } from "./plan.ts";
import { sign } from "./sign.ts";

/** The kernel, and the modules that the plan needs of it. */
export interface Kernel {
  /** Release, as `uname -r` says it. */
  release: string;
  /** Path of the image; Debian's is signed. */
  image: string;
  /** Path of the certificate of an owner who signed it. */
  owner?: string;
  /** Extension with the modules. */
  modules: Extension;
  /** Modules that have to be there before any extension can be mounted, in the order of loading. */
  early: { path: string; file: string }[];
  /** Key of the artifact. */
  key: string;
  /** True if it was in the cache. */
  cached: boolean;
}

/** What /init loads before it can mount the extension that holds all other modules. */
const EARLY = ["loop", "squashfs", "overlay"];

/** Returns the kernel of the plan and its modules; throws a failure if it lacks an option that the plan asks for. */
export async function kernel(plan: Plan, host: Host): Promise<Kernel> {
  const { linux } = plan.kernel;
  const found = await (linux ? ownKernel(plan, linux, host) : debianKernel(plan, host));
  if (!plan.signature) return found;
  const { path, key } = await sign({ file: found.image, key: found.key }, plan.signature, host);
  return { ...found, image: `${path}/signed`, owner: `${path}/owner.cer`, key };
}

/** Everything that the plan asks for is built in: what is left of the modules is the list of that, for modprobe. */
async function ownKernel(plan: Plan, linux: PlannedLinux, host: Host): Promise<Kernel> {
  const built = await buildLinux(linux, host);
  const out = (name: string) => `${built.path}/out/${name}`;
  const release = (await Deno.readTextFile(out("release"))).trim();
  const inputs = { code: await sourceHash(import.meta.url), linux: built.key };
  const artifact = await cached(host, "kernel", "linux", inputs, async (folder) => {
    const origin = { title: `the kernel ${release}`, package: "kernel", version: linux.source.version };
    const mtime = Number(await Deno.readTextFile(`${built.path}/epoch`));
    const map = new PathMap();
    for (const name of ["modules.dep", "modules.alias", "modules.builtin", "modules.builtin.modinfo"]) {
      const data = /builtin/.test(name) ? await Deno.readFile(out(name)) : "";
      map.add({ ...file(`/usr/lib/modules/${release}/${name}`, data), mtime }, origin);
    }
    await writeModulesExtension(plan, map, folder, host);
    await Deno.writeTextFile(`${folder}/early.dep`, "");
  });
  return {
    release,
    image: out("vmlinuz"),
    modules: await readExtension("modules", artifact),
    early: [],
    key: artifact.key,
    cached: artifact.cached,
  };
}

async function debianKernel(plan: Plan, host: Host): Promise<Kernel> {
  const { package: item, options } = plan.kernel;
  const inputs = {
    code: await sourceHash(import.meta.url),
    package: item.sha256,
    options: options as unknown as Json,
  };
  const artifact = await cached(host, "kernel", "linux", inputs, async (folder) => {
    const progress = host.progress.task(`kernel ${item.version}`);
    const files = await fetchPackages(host, [item]);
    const entries = await unpackDeb(files.get(item.sha256)!);
    const release = releaseOf(entries, item.name);
    checkOptions(plan, entries, release);
    await Deno.writeFile(`${folder}/vmlinuz`, entryAt(entries, `/boot/vmlinuz-${release}`).data!);
    await writeModules(plan, entries, release, folder, host);
    await Deno.writeTextFile(`${folder}/release`, release);
    progress.done();
  });
  const release = await Deno.readTextFile(`${artifact.path}/release`);
  const early = await Deno.readTextFile(`${artifact.path}/early`);
  return {
    release,
    image: `${artifact.path}/vmlinuz`,
    modules: await readExtension("modules", artifact),
    early: early.split("\n").filter(Boolean).map((path) => ({
      path,
      file: `${artifact.path}/early.d/${moduleName(path)}.ko`,
    })),
    key: artifact.key,
    cached: artifact.cached,
  };
}

/** Stops the build, naming the option, the plugin and its reason, if the kernel's own config lacks what a plugin needs. */
function checkOptions(plan: Plan, entries: Entry[], release: string): void {
  const config = new TextDecoder().decode(entryAt(entries, `/boot/config-${release}`).data);
  const set = new Map([...config.matchAll(/^CONFIG_(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]));
  const available = new Set(
    entries.filter(({ path }) => path.includes(".ko")).map(({ path }) => moduleName(path)),
  );
  const missing = plan.kernel.options.flatMap(({ option, value, plugin, reason, modules }) => {
    const has = set.get(option) ?? "n";
    const lost = has === "m" ? (modules ?? []).filter((name) => !available.has(moduleName(name))) : [];
    if (has === "y" || (has === "m" && value === "y" && modules && lost.length === 0)) return [];
    const problem = lost.length
      ? `its module ${lost.join(", ")} is not in the package`
      : has === "m"
      ? "it is a module, and none is named or it has to be built in"
      : "it is not set";
    return [`CONFIG_${option}: ${problem}; ${plugin} needs it for ${reason}`];
  });
  if (missing.length === 0) return;
  throw new Failure(
    `The kernel ${release} lacks what the plan needs:\n  ${missing.join("\n  ")}`,
    "Take the plugin away, or correct its kernel options.",
  );
}

async function writeModules(
  plan: Plan,
  entries: Entry[],
  release: string,
  folder: string,
  host: Host,
): Promise<void> {
  const root = `/usr/lib/modules/${release}`;
  const byName = new Map(
    entries.filter(({ path }) => /\.ko(\.\w+)?$/.test(path)).map((entry) => [moduleName(entry.path), entry]),
  );
  const wanted = [...EARLY, ...plan.kernel.options.flatMap(({ modules }) => modules ?? [])];
  const data = await unpackNeeded(wanted, byName, root);
  const modules = moduleClosure(wanted, (name) => data.get(name)?.info);
  const origin = {
    title: `the kernel ${release}`,
    package: plan.kernel.package.name,
    version: plan.kernel.package.version,
  };
  const map = new PathMap();
  const mtime = byName.values().next().value!.mtime;
  const add = (path: string, content: Uint8Array | string) =>
    map.add({ ...file(`${root}/${path}`, content), mtime }, origin);
  for (const { name, path } of modules.values()) add(path, data.get(name)!.bytes);
  add("modules.dep", depTable(modules));
  add("modules.alias", aliasTable(modules));
  for (const name of ["modules.builtin", "modules.builtin.modinfo"]) {
    add(name, entryAt(entries, `${root}/${name}`).data!);
  }
  await writeModulesExtension(plan, map, folder, host);
  await writeEarly(folder, modules, data);
}

async function writeModulesExtension(plan: Plan, map: PathMap, folder: string, host: Host): Promise<void> {
  await writeExtension(
    folder,
    {
      name: "modules",
      summary: "Modules of the kernel",
      version: plan.kernel.package.version,
      depends: [],
      tree: treeText("modules", new Map()),
      entries: map.sorted(),
      needs: [],
    },
    architecture(plan.architecture),
    await hostKit(host, "image"),
    host,
  );
}

interface UnpackedModule {
  info: ModuleInfo;
  bytes: Uint8Array;
}

/** Unpacks the modules wanted and, as what they need is written inside of them, theirs in turn. */
async function unpackNeeded(
  wanted: string[],
  byName: Map<string, Entry>,
  root: string,
): Promise<Map<string, UnpackedModule>> {
  const unpacked = new Map<string, UnpackedModule>();
  const queue = wanted.map(moduleName);
  for (let name = queue.shift(); name; name = queue.shift()) {
    const entry = byName.get(name);
    if (!entry || unpacked.has(name)) continue;
    const bytes = await decompress(entry.path, entry.data!);
    const path = entry.path.slice(root.length + 1).replace(/\.ko\.\w+$/, ".ko");
    const info = readModule(path, bytes);
    unpacked.set(name, { info, bytes });
    queue.push(...info.depends, ...info.softDepends);
  }
  return unpacked;
}

async function writeEarly(
  folder: string,
  modules: Map<string, ModuleInfo>,
  data: Map<string, UnpackedModule>,
): Promise<void> {
  const early = moduleClosure(EARLY, (name) => modules.get(name));
  await Deno.mkdir(`${folder}/early.d`);
  for (const { name } of early.values()) {
    await Deno.writeFile(`${folder}/early.d/${name}.ko`, data.get(name)!.bytes);
  }
  await Deno.writeTextFile(`${folder}/early`, [...early.values()].map(({ path }) => `${path}\n`).join(""));
  await Deno.writeTextFile(`${folder}/early.dep`, depTable(early));
}

function releaseOf(entries: Entry[], name: string): string {
  const image = entries.find(({ path }) => path.startsWith("/boot/vmlinuz-"));
  if (!image) throw new Failure(`The package ${name} has no kernel image in /boot.`);
  return image.path.slice("/boot/vmlinuz-".length);
}

function entryAt(entries: Entry[], path: string): Entry {
  const entry = entries.find((candidate) => candidate.path === path);
  if (!entry?.data) throw new Failure(`The kernel's package has no ${path}.`);
  return entry;
}
