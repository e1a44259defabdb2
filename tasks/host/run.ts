import $ from "dax";
import { Failure } from "../formats/failure.ts";

/** How a process is started. */
export interface RunOptions {
  /** What it reads from standard input; nothing unless given. */
  input?: Iterable<Uint8Array>;
  /** Variables added to a minimal environment, so that the host's settings can't change what is built. */
  env?: Record<string, string>;
  /** Its working folder. */
  cwd?: string;
  /** Ends it when aborted. */
  signal?: AbortSignal;
}

/**
 * Runs a program to its end and returns what it wrote to standard output; throws {@link Failure} with the end of
 * what it said and the command line, ready to be pasted into a shell, if it fails. Every short process goes
 * through here.
 */
export async function run(argv: readonly string[], options: RunOptions = {}): Promise<string> {
  options.signal?.throwIfAborted();
  const command = $`${argv}`.clearEnv().env({
    PATH: "/usr/bin:/bin",
    LC_ALL: "C.UTF-8",
    TZ: "UTC",
    ...options.env,
  })
    .noThrow().stdout("piped").stderr("piped");
  const child = command
    .cwd(options.cwd ?? Deno.cwd())
    .stdin(options.input ? ReadableStream.from(options.input) as ReadableStream<Uint8Array> : "null")
    .spawn();
  const kill = () => child.kill("SIGKILL");
  options.signal?.addEventListener("abort", kill);
  try {
    const { code, stdout, stderr } = await child;
    options.signal?.throwIfAborted();
    if (code !== 0) throw failed(argv, code, stderr || stdout);
    return stdout;
  } finally {
    options.signal?.removeEventListener("abort", kill);
  }
}

function failed(argv: readonly string[], code: number, said: string): Failure {
  const program = argv[0].split("/").pop();
  const end = said.trim().split("\n").slice(-5).join("\n  ");
  const full = /No space left on device/.test(said);
  return new Failure(
    full ? `${program}: no space left on the disk.` : `${program} failed with exit code ${code}:\n  ${end}`,
    full
      ? "Free some space, or set XDG_CACHE_HOME to a larger disk."
      : `It was run as: ${argv.map(quote).join(" ")}`,
  );
}

/** Returns the word as a shell would need it written. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
