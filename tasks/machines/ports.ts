import { Failure } from "../formats/failure.ts";
import { type Forward, parseForward } from "../machine/forward.ts";
import type { Machine, Settings } from "./settings.ts";

/** First port that a machine's ssh may get; those behind it follow. */
const FIRST = 2222;
const LAST = 9999;

/** Returns all forwards of a machine, the one to ssh among them. */
export function allForwards(settings: Settings): Forward[] {
  return [parseForward(`${settings.sshPort}:22`), ...settings.forwards.map(parseForward)];
}

/** Returns the first port that is free now and that no other machine has; throws {@link Failure} if there is none. */
export function choosePort(taken: Set<number>): number {
  for (let port = FIRST; port <= LAST; port++) {
    if (!taken.has(port) && !whyNot("127.0.0.1", port)) return port;
  }
  throw new Failure(`No port from ${FIRST} to ${LAST} is free.`, "Choose one with --ssh-port.");
}

/** Throws {@link Failure} if a port that a machine wants to listen on is taken. */
export function mustBeFree({ name, is }: Pick<Machine, "name" | "is">): void {
  for (const { protocol, address, host } of allForwards(is)) {
    // Deno can't look at UDP without an unstable flag; QEMU says it at the start.
    const reason = protocol === "tcp" && whyNot(address, host);
    if (!reason) continue;
    const key = host === is.sshPort ? "ssh-port" : "forward";
    throw new Failure(
      `Port ${host} of ${address} ${reason}, and the machine ${name} needs it.`,
      `End what listens there, or choose another: --${key} for a new machine, ` +
        `\`deno task machine config ${name} ${key} …\` for one that is there.`,
    );
  }
}

function whyNot(hostname: string, port: number): string | undefined {
  try {
    Deno.listen({ hostname, port }).close();
  } catch (error) {
    return error instanceof Deno.errors.AddrInUse
      ? "is taken"
      : `can't be used (${(error as Error).message})`;
  }
}
