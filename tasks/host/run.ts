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
  const child = start(argv, options);
  const kill = () => child.kill("SIGKILL");
  options.signal?.addEventListener("abort", kill);
  try {
    const [unread, { code, signal, stdout, stderr }] = await Promise.all([
      feed(child, options.input),
      child.output(),
    ]);
    options.signal?.throwIfAborted();
    const said = () => new TextDecoder().decode(stderr.length ? stderr : stdout);
    if (code !== 0) {
      throw failed(argv, signal ? `was killed by ${signal}` : `failed with exit code ${code}`, said());
    }
    if (unread) throw failed(argv, "did not read its input to the end", said());
    return new TextDecoder().decode(stdout);
  } finally {
    options.signal?.removeEventListener("abort", kill);
  }
}

function start([program, ...args]: readonly string[], { env, cwd, input }: RunOptions): Deno.ChildProcess {
  try {
    return new Deno.Command(program, {
      args,
      clearEnv: true,
      env: { PATH: "/usr/bin:/bin", LC_ALL: "C.UTF-8", TZ: "UTC", ...env },
      cwd,
      stdin: input ? "piped" : "null",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
  } catch (cause) {
    if (!(cause instanceof Deno.errors.NotFound)) throw cause;
    throw new Failure(
      `The program ${program} can't be started: there is none, or no folder ${cwd ?? Deno.cwd()}.`,
      `It was to be run as: ${[program, ...args].map(quote).join(" ")}`,
      { cause },
    );
  }
}

/** Writes what the program is to read; returns true if it ended before it had read all of it. */
async function feed(child: Deno.ChildProcess, input?: Iterable<Uint8Array>): Promise<boolean> {
  if (!input) return false;
  return await ReadableStream.from(input).pipeTo(child.stdin).then(() => false, () => true);
}

function failed(argv: readonly string[], how: string, said: string): Failure {
  const program = argv[0].split("/").pop();
  const end = said.trim().split("\n").slice(-5).join("\n  ");
  const full = /No space left on device/.test(said);
  return new Failure(
    full ? `${program}: no space left on the disk.` : `${program} ${how}:\n  ${end}`,
    full
      ? "Free some space, or set XDG_CACHE_HOME to a larger disk."
      : `It was run as: ${argv.map(quote).join(" ")}`,
  );
}

/** Returns the word as a shell would need it written. */
export function quote(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;
}
