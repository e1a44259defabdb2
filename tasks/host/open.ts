import { hostMirror } from "./mirror.ts";
import { unknown } from "../formats/failure.ts";
import { type Host, type Way, WAYS } from "./host.ts";
import { chooseProgress, type Progress } from "./progress.ts";

/** What of the host a user may choose. */
export interface HostOptions {
  /** Address of Debian's main archive. */
  mirror?: string;
  /** Fetch nothing. */
  offline?: boolean;
  /** Look indexes up again. */
  refresh?: boolean;
  /** Say which input changed. */
  explain?: boolean;
  /** What keeps a build from source apart: `namespaces` unless given, or `podman`, `docker`. */
  in?: string;
  /** Folder for everything that can be made again; below XDG_CACHE_HOME unless given. */
  cache?: string;
  /** Where progress is shown; on standard error unless given. */
  progress?: Progress;
  /** Aborts what runs. */
  signal?: AbortSignal;
}

/** Returns the host as the options and the environment have it. */
export async function openHost(options: HostOptions = {}): Promise<Host> {
  const way = options.in ?? "namespaces";
  if (!WAYS.includes(way as Way)) throw unknown("way to build apart", way, WAYS);
  return {
    cache: options.cache ?? cacheFolder(),
    mirror: await hostMirror(options.mirror),
    offline: options.offline ?? false,
    refresh: options.refresh ?? false,
    explain: options.explain ?? false,
    way: way as Way,
    progress: options.progress ?? chooseProgress(),
    signal: options.signal ?? new AbortController().signal,
  };
}

/** Returns the folder of the cache: boot2podman below XDG_CACHE_HOME, or below ~/.cache. */
export function cacheFolder(): string {
  const base = Deno.env.get("XDG_CACHE_HOME") || `${Deno.env.get("HOME") ?? "."}/.cache`;
  return `${base.startsWith("/") ? base : `${Deno.cwd()}/${base}`}/boot2podman`;
}
