import { Failure } from "../formats/failure.ts";
import { pause } from "./lock.ts";
import type { Machine } from "./settings.ts";

/** Ctrl-], as telnet has it: the key that leaves the console. */
const LEAVE = 0x1d;

/**
 * Leads the terminal to a machine's serial console until Ctrl-] is typed, the input ends or the machine is switched off;
 * throws {@link Failure} if it can't be reached.
 */
export async function attachConsole({ name, serial }: Machine, signal: AbortSignal): Promise<void> {
  const line = await Deno.connect({ transport: "unix", path: serial }).catch((cause) => {
    throw new Failure(
      `The console of ${name} can't be reached.`,
      `Does the machine run? Look with \`deno task machine status ${name}\`.`,
      { cause },
    );
  });
  const leave = () => {
    try {
      line.close();
    } catch { /* both ends may close it */ }
  };
  signal.addEventListener("abort", leave);
  const raw = Deno.stdin.isTerminal();
  if (raw) Deno.stdin.setRaw(true);
  try {
    send(line).then(leave, leave);
    await receive(line);
  } finally {
    if (raw) Deno.stdin.setRaw(false);
    signal.removeEventListener("abort", leave);
    leave();
  }
}

async function send(line: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(1024);
  for (let count; (count = await Deno.stdin.read(buffer)) !== null;) {
    const typed = buffer.subarray(0, count);
    const end = typed.indexOf(LEAVE);
    const rest = end < 0 ? typed : typed.subarray(0, end);
    for (let at = 0; at < rest.length;) at += await line.write(rest.subarray(at));
    if (end >= 0) return;
  }
}

async function receive(line: Deno.Conn): Promise<void> {
  const buffer = new Uint8Array(4096);
  try {
    for (let count; (count = await line.read(buffer)) !== null;) {
      for (let at = 0; at < count;) at += await Deno.stdout.write(buffer.subarray(at, count));
    }
  } catch { /* it was closed on our side */ }
}

/** Yields what a machine's console said, and with `follow` what it goes on to say, until the signal is aborted. */
export async function* consoleLog(
  { console: path }: Machine,
  follow: boolean,
  signal: AbortSignal,
): AsyncIterable<Uint8Array> {
  const buffer = new Uint8Array(65536);
  for (let at = 0; !signal.aborted;) {
    using file = await Deno.open(path).catch(() => undefined);
    // It is shorter where the machine was started anew.
    if (file && (await file.stat()).size < at) at = 0;
    await file?.seek(at, Deno.SeekMode.Start);
    for (let count; (count = await file?.read(buffer) ?? null) !== null;) {
      yield buffer.slice(0, count);
      at += count;
    }
    if (!follow) return;
    await pause(300, signal).catch(() => {});
  }
}
