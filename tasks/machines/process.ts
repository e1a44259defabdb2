import { Failure } from "../formats/failure.ts";
import type { Host } from "../host/host.ts";
import { run } from "../host/run.ts";
import { pause } from "./lock.ts";

/** Seconds that a killed process may take to be gone, as the system may still be writing for it. */
const PATIENCE = 30;

/** Returns the number in a pid file, or undefined if there is no such file. */
export async function pidOf(path: string): Promise<number | undefined> {
  const text = await Deno.readTextFile(path).catch(() => "");
  return Number(/^\d+/.exec(text)?.[0]) || undefined;
}

/** Returns true if the process runs and was started with that pid file: another may have got the number since. */
export async function runs(pid: number, file: string): Promise<boolean> {
  return (await commandOf(pid)).includes(file);
}

/** Ends a process at once and returns when it is gone; throws {@link Failure} if it won't go. */
export async function endProcess(pid: number, file: string, host: Host): Promise<void> {
  try {
    Deno.kill(pid, "SIGKILL");
  } catch (cause) {
    if (!await runs(pid, file)) return;
    throw new Failure(`The process ${pid} can't be ended.`, "Does it belong to another user?", { cause });
  }
  if (!await gone(pid, file, PATIENCE, host)) {
    throw new Failure(`The process ${pid} was killed and is still there.`, "Is its disk hanging?");
  }
}

/** Waits until the process is gone, for so many seconds at most; returns whether it is. */
export async function gone(pid: number, file: string, seconds: number, host: Host): Promise<boolean> {
  for (const end = performance.now() + 1000 * seconds; performance.now() < end;) {
    if (!await runs(pid, file)) return true;
    await pause(100, host.signal);
  }
  return false;
}

async function commandOf(pid: number): Promise<string> {
  if (Deno.build.os === "linux") {
    return (await Deno.readTextFile(`/proc/${pid}/cmdline`).catch(() => "")).replaceAll("\0", " ");
  }
  return await run(["ps", "-ww", "-o", "args=", "-p", `${pid}`]).catch(() => "");
}
