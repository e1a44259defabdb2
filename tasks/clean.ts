import { listCache, removeEntries } from "./host/prune.ts";
import { cacheFolder } from "./host/open.ts";

/** What `clean` is to do. */
export interface CleanOptions {
  /** Remove what is stale. */
  prune?: boolean;
  /** Remove everything. */
  all?: boolean;
  /** Days after which something that was not used is stale. */
  days: number;
}

/** Says what the cache holds and what of it is stale; removes it if that is wanted. */
export async function clean(options: CleanOptions, say: (line: string) => void): Promise<void> {
  const cache = cacheFolder();
  const entries = await listCache(cache, options.days);
  const remove = entries.filter(({ stale, held }) => options.all ? !held : stale);
  for (const part of [...new Set(entries.map(({ part }) => part))].sort()) {
    const own = entries.filter((entry) => entry.part === part);
    const last = new Date(Math.max(...own.map(({ used }) => used.getTime())));
    const stale = own.filter((entry) => remove.includes(entry));
    say(
      `${part.padEnd(10)}${count(own.length).padStart(12)}${megabytes(own).padStart(12)}   last used ${
        last.toISOString().slice(0, 10)
      }${stale.length ? `, ${megabytes(stale)} to free` : ""}`,
    );
  }
  if (!options.prune && !options.all) {
    const freed = `${megabytes(remove)}, not used for ${options.days} days`;
    say(`${cache} holds ${megabytes(entries)}; --prune would free ${freed}, --all everything.`);
    return;
  }
  await removeEntries(cache, remove);
  say(`${megabytes(remove)} freed in ${cache}.`);
}

function count(n: number): string {
  return n === 1 ? "1 entry" : `${n} entries`;
}

function megabytes(entries: readonly { size: number }[]): string {
  return `${(entries.reduce((sum, { size }) => sum + size, 0) / 1e6).toFixed(1)} MB`;
}
