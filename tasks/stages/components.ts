import { type Component, debPurl, goPurl, goSource, idOf } from "../formats/bill.ts";
import type { GoBuild, GoModule } from "../formats/buildinfo.ts";
import { type Licence, UNKNOWN } from "../formats/licence.ts";
import type { Package } from "../formats/package.ts";
import type { Mirror } from "../host/host.ts";
import type { Content } from "./contents.ts";
import type { PlannedBuild } from "./origins.ts";
import { describeLinux } from "./linux.ts";
import { allPackages, type Plan } from "./plan.ts";

/** Where the licences of components are looked up. */
export interface Licences {
  /** Of a Debian package. */
  ofPackage(item: Package): Promise<Licence>;
  /** Of what is built from source. */
  ofBuild(build: PlannedBuild): Promise<Licence>;
  /** Of a Go module that a build draws on; of any other program's nothing is known but the name. */
  ofModule(module: GoModule, build?: PlannedBuild): Promise<Licence>;
}

/** MIT is the toolkit's own, and that of its plugins. */
const OWN: Licence = { expression: "MIT", texts: [] };

/** Go's standard library is in each of its programs. */
const STANDARD: Licence = { expression: "BSD-3-Clause", texts: [] };

/**
 * Returns the components that the files of an image come from, sorted by id: each file has one owner. Beside the owners
 * there are the boot loaders, what a build was made of, and the Go modules that are linked into programs.
 */
export async function components(
  plan: Plan,
  contents: readonly Content[],
  mirror: Mirror,
  licences: Licences,
): Promise<Component[]> {
  const all = new Map<string, Component>();
  const add = (component: Component): Component => {
    const { name, version } = component;
    let id = component.id;
    // What an id can't hold stands as a hyphen in it, so that two names may come to one.
    for (let i = 2; all.has(id); id = `${component.id}-${i++}`) {
      const there = all.get(id)!;
      if (there.name === name && there.version === version) return there;
    }
    all.set(id, { ...component, id });
    return all.get(id)!;
  };
  const byName = new Map(allPackages(plan).map((item) => [`${item.name} ${item.version}`, item]));
  const debian = async (item: Package) =>
    add(packageComponent(item, plan.suite, mirror, await licences.ofPackage(item)));
  for (const item of plan.loaders) await debian(item);
  for (const { path, sha1, sha256, origin, extension, go } of contents) {
    const build = buildOf(plan, extension, origin);
    const item = byName.get(`${origin.package} ${origin.version}`);
    const owner = build
      ? await buildComponent(build, plan.suite, mirror, licences, add)
      : item
      ? await debian(item)
      : add(otherComponent(plan, origin));
    owner.files.push({ path, sha1, sha256, title: origin.title, extension });
    for (const module of go ? modulesOf(go) : []) {
      const part = add(await moduleComponent(module, licences, build));
      if (!owner.contains.includes(part.id)) owner.contains.push(part.id);
    }
  }
  for (const { files, contains } of all.values()) {
    files.sort((a, b) => order(a.path + a.extension, b.path + b.extension));
    contains.sort();
  }
  return [...all.values()].sort((a, b) => order(a.id, b.id));
}

/** What was built for an extension, if it is that which a file comes from. */
function buildOf(plan: Plan, extension: string, origin: Content["origin"]): PlannedBuild | undefined {
  const { linux } = plan.kernel;
  const recipe = extension === "core" ? plan.base : plan.extensions.find(({ name }) => name === extension);
  const build = extension === "modules" && linux ? describeLinux(linux) : recipe?.build;
  const name = build?.source?.name ?? build?.recipe;
  return name === origin.package && build?.version === origin.version ? build : undefined;
}

function packageComponent(item: Package, suite: string, mirror: Mirror, licence: Licence): Component {
  const { name, version, architecture, archive, filename, sha256, section, source } = item;
  return {
    ...empty(idOf("deb", name), name, version),
    type: /^(old)?libs$/.test(section) ? "library" : "application",
    purl: debPurl(name, version, architecture, suite),
    supplier: "Debian",
    licence,
    url: `${address(mirror[archive])}/${filename}`,
    sha256,
    comment: `Built by Debian from its source package ${source}.`,
  };
}

async function buildComponent(
  build: PlannedBuild,
  suite: string,
  mirror: Mirror,
  licences: Licences,
  add: (component: Component) => Component,
): Promise<Component> {
  const { recipe, version, source } = build;
  const archive = build.archive?.package ?? build.crate;
  const licence = await licences.ofBuild(build);
  const packages = archive ? [add(packageComponent(archive, suite, mirror, licence))] : [];
  const sources = (source?.files ?? []).map(({ name, sha256 }) =>
    add({
      ...empty(idOf("source", name), name, version),
      type: "source",
      supplier: "Debian",
      licence,
      url: `${address(mirror[source!.archive])}/${source!.directory}/${name}`,
      sha256,
    })
  );
  return add({
    ...empty(idOf("build", recipe), recipe, version),
    ...madeFrom(build, suite),
    licence,
    sources: [...packages, ...sources].map(({ id }) => id),
  });
}

function madeFrom({ version, source, archive, crate, go }: PlannedBuild, suite: string): Partial<Component> {
  if (go) {
    const url = goSource(go.module, `v${version}`);
    return {
      ...(url ? { url } : {}),
      purl: goPurl(go.module, `v${version}`),
      comment: `Built by boot2podman with Go ${go.toolchain}.`,
    };
  }
  const name = source?.name ?? (archive?.package ?? crate!).name;
  return {
    purl: debPurl(name, version, source ? "source" : "all", suite),
    comment: `Built by boot2podman from Debian's ${source ? "source package" : "package"} ${name}.`,
  };
}

/** What no package and no build brought: the toolkit did, or a plugin that did not come with it. */
function otherComponent(plan: Plan, { title, package: name, version }: Content["origin"]): Component {
  if (name) return empty(idOf("other", name), name, version ?? plan.version);
  const foreign = plan.plugins.filter(({ origin, name }) =>
    origin !== "built in" && title.startsWith("the plugin ") &&
    title.slice("the plugin ".length).split(", ").includes(name)
  );
  if (foreign.length > 0) {
    const names = foreign.map(({ name }) => name);
    return {
      ...empty(idOf("plugin", ...names), names.join(", "), plan.version),
      comment: `Plugins from ${
        foreign.map(({ origin }) => origin).join(", ")
      }; the version is that of the system.`,
    };
  }
  const plugins = plan.plugins.filter(({ origin }) => origin === "built in").map(({ name }) => name);
  return {
    ...empty("boot2podman", "boot2podman", plan.version),
    licence: OWN,
    comment: `The base, with what the plugins ${plugins.join(", ")} bring of their own.`,
  };
}

/** The standard library, the main module unless it is a folder of ours, and all that is linked in. */
function modulesOf({ toolchain, main, modules }: GoBuild): GoModule[] {
  const own = main && main.version !== "(devel)" ? [main] : [];
  return [{ path: "stdlib", version: toolchain.replace(/^go/, "") }, ...own, ...modules];
}

async function moduleComponent(
  module: GoModule,
  licences: Licences,
  build?: PlannedBuild,
): Promise<Component> {
  const { replacedBy } = module;
  // A folder has no name of its own: it is a changed copy of what it stands for.
  const isCopy = replacedBy !== undefined && /^\.{0,2}\//.test(replacedBy.path);
  const used = replacedBy && !isCopy ? replacedBy : module;
  const { path, version, sum = lineInSum(build, used) } = used;
  const url = goSource(path, version);
  const remarks = [
    ...(isCopy ? ["A changed copy of it is linked in."] : replacedBy ? [`It replaces ${module.path}.`] : []),
    ...(sum ? [`Its line in go.sum says ${sum}.`] : []),
  ];
  return {
    ...empty(idOf("go", path, version, ...(isCopy ? ["changed"] : [])), path, version),
    type: "library",
    purl: goPurl(path, version),
    ...(url ? { url } : {}),
    licence: path === "stdlib" ? STANDARD : await licences.ofModule(used, build),
    ...(remarks.length ? { comment: remarks.join(" ") } : {}),
  };
}

/** A changed copy has no hash in the program; what it was copied from has one in the go.sum of the build. */
function lineInSum(build: PlannedBuild | undefined, { path, version }: GoModule): string | undefined {
  return build?.texts["go.sum"]?.split("\n").find((line) => line.startsWith(`${path} ${version} h1:`))
    ?.split(" ")[2];
}

function empty(id: string, name: string, version: string): Component {
  return { id, name, version, type: "application", licence: UNKNOWN, files: [], contains: [], sources: [] };
}

/** A mirror's address, without the name and password that may be in it. */
function address(url: string): string {
  return url.replace(/^(\w+:\/\/)[^/@]*@/, "$1");
}

function order(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
