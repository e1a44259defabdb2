import { exists } from "./cache.ts";

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
  /** True if neither a recent plan nor a running build needs it. */
  stale: boolean;
}

const DAY = 24 * 3600 * 1000;

/** Folders with one folder for each artifact; its time is that of its last use. */
const STAGES = ["tcz", "kernel", "remaster", "iso", "tools"];

/**
 * Returns what is in the cache, largest first. Stale is what was not used for so many days; a package or an index that a
 * recent artifact was made from is recent as well, and half-made folders are stale after a day.
 */
export async function listCache(cache: string, days: number, now = new Date()): Promise<CacheEntry[]> {
  const old = (used: Date, limit: number) => now.getTime() - used.getTime() > limit * DAY;
  const entries: CacheEntry[] = [];
  const named = new Set<string>();
  for (const part of STAGES) {
    for (const path of await children(`${cache}/${part}`)) {
      const used = (await Deno.stat(path)).mtime ?? now;
      const stale = old(used, days);
      entries.push({ part, path, size: await sizeOf(path), used, stale });
      if (!stale) await addHashes(`${path}/inputs.json`, named);
    }
  }
  for (const path of await children(`${cache}/indexes`)) {
    if (path.endsWith(".InRelease")) await addHashes(path, named);
  }
  for (const part of ["debs", "indexes", "tmp"]) {
    for (const path of await children(`${cache}/${part}`)) {
      const used = (await Deno.stat(path)).mtime ?? now;
      const hash = path.match(/[0-9a-f]{64}/)?.[0] ?? "";
      const stale = old(used, part === "tmp" ? 1 : days) && !named.has(hash) && !path.endsWith(".InRelease");
      entries.push({ part, path, size: await sizeOf(path), used, stale });
    }
  }
  return entries.sort((a, b) => b.size - a.size);
}

/** Removes entries; one that another process removed first is no error. */
export async function removeEntries(entries: readonly CacheEntry[]): Promise<void> {
  for (const { path } of entries) {
    await Deno.remove(path, { recursive: true }).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }
}

async function addHashes(path: string, named: Set<string>): Promise<void> {
  const text = await Deno.readTextFile(path).catch(() => "");
  for (const [hash] of text.matchAll(/[0-9a-f]{64}/g)) named.add(hash);
}

async function children(folder: string): Promise<string[]> {
  if (!await exists(folder)) return [];
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => `${folder}/${name}`);
}

async function sizeOf(path: string): Promise<number> {
  const info = await Deno.lstat(path).catch(() => null);
  if (!info?.isDirectory) return info?.size ?? 0;
  const sizes = await Promise.all((await children(path)).map(sizeOf));
  return sizes.reduce((sum, size) => sum + size, 0);
}
