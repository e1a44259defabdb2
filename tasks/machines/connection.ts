import type { Host } from "../host/host.ts";
import type { Place } from "./place.ts";
import type { Machine } from "./settings.ts";
import { findProgram } from "./ssh.ts";

/** A connection of podman on the host, as `podman system connection list --format json` has it. */
interface Connection {
  Name: string;
  URI: string;
  Identity: string;
}

/** Returns the address of podman in a machine, as podman's own clients take it. */
export function podmanUrl({ is }: Machine): string {
  return `ssh://root@127.0.0.1:${is.sshPort}/run/podman/podman.sock`;
}

/**
 * Tells podman on the host of a machine, and returns whether it knows now. A host without podman, or with a connection of
 * that name to something else, is no error: it is said.
 */
export async function connect(machine: Machine, host: Host): Promise<boolean> {
  const { name, key } = machine;
  const refused = (why: string) => {
    host.progress.note(`${why}; \`deno task machine env ${name}\` serves all the same.`);
    return false;
  };
  const podman = await findProgram("podman");
  if (!podman) return refused("There is no podman on this host to be told of the machine");
  const other = await connectionOf(podman, name);
  if (other && other.Identity !== key) {
    return refused(`podman has a connection ${name} already, to ${other.URI}`);
  }
  const { success, said } = await ask(podman, ["add", name, podmanUrl(machine), "--identity", key]);
  return success || refused(`podman would not take the connection (${said.trim().split("\n").at(-1)})`);
}

/** Has podman on the host forget a machine, and returns whether it knew it: a connection with another key is not ours. */
export async function disconnect({ name, key }: Place): Promise<boolean> {
  const podman = await findProgram("podman");
  if (!podman || (await connectionOf(podman, name))?.Identity !== key) return false;
  return (await ask(podman, ["remove", name])).success;
}

async function connectionOf(podman: string, name: string): Promise<Connection | undefined> {
  const { success, said } = await ask(podman, ["list", "--format", "json"]);
  const all: Connection[] = success ? JSON.parse(said || "[]") : [];
  return all.find((connection) => connection.Name === name);
}

async function ask(podman: string, args: string[]): Promise<{ success: boolean; said: string }> {
  // In the user's own environment: podman keeps its connections below HOME or XDG_CONFIG_HOME.
  const { success, stdout, stderr } = await new Deno.Command(podman, {
    args: ["system", "connection", ...args],
    stdin: "null",
  }).output();
  return { success, said: new TextDecoder().decode(success ? stdout : stderr) };
}
