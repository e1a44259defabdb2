import { readSection } from "./section.ts";

/** What a kernel module says of itself in its .modinfo section. */
export interface ModuleInfo {
  /** Name, with underscores. */
  name: string;
  /** Path below /usr/lib/modules/RELEASE. */
  path: string;
  /** Modules that it needs, by name. */
  depends: string[];
  /** Modules that should be loaded before it (softdep pre), by name. */
  softDepends: string[];
  /** Device and function aliases. */
  aliases: string[];
}

/** Returns the module's name as the kernel writes it: `-` becomes `_`, path and endings are gone. */
export function moduleName(path: string): string {
  return path.split("/").pop()!.replace(/\.ko(\.\w+)?$/, "").replaceAll("-", "_");
}

/** Returns what a module's .modinfo section says, read as the kernel's modpost writes it: `key=value` strings. */
export function readModule(path: string, data: Uint8Array): ModuleInfo {
  const info: ModuleInfo = { name: moduleName(path), path, depends: [], softDepends: [], aliases: [] };
  for (const [key, value] of modinfo(data)) {
    if (key === "depends") info.depends.push(...value.split(",").filter(Boolean).map(moduleName));
    if (key === "alias") info.aliases.push(value);
    if (key === "softdep") {
      const pre = value.match(/pre:\s*(.*?)(\s*post:|$)/)?.[1] ?? "";
      info.softDepends.push(...pre.split(/\s+/).filter(Boolean).map(moduleName));
    }
  }
  return info;
}

/** Returns the modules named and all that they depend on; `missing` is called for a name that is not there. */
export function moduleClosure(
  names: Iterable<string>,
  read: (name: string) => ModuleInfo | undefined,
): Map<string, ModuleInfo> {
  const found = new Map<string, ModuleInfo>();
  const queue = [...names].map(moduleName);
  for (let name = queue.shift(); name; name = queue.shift()) {
    if (found.has(name)) continue;
    const info = read(name);
    // A soft dependency, and one that is built in, need not be there.
    if (!info) continue;
    found.set(name, info);
    queue.push(...info.depends, ...info.softDepends);
  }
  return found;
}

/** Returns the text of modules.dep (modules.dep(5)): each module with all that is loaded before it, the first one last. */
export function depTable(modules: ReadonlyMap<string, ModuleInfo>): string {
  return sorted(modules).map((info) => {
    const loaded: string[] = [];
    const load = (name: string) => {
      const needed = modules.get(name);
      if (!needed || needed === info || loaded.includes(needed.path)) return;
      [...needed.softDepends, ...needed.depends].forEach(load);
      loaded.push(needed.path);
    };
    [...info.softDepends, ...info.depends].forEach(load);
    return `${info.path}:${loaded.reverse().map((path) => ` ${path}`).join("")}\n`;
  }).join("");
}

/** Returns the text of modules.alias: each alias with the module that answers to it. */
export function aliasTable(modules: ReadonlyMap<string, ModuleInfo>): string {
  return sorted(modules).flatMap((info) => info.aliases.map((alias) => `alias ${alias} ${info.name}\n`)).join(
    "",
  );
}

function sorted(modules: ReadonlyMap<string, ModuleInfo>): ModuleInfo[] {
  return [...modules.values()].sort((a, b) => a.path < b.path ? -1 : 1);
}

function modinfo(elf: Uint8Array): [string, string][] {
  return new TextDecoder("latin1").decode(readSection(elf, ".modinfo")).split("\0")
    .map((line) => [line.slice(0, line.indexOf("=")), line.slice(line.indexOf("=") + 1)]);
}
