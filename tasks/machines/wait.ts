import { Failure } from "../formats/failure.ts";
import type { Host } from "../host/host.ts";
import { lastLines } from "../formats/lines.ts";
import { driverOf } from "./driver.ts";
import { pause } from "./lock.ts";
import type { Machine } from "./settings.ts";
import { inGuest } from "./ssh.ts";

/** Seconds that a guest may take to answer: under software emulation it needs half a minute on a quick host. */
export const ANSWER_WITHIN = 300;
/** Seconds that a guest may take to switch itself off, with its containers to be stopped first. */
export const OFF_WITHIN = 180;

/**
 * Waits until a machine lets us in by ssh. Throws {@link Failure}, with the last lines of its console, if it ends before
 * or does not answer in so many seconds.
 */
export async function answer(machine: Machine, host: Host, seconds = ANSWER_WITHIN): Promise<void> {
  const task = host.progress.task(`${machine.name}: waiting for ssh`);
  let refused = "";
  for (
    const end = performance.now() + 1000 * seconds;
    performance.now() < end;
    await pause(500, host.signal)
  ) {
    if (await driverOf(machine).state(machine, host) !== "running") {
      task.done("it ended");
      throw await withConsole(`The machine ${machine.name} ended before it answered`, machine);
    }
    if (!await speaks(machine.is.sshPort)) continue;
    try {
      await inGuest(machine, "tc", "exit 0", host);
      return task.done("it answers");
    } catch (error) {
      host.signal.throwIfAborted();
      refused = (error as Error).message.split("\n").at(-1)!.trim();
    }
  }
  task.done("no answer");
  const why = refused
    ? ` let nobody in by ssh within ${seconds} s (${refused})`
    : ` did not answer within ${seconds} s`;
  throw await withConsole(`The machine ${machine.name}${why}`, machine);
}

/** Returns a failure that shows the last lines of a machine's console. */
export async function withConsole(message: string, machine: Machine): Promise<Failure> {
  const lines = lastLines(await consoleText(machine), 8);
  return new Failure(
    lines
      ? `${message}. Its console ended with:\n${lines.replaceAll(/^/gm, "  | ")}`
      : `${message}. Its console is empty.`,
    `More of it: \`deno task machine logs ${machine.name}\`.`,
  );
}

/** Returns what a machine's console said, without colours, cursor movements and empty lines. */
export async function consoleText({ console: path }: Pick<Machine, "console">): Promise<string> {
  const text = await Deno.readTextFile(path).catch(() => "");
  // deno-lint-ignore no-control-regex
  return text.replaceAll(/\x1b(\[[0-?]*[ -/]*[@-~]|\][^\x07]*\x07|.)|[\x00-\x09\x0b-\x1f\x7f]/g, "")
    .replaceAll(/\n\s*\n/g, "\n").trim();
}

/** Waits until a machine is off, for so many seconds at most; returns whether it is. */
export async function isOff(machine: Machine, host: Host, seconds = OFF_WITHIN): Promise<boolean> {
  for (const end = performance.now() + 1000 * seconds;; await pause(200, host.signal)) {
    if (await driverOf(machine).state(machine, host) !== "running") return true;
    if (performance.now() > end) return false;
  }
}

/** Returns true if a first byte comes from the port: QEMU takes connections long before the guest does. */
async function speaks(port: number): Promise<boolean> {
  let connection: Deno.Conn;
  try {
    connection = await Deno.connect({ hostname: "127.0.0.1", port });
  } catch {
    return false;
  }
  const timer = setTimeout(() => connection.close(), 5000);
  try {
    return !!await connection.read(new Uint8Array(1));
  } catch {
    return false;
  } finally {
    clearTimeout(timer);
    try {
      connection.close();
    } catch { /* the timer did */ }
  }
}
