import { Failure } from "../formats/failure.ts";
import { run } from "../host/run.ts";
import { type Accel, chooseAccel } from "../machine/accel.ts";
import { escape } from "../machine/devices.ts";
import { qemuCommand, type QemuTraits } from "../machine/qemu.ts";
import { Qmp } from "../machine/qmp.ts";
import { findQemu } from "../machine/toolkit.ts";
import type { Driver } from "./driver.ts";
import { pause } from "./lock.ts";
import { makeRuntime } from "./place.ts";
import { allForwards, mustBeFree } from "./ports.ts";
import { endProcess, pidOf, runs } from "./process.ts";
import type { Machine, Settings } from "./settings.ts";
import { mustBeFolder, parseVolume } from "./volume.ts";

/** Returns QEMU's arguments for a machine; QEMU then goes to the background as soon as the machine is there. */
export function machineCommand(machine: Machine, qemu: QemuTraits, accel: Accel): string[] {
  const { memory, cpus } = machine.is;
  return qemuCommand({
    ...{ accel, memory, cpus, cdrom: machine.iso },
    disks: [{ file: machine.disk, format: "raw" }],
    forwards: allForwards(machine.is),
    extra: [
      ...["-name", `boot2podman-${machine.name}`],
      // A session of its own, so that it outlives us; what is wrong at the start it still says to us.
      ...["-daemonize", "-pidfile", machine.pid],
      ...["-chardev", `${server("qmp", machine.qmp)}`, "-mon", "chardev=qmp,mode=control"],
      // The log begins anew at each start.
      ...["-chardev", `${server("serial", machine.serial)},logfile=${escape(machine.console)},logappend=off`],
      ...["-serial", "chardev:serial"],
      ...machine.is.volumes.flatMap(volumeArguments),
      ...handedOver(machine.is),
    ],
  }, qemu);
}

/** Settings that the guest reads through QEMU's fw_cfg. */
function handedOver({ proxy, noProxy, ca }: Settings): string[] {
  const given = { proxy: ["string", proxy], noproxy: ["string", noProxy], ca: ["file", ca] };
  return Object.entries(given).filter(([, [, value]]) => value)
    .flatMap(([name, [kind, value]]) => ["-fw_cfg", `name=opt/boot2podman/${name},${kind}=${escape(value)}`]);
}

/** Returns the name by which the guest mounts a volume. */
export function volumeTag(index: number): string {
  return `volume${index}`;
}

function volumeArguments(text: string, index: number): string[] {
  const path = escape(parseVolume(text).host);
  const tag = volumeTag(index);
  return [
    // Files belong on both sides to whoever runs QEMU; links stay links.
    ...["-fsdev", `local,id=${tag},path=${path},security_model=none`],
    ...["-device", `virtio-9p-pci,fsdev=${tag},mount_tag=${tag}`],
  ];
}

function server(id: string, path: string): string {
  return `socket,id=${id},path=${escape(path)},server=on,wait=off`;
}

/** Runs machines with QEMU: each one is a process in the background that needs nothing of us. */
export const qemu: Driver = {
  address: "127.0.0.1",
  create: async () => {},
  remove: async () => {},

  async start(machine, host) {
    mustBeFree(machine);
    for (const volume of machine.is.volumes) await mustBeFolder(parseVolume(volume));
    const program = await findQemu(host);
    const { accel, reason } = machine.is.accel === "auto"
      ? await chooseAccel(program)
      : { accel: machine.is.accel, reason: `Acceleration as set: ${machine.is.accel}.` };
    await makeRuntime(machine);
    await Deno.remove(machine.pid).catch(() => {});
    host.progress.note(`Starting ${machine.name}. ${reason}`);
    const argv = [...program.command, ...machineCommand(machine, program, accel)];
    await run(argv, { env: program.env, signal: host.signal });
  },

  async stop(machine) {
    const qmp = await connect(machine);
    try {
      await qmp.execute("system_powerdown");
    } finally {
      await qmp.close();
    }
  },

  async kill(machine, host) {
    const pid = await pidOf(machine.pid);
    if (pid && await runs(pid, machine.pid)) await endProcess(pid, machine.pid, host);
    await Deno.remove(machine.pid).catch(() => {});
    await Deno.remove(machine.runtime, { recursive: true }).catch(() => {});
  },

  async state(machine) {
    const pid = await pidOf(machine.pid);
    if (!pid) return "stopped";
    return await runs(pid, machine.pid) ? "running" : "crashed";
  },
};

async function connect({ name, qmp }: Machine): Promise<Qmp> {
  const open = async () => await Qmp.open(await Deno.connect({ transport: "unix", path: qmp }));
  const stuck = pause(10_000, new AbortController().signal).then(() => Promise.reject(new Error("timeout")));
  stuck.catch(() => {});
  return await Promise.race([open(), stuck]).catch((cause) => {
    throw new Failure(
      `QEMU, which runs the machine ${name}, does not answer.`,
      `End it with \`deno task machine kill ${name}\`.`,
      { cause },
    );
  });
}
