import type { Architecture } from "../formats/architecture.ts";
import { readElf } from "../formats/elf.ts";
import { Failure } from "../formats/failure.ts";
import type { OwnedEntry } from "../formats/tree.ts";

/**
 * Returns the files that the dynamic linker will open for these sonames, and for what those need in turn (DT_NEEDED),
 * with the symbolic links that lead to them; throws a failure for a soname that no candidate has.
 */
export function findLibraries(
  needs: readonly string[],
  candidates: readonly OwnedEntry[],
  machine: Architecture,
): OwnedEntry[] {
  const byPath = new Map(candidates.map((entry) => [entry.path, entry]));
  const folders = [`/usr/lib/${machine.triplet}`, "/usr/lib"];
  const found = new Map<string, OwnedEntry>();
  const queue = [...needs, machine.linker];
  for (let soname = queue.shift(); soname; soname = queue.shift()) {
    const paths = soname.startsWith("/") ? [soname] : folders.map((folder) => `${folder}/${soname}`);
    const path = paths.find((path) => byPath.has(path));
    if (!path) {
      throw new Failure(
        `No package that the plan draws on has the library ${soname}.`,
        "Name the package that has it in the recipe that needs it, under debian.packages, and keep the file.",
      );
    }
    for (const entry of follow(path, byPath)) {
      if (found.has(entry.path)) continue;
      found.set(entry.path, entry);
      if (entry.data) queue.push(...readElf(entry.data)?.needed ?? []);
    }
  }
  return [...found.values()];
}

/** The entry at a path, and where it leads to. */
function follow(path: string, byPath: ReadonlyMap<string, OwnedEntry>): OwnedEntry[] {
  const chain: OwnedEntry[] = [];
  for (let entry = byPath.get(path); entry && chain.length < 8;) {
    chain.push(entry);
    if (entry.type !== "symlink") return chain;
    const target = new URL(entry.target!, `file://${entry.path}`).pathname;
    entry = byPath.get(target);
  }
  throw new Failure(`The library ${path} is a link that leads nowhere.`);
}
