import { quote } from "../host/run.ts";
import type { QemuProgram } from "./program.ts";

/**
 * What starts QEMU for the harness: it waits for QEMU and, beside it, for the end of its standard input. That is a pipe
 * held by the harness, which the system closes however the harness dies; then QEMU dies too.
 */
const GUARD = `log=$1; shift
exec 3<&0
"$@" 3<&- </dev/null >"$log" 2>&1 & qemu=$!
(read -r _ <&3; kill -9 $qemu 2>/dev/null) & guard=$!
exec 3<&-
wait $qemu; status=$?
kill $guard 2>/dev/null
exit $status`;

/** A QEMU that runs. */
export interface QemuProcess {
  /** Its exit code, once it has ended. */
  ended: Promise<number>;
  /** Ends it at once. */
  kill(): Promise<void>;
}

/** Starts QEMU so that it can't outlive this process; what it says goes to the file `log`. */
export function startQemu(qemu: QemuProgram, args: string[], log: string): QemuProcess {
  const child = new Deno.Command("sh", {
    args: ["-c", GUARD, "sh", log, ...qemu.command, ...args],
    env: qemu.env,
    stdin: "piped",
    stdout: "null",
    stderr: "null",
  }).spawn();
  const close = () => child.stdin.close().catch(() => {});
  const ended = child.status.then(async ({ code }) => {
    await close();
    return code;
  });
  return { ended, kill: async () => void await Promise.all([close(), ended]) };
}

/** Returns the command line as it could be pasted into a shell. */
export function commandLine(qemu: QemuProgram, args: string[]): string {
  return [...qemu.command, ...args].map(quote).join(" ");
}
