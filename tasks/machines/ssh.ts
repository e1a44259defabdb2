import { Failure } from "../formats/failure.ts";
import type { Host } from "../host/host.ts";
import { quote, run } from "../host/run.ts";
import { hostKit } from "../host/tools.ts";
import { mustBePrivate } from "./key.ts";
import { makeRuntime } from "./place.ts";
import type { Machine } from "./settings.ts";
import { startFolder } from "./volume.ts";

/** The users of a guest that a machine's key lets in. */
export type User = "tc" | "root";

/** The host's programs for ssh, each as the words that start it. */
export interface SshPrograms {
  /** The client. */
  ssh: string[];
  /** The one that copies. */
  scp: string[];
}

/** Returns the options that ssh and scp need for a machine: its own key and host keys, and nothing of the user's own. */
export function sshOptions(machine: Machine): string[] {
  const options = {
    IdentitiesOnly: "yes",
    IdentityAgent: "none",
    IdentityFile: optionPath(machine.key),
    UserKnownHostsFile: optionPath(machine.knownHosts),
    GlobalKnownHostsFile: "/dev/null",
    // The same machine, though its port may change.
    HostKeyAlias: `boot2podman-${machine.name}`,
    StrictHostKeyChecking: "accept-new",
    PasswordAuthentication: "no",
    ConnectTimeout: "10",
    LogLevel: "ERROR",
  };
  return [
    "-F",
    "/dev/null",
    ...Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`]),
  ];
}

/** Returns a path as ssh's options need it: with quotes around it, and with nothing that ssh would replace. */
function optionPath(path: string): string {
  return `"${path.replaceAll("%", "%%")}"`;
}

/** Returns ssh's arguments for a command in a guest, or for a shell if there is none. */
export function sshArguments(machine: Machine, user: User, command: string[] = []): string[] {
  return [...sshOptions(machine), "-p", `${machine.is.sshPort}`, `${user}@127.0.0.1`, ...command];
}

/** Runs a shell command in a guest and returns what it wrote; throws {@link Failure} if it fails. */
export async function inGuest(machine: Machine, user: User, command: string, host: Host): Promise<string> {
  const { ssh } = await findSsh(machine, host);
  return await run([...ssh, "-n", ...sshArguments(machine, user, [command])], {
    env: home(),
    signal: host.signal,
  });
}

/** Returns the host's ssh and scp if it has them, else those fetched from signed packages. */
export async function findSsh(machine: Machine, host: Host): Promise<SshPrograms> {
  await mustBePrivate(machine.key);
  const [ssh, scp] = [await findProgram("ssh"), await findProgram("scp")];
  if (ssh && scp) return { ssh: [ssh], scp: [scp, "-S", ssh] };
  if (Deno.build.os !== "linux") throw new Failure("There is no ssh on this host.", "Install OpenSSH.");
  const kit = await hostKit(host, "ssh");
  // scp starts ssh by one path, and ours needs its own linker before it.
  await makeRuntime(machine);
  const wrapper = `${machine.runtime}/ssh`;
  await Deno.writeTextFile(wrapper, `#!/bin/sh\nexec ${kit.program("ssh").map(quote).join(" ")} "$@"\n`, {
    mode: 0o700,
  });
  return { ssh: [wrapper], scp: [...kit.program("scp"), "-S", wrapper] };
}

/** Returns the path of a program in PATH, if it is there. */
export async function findProgram(name: string): Promise<string | undefined> {
  for (const folder of (Deno.env.get("PATH") ?? "").split(":").filter(Boolean)) {
    const path = `${folder}/${name}`;
    const file = await Deno.stat(path).catch(() => undefined);
    if (file?.isFile && (file.mode === null || (file.mode & 0o111) !== 0)) return path;
  }
}

/** Runs a program on the user's own terminal, in the user's folder, and returns its exit code. */
export async function attach(argv: string[], signal: AbortSignal): Promise<number> {
  const [program, ...args] = argv;
  const child = new Deno.Command(program, { args, stdin: "inherit", cwd: startFolder() }).spawn();
  const stop = () => child.kill("SIGTERM");
  signal.addEventListener("abort", stop);
  try {
    return (await child.status).code;
  } finally {
    signal.removeEventListener("abort", stop);
  }
}

/** Returns scp's arguments, where `NAME:PATH` is replaced for the machine of that name. */
export function scpArguments(machine: Machine, words: string[]): string[] {
  const start = `${machine.name}:`;
  return [
    ...sshOptions(machine),
    ...["-P", `${machine.is.sshPort}`],
    ...words.map((word) => word.startsWith(start) ? `tc@127.0.0.1:${word.slice(start.length)}` : word),
  ];
}

/** Returns the one machine that words of the form `NAME:PATH` name; throws {@link Failure} if it isn't one. */
export function machineIn(words: string[]): string {
  const names = new Set(words.flatMap((word) => /^([a-z0-9][a-z0-9-]*):/.exec(word)?.[1] ?? []));
  if (names.size === 1) return [...names][0];
  throw new Failure(
    names.size === 0 ? "None of the paths is on a machine." : `The paths are on ${names.size} machines.`,
    "Write NAME:PATH for what is on the machine, such as `scp notes.txt box:` or `scp -r box:/etc .`.",
  );
}

/** Variables without which ssh does not know whose settings to look for. */
function home(): Record<string, string> {
  return { HOME: Deno.env.get("HOME") ?? "/" };
}
