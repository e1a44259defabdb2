import { cacheFolder } from "../../tasks/host/open.ts";
import { exists } from "../../tasks/host/cache.ts";

/** How a command of the toolkit ended, and what it said. */
export interface Outcome {
  /** Exit code; a signal counts 128 and its number. */
  code: number;
  /** Standard output and standard error. */
  said: string;
}

/** How a command of the toolkit is run. */
export interface CliOptions {
  /** Folder below which the cache is (XDG_CACHE_HOME). */
  cache: string;
  /** Further variables. */
  env?: Record<string, string>;
  /** Words in front of Deno, such as `taskset -c 0`. */
  wrapper?: string[];
}

const CLI = new URL("../../tasks/cli.ts", import.meta.url).pathname;

/** Deno's own cache would move with XDG_CACHE_HOME, and have to be filled again. */
const DENO_DIR = Deno.env.get("DENO_DIR") ?? cacheFolder().replace(/boot2podman$/, "deno");

/** Starts a command of the toolkit as its user would, in a process of its own. */
export function spawn(args: string[], { cache, env, wrapper = [] }: CliOptions): Deno.ChildProcess {
  const [program, ...words] = [...wrapper, Deno.execPath(), "run", "-A", "--quiet", CLI, ...args];
  return new Deno.Command(program, {
    args: words,
    env: { NO_COLOR: "1", DENO_DIR, XDG_CACHE_HOME: cache, ...env },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
}

/** Runs a command of the toolkit to its end. */
export async function cli(args: string[], options: CliOptions): Promise<Outcome> {
  const { code, stdout, stderr } = await spawn(args, options).output();
  return { code, said: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

/**
 * Returns a new folder for XDG_CACHE_HOME whose cache holds downloads and tools, and nothing that was built: what is
 * in the user's cache is linked, as it is never changed in place.
 */
export async function cacheWithDownloads(): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "boot2podman-test-", dir: await besideCache() });
  for (const name of ["debs", "indexes", "tools"]) {
    const from = `${cacheFolder()}/${name}`;
    if (await exists(from)) {
      await new Deno.Command("cp", { args: ["-a", from, await made(`${folder}/boot2podman`)] }).output();
    }
  }
  return folder;
}

/** A temporary folder on a disk: /tmp may be in memory, and a build takes some hundred megabytes. */
async function besideCache(): Promise<string> {
  return await made(`${cacheFolder()}/tmp`);
}

async function made(folder: string): Promise<string> {
  await Deno.mkdir(folder, { recursive: true });
  return folder;
}
