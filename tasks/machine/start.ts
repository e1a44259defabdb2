import { commandLine, type QemuProcess, startQemu } from "./process.ts";
import type { QemuProgram } from "./program.ts";
import { Qmp } from "./qmp.ts";
import { SerialLine } from "./serial.ts";
import { lastLines } from "../formats/lines.ts";
import { HarnessBroke } from "./verdict.ts";

/** A QEMU that was started for a guest, and the lines to it. */
export interface Started {
  /** Folder with all that belongs to it. */
  folder: string;
  /** Its process. */
  process: QemuProcess;
  /** The guest's first serial line. */
  serial: SerialLine;
  /** Its machine protocol. */
  qmp: Qmp;
}

/** What makes any wait on the serial line useless. */
const PANIC = /Kernel panic - not syncing[^\n]*\n/;

/**
 * Starts QEMU with arguments that name the sockets `serial` and `qmp` in the folder, and returns when it has connected
 * to both; throws {@link HarnessBroke} if it ends before.
 */
export async function startMachine(qemu: QemuProgram, args: string[], folder: string): Promise<Started> {
  await Deno.writeTextFile(`${folder}/command`, `${commandLine(qemu, args)}\n`);
  // QEMU connects to us, so nothing has to wait for its sockets to appear.
  using serialListener = Deno.listen({ transport: "unix", path: `${folder}/serial` });
  using qmpListener = Deno.listen({ transport: "unix", path: `${folder}/qmp` });
  const process = startQemu(qemu, args, `${folder}/qemu.log`);
  const lines = Promise.all([serialListener.accept(), qmpListener.accept().then(Qmp.open)]);
  const connected = lines.then(() => true, () => false);
  if (!await Promise.race([connected, process.ended.then(() => false)])) {
    await process.kill();
    const said = lastLines(await Deno.readTextFile(`${folder}/qemu.log`), 5);
    throw new HarnessBroke(`QEMU ended before it had made the machine: ${said}`, {
      serial: "",
      logs: folder,
    });
  }
  const [connection, protocol] = await lines;
  return { folder, process, serial: new SerialLine(connection, PANIC), qmp: protocol };
}

/** Returns a new folder for a machine, one whose path is short enough for sockets. */
export async function stateFolder(): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "boot2podman-" });
  // The address of a Unix socket holds about a hundred characters.
  if (folder.length <= 90) return folder;
  await Deno.remove(folder);
  return await Deno.makeTempDir({ prefix: "boot2podman-", dir: "/tmp" });
}
