import { Failure } from "./formats/failure.ts";
import { chooseAccel } from "./machine/accel.ts";
import type { Disk } from "./machine/devices.ts";
import { type Forward, parseForward } from "./machine/forward.ts";
import type { QemuProgram } from "./machine/program.ts";
import { type Firmware, qemuCommand } from "./machine/qemu.ts";

/** How an ISO is to be booted. */
export interface RunOptions {
  /** Path of the ISO. */
  iso: string;
  /** The QEMU that runs it. */
  qemu: QemuProgram;
  /** MiB of memory; 512 unless given. */
  memory?: number;
  /** Number of processors; two, or one where the host has one, unless given. */
  cpus?: number;
  /** True if there is to be a window with the screen. */
  gui?: boolean;
  /** UEFI instead of the BIOS, with or without Secure Boot; its variables are copied, not written to. */
  firmware?: Firmware;
  /** Path of a disk image. */
  disk?: string;
  /** Ports of the host that lead into the guest, as in 8080:80. */
  forwards?: string[];
  /** Where the line of help goes. */
  say: (line: string) => void;
  /** Ends the machine when aborted. */
  signal?: AbortSignal;
}

/**
 * Boots an ISO with its serial console in the terminal and returns QEMU's exit code when the machine has ended; throws
 * {@link Failure} if the ISO or the disk is not there, or a forward makes no sense or its port is taken.
 */
export async function runIso(options: RunOptions): Promise<number> {
  const { iso, qemu, gui, disk, firmware = { kind: "bios" }, signal } = options;
  await mustExist(iso, `There is no ISO at ${iso}.`, "Make one with `deno task iso`.");
  const disks = disk ? [await openDisk(disk)] : [];
  const forwards = (options.forwards ?? []).map(parseForward);
  forwards.forEach(mustBeFree);
  const { accel, reason } = await chooseAccel(qemu);
  const memory = options.memory ?? (firmware.kind === "bios" ? 512 : 1024);
  const cpus = options.cpus ?? Math.min(2, navigator.hardwareConcurrency);
  const folder = await Deno.makeTempDir({ prefix: "boot2podman-" });
  try {
    const machine = {
      ...{ accel, memory, cpus, cdrom: iso, disks, forwards, serial: "stdio" as const },
      ...{ firmware: await ownVariables(firmware, folder), display: gui ? window() : "none" as const },
    };
    options.say(`${reason} Ctrl-A x ends the machine, Ctrl-A c opens QEMU's monitor.`);
    return await attach(qemu, qemuCommand(machine, qemu), signal);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Returns the disk at a path, in the format that its first bytes tell; throws {@link Failure} if there is none. */
export async function openDisk(path: string): Promise<Disk> {
  await mustExist(path, `There is no disk at ${path}.`, `Make one with \`truncate -s 20G ${path}\`.`);
  using file = await Deno.open(path);
  const magic = new Uint8Array(4);
  await file.read(magic);
  // QFI and 0xfb begin every qcow2 image; anything else is taken for the disk itself.
  return { file: path, format: magic.toHex() === "514649fb" ? "qcow2" : "raw" };
}

async function mustExist(path: string, message: string, hint: string): Promise<void> {
  const file = await Deno.stat(path).catch(() => undefined);
  if (!file || file.isDirectory) throw new Failure(message, hint);
}

function mustBeFree({ protocol, address: hostname, host: port }: Forward): void {
  if (protocol !== "tcp") return;
  try {
    Deno.listen({ hostname, port }).close();
  } catch (error) {
    const taken = error instanceof Deno.errors.AddrInUse;
    throw new Failure(
      `Port ${port} of ${hostname} ${taken ? "is taken" : `can't be used: ${(error as Error).message}`}.`,
      `Forward another one, such as --forward ${port < 1024 ? port + 8000 : port + 1}:….`,
      { cause: error },
    );
  }
}

async function ownVariables(firmware: Firmware, folder: string): Promise<Firmware> {
  if (firmware.kind === "bios") return firmware;
  const vars = `${folder}/vars.fd`;
  await Deno.writeFile(vars, await Deno.readFile(firmware.vars));
  return { ...firmware, vars };
}

function window(): "gtk" | "cocoa" {
  return Deno.build.os === "darwin" ? "cocoa" : "gtk";
}

/**
 * Becomes QEMU, after leaving somebody behind who looks each second whether the process that started it is still there:
 * QEMU owns the terminal, so it has no pipe that would end with that process.
 */
const GUARD = `starter=$PPID
(while sleep 1; do
  kill -0 $$ || exit
  kill -0 $starter || { kill $$; exit; }
done) </dev/null >/dev/null 2>&1 &
exec "$@"`;

async function attach(qemu: QemuProgram, args: string[], signal?: AbortSignal): Promise<number> {
  const argv = ["-c", GUARD, "sh", ...qemu.command, ...args];
  const child = new Deno.Command("sh", { args: argv, env: qemu.env, stdin: "inherit" }).spawn();
  // SIGTERM, so that QEMU sets the terminal right again.
  const stop = () => child.kill("SIGTERM");
  signal?.addEventListener("abort", stop);
  try {
    const { code } = await child.status;
    signal?.throwIfAborted();
    return code;
  } finally {
    signal?.removeEventListener("abort", stop);
  }
}
