import type { Progress } from "./progress.ts";

/** What a host can keep a build apart with: user namespaces, or an engine of containers. */
export const WAYS = ["namespaces", "podman", "docker"] as const;

/** One of {@link WAYS}. */
export type Way = typeof WAYS[number];

/** What a stage may use of the machine that it runs on: every path and every outside effect starts here. */
export interface Host {
  /** Folder of everything that can be made again, below XDG_CACHE_HOME. */
  readonly cache: string;
  /** Base addresses of Debian's archives, without a trailing slash. */
  readonly mirror: Mirror;
  /** True where nothing may be fetched: what is not cached is an error. */
  readonly offline: boolean;
  /** True where indexes are to be looked up again though they are fresh. */
  readonly refresh: boolean;
  /** True where a stage says which input changed. */
  readonly explain: boolean;
  /** What keeps a build from source apart: user namespaces, or a container of the engine of that name. */
  readonly way: Way;
  /** Where progress is shown. */
  readonly progress: Progress;
  /** Aborted at Ctrl-C; downloads and processes end with it. */
  readonly signal: AbortSignal;
}

/** The two archives that Debian's packages come from, and who named them. */
export interface Mirror {
  /** Address of the main archive, the folder that holds dists/ and pool/. */
  readonly main: string;
  /** Address of the security archive. */
  readonly security: string;
  /** Where the choice came from: an option, the environment, apt's settings or the built-in default. */
  readonly origin: string;
}
