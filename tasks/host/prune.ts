import { exists, explainError } from "./cache.ts";
import { isHeld } from "./hold.ts";

/** Something in the cache that can be removed by itself. */
export interface CacheEntry {
  /** Folder of the cache that it lies in, such as `debs`. */
  part: string;
  /** Its path. */
  path: string;
  /** Its size in bytes. */
  size: number;
  /** When it was last used. */
  used: Date;
  /** True if a build that runs is making it: it is not to be removed. */
  held: boolean;
  /** True if neither a recent plan nor a running build needs it. */
  stale: boolean;
}

const MINUTE = 60 * 1000, DAY = 24 * 60 * MINUTE;

/** Folders of the cache that hold no artifacts; all others have one folder for each, with an inputs.json. */
const LOOSE = ["debs", "indexes", "sources", "tmp"];

/** Names of the folders that artifacts are made in; whoever makes one holds it. */
const HALF_MADE = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * Returns what is in the cache, largest first. Stale is what was not used for so many days, but for packages and indexes
 * that a recent artifact was made from; a folder in tmp as soon as nobody holds it, or after a day where that says nothing.
 */
export async function listCache(cache: string, days: number, now = new Date()): Promise<CacheEntry[]> {
  const entries = await allEntries(cache);
  const age = ({ used }: CacheEntry) => now.getTime() - used.getTime();
  const lists = entries.filter(({ part, path }) => !LOOSE.includes(part) || isRelease(path));
  const named = await namedHashes(lists.filter((list) => isRelease(list.path) || age(list) <= days * DAY));
  for (const entry of entries) {
    const name = nameOf(entry.path);
    const kept = isRelease(name) || named.has(name.slice(0, 64));
    entry.held = entry.part === "tmp" && await isHeld(entry.path);
    // Between making a folder and taking hold of it there is a moment.
    entry.stale = entry.part === "tmp"
      ? !entry.held && age(entry) > (HALF_MADE.test(name) ? MINUTE : DAY)
      : !kept && age(entry) > days * DAY;
  }
  return entries.sort((a, b) => b.size - a.size);
}

/** Removes entries of a cache; one that another process removed first is no error. */
export async function removeEntries(cache: string, entries: readonly CacheEntry[]): Promise<void> {
  if (entries.length === 0) return;
  try {
    await Deno.mkdir(`${cache}/tmp`, { recursive: true });
    for (const { path } of entries) {
      // Half an artifact must not be taken for a whole one: it leaves its place by one rename.
      const temporary = `${cache}/tmp/${crypto.randomUUID()}`;
      await Deno.rename(path, temporary).then(() => Deno.remove(temporary, { recursive: true })).catch(
        (error) => {
          if (!(error instanceof Deno.errors.NotFound)) throw error;
        },
      );
    }
  } catch (error) {
    throw explainError(error, cache);
  }
}

/** Parts that are symbolic links lead out of the cache, and are not followed. */
async function allEntries(cache: string): Promise<CacheEntry[]> {
  const entries: CacheEntry[] = [];
  for (const folder of await children(cache)) {
    if (!(await Deno.lstat(folder)).isDirectory) continue;
    for (const path of await children(folder)) {
      const info = await Deno.lstat(path).catch(() => null);
      if (!info?.mtime) continue;
      const [part, size, used] = [nameOf(folder), await sizeOf(path), info.mtime];
      entries.push({ part, path, size, used, held: false, stale: false });
    }
  }
  return entries;
}

/** The hashes in signed indexes, and those of what artifacts were made from. */
async function namedHashes(lists: readonly CacheEntry[]): Promise<Set<string>> {
  const named = new Set<string>();
  for (const { path } of lists) {
    const text = await Deno.readTextFile(isRelease(path) ? path : `${path}/inputs.json`).catch(() => "");
    for (const [hash] of text.matchAll(/[0-9a-f]{64}/g)) named.add(hash);
  }
  return named;
}

/** Without its signed index a cache is of no use offline. */
function isRelease(path: string): boolean {
  return path.endsWith(".InRelease");
}

async function children(folder: string): Promise<string[]> {
  if (!await exists(folder)) return [];
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => `${folder}/${name}`);
}

async function sizeOf(path: string): Promise<number> {
  const info = await Deno.lstat(path).catch(() => null);
  if (!info?.isDirectory) return info?.size ?? 0;
  const sizes = await Promise.all((await children(path).catch(() => [])).map(sizeOf));
  return sizes.reduce((sum, size) => sum + size, 0);
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf("/") + 1);
}
