import type { Host } from "../host/host.ts";
import type { Machine } from "./settings.ts";
import { findProgram } from "./ssh.ts";

/** Returns the address of podman in a machine, as podman's own clients take it. */
export function podmanUrl({ is }: Machine): string {
  return `ssh://root@127.0.0.1:${is.sshPort}/run/podman/podman.sock`;
}

/**
 * Tells podman on the host of a machine, and returns whether it knows now. A host without podman, or with a connection of
 * that name to something else, is no error: it is said.
 */
export async function connect(machine: Machine, host: Host): Promise<boolean> {
  const podman = await findProgram("podman");
  const say = (why: string) =>
    host.progress.note(`${why}; \`deno task machine env ${machine.name}\` serves all the same.`);
  if (!podman) {
    say("There is no podman on this host to be told of the machine");
    return false;
  }
  const known = await ask(podman, ["list", "--format", "{{.Name}} {{.URI}}"]);
  const other = known.output.split("\n").map((line) => line.split(" ")).find(([name]) =>
    name === machine.name
  );
  if (other && other[1] !== podmanUrl(machine)) {
    say(`podman has a connection ${machine.name} already, to ${other[1]}`);
    return false;
  }
  const { success, output } = await ask(podman, [
    ...["add", machine.name, podmanUrl(machine), "--identity", machine.key],
  ]);
  if (!success) say(`podman would not take the connection (${output.trim().split("\n").at(-1)})`);
  return success;
}

/** Has podman on the host forget a machine, if it knows it; that it doesn't is no error. */
export async function disconnect(machine: Machine): Promise<void> {
  const podman = await findProgram("podman");
  if (podman) await ask(podman, ["remove", machine.name]);
}

async function ask(podman: string, args: string[]): Promise<{ success: boolean; output: string }> {
  // In the user's own environment: podman keeps its connections below HOME or XDG_CONFIG_HOME.
  const { success, stdout, stderr } = await new Deno.Command(podman, {
    args: ["system", "connection", ...args],
    stdin: "null",
  }).output();
  return { success, output: new TextDecoder().decode(success ? stdout : stderr) };
}
