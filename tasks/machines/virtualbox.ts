import { Failure } from "../formats/failure.ts";
import type { Host } from "../host/host.ts";
import { run } from "../host/run.ts";
import type { Driver, State } from "./driver.ts";
import { pause } from "./lock.ts";
import { makeRuntime } from "./place.ts";
import { allForwards, mustBeFree } from "./ports.ts";
import type { Machine } from "./settings.ts";

/** Returns the name that a machine has in VirtualBox, whose machines are all in one list. */
export function boxName({ name }: Machine): string {
  return `boot2podman-${name}`;
}

/** Returns where VirtualBox keeps the data disk, made out of the raw one. */
export function boxDisk({ folder }: Machine): string {
  return `${folder}/data.vdi`;
}

/** Returns the arguments of VBoxManage, one list a call, that make a machine of its settings. */
export function createCommands(machine: Machine): string[][] {
  const name = boxName(machine);
  return [
    ["convertfromraw", machine.disk, boxDisk(machine), "--format", "VDI"],
    ["createvm", "--name", name, "--ostype", "Linux26_64", "--basefolder", `${machine.folder}/virtualbox`]
      .concat("--register"),
    ["storagectl", name, "--name", "SATA", "--add", "sata", "--portcount", "2", "--hostiocache", "on"],
    ["storageattach", name, "--storagectl", "SATA", "--port", "0", "--device", "0"]
      .concat("--type", "dvddrive", "--medium", machine.iso),
    ["storageattach", name, "--storagectl", "SATA", "--port", "1", "--device", "0"]
      .concat("--type", "hdd", "--medium", boxDisk(machine)),
  ];
}

/** Returns the arguments that bring a machine that is off to its settings, to be done before each start. */
export function settleCommands(machine: Machine): string[][] {
  const { memory, cpus } = machine.is;
  return [[
    ...["modifyvm", boxName(machine), "--memory", `${memory}`, "--cpus", `${cpus}`],
    // The guest needs the I/O APIC for more than one processor, and ACPI to be switched off.
    ...["--ioapic", "on", "--acpi", "on", "--rtcuseutc", "on", "--firmware", "bios"],
    ...["--boot1", "dvd", "--boot2", "none", "--boot3", "none", "--boot4", "none"],
    ...["--graphicscontroller", "vmsvga", "--vram", "9", "--audio-enabled", "off"],
    ...["--nic1", "nat", "--nictype1", "virtio", "--cableconnected1", "on"],
    // The first serial line is a socket here, as with QEMU.
    ...["--uart1", "0x3F8", "4", "--uartmode1", "server", machine.serial],
  ], ...forwardCommands(machine)];
}

/** Returns the arguments that forward the ports; each has a name, by which it is taken away again. */
export function forwardCommands(machine: Machine): string[][] {
  return allForwards(machine.is).map(({ protocol, address, host, guest }, index) => [
    ...["modifyvm", boxName(machine), "--natpf1", `forward${index},${protocol},${address},${host},,${guest}`],
  ]);
}

/** Returns the arguments that take forwards away, going by what `showvminfo --machinereadable` says. */
export function unforwardCommands(machine: Machine, info: string): string[][] {
  return [...info.matchAll(/^Forwarding\(\d+\)="([^,"]+),/gm)]
    .map(([, rule]) => ["modifyvm", boxName(machine), "--natpf1", "delete", rule]);
}

/** Returns the state that `showvminfo --machinereadable` tells. */
export function boxState(info: string): State {
  const [, state] = /^VMState="(\w+)"/m.exec(info) ?? [];
  if (state === "aborted") return "crashed";
  return state === "poweroff" || state === "saved" ? "stopped" : "running";
}

/** Runs machines with VirtualBox. Written after its manual, and never run: there was no VirtualBox to run it with. */
export const virtualbox: Driver = {
  address: "127.0.0.1",

  async create(machine, host) {
    mustHaveNoVolumes(machine);
    try {
      for (const args of createCommands(machine)) await manage(args, host);
    } catch (error) {
      // It may have got into VirtualBox' list, and not further.
      await this.remove(machine, host).catch(() => {});
      throw error;
    }
  },

  async start(machine, host) {
    mustHaveNoVolumes(machine);
    mustBeFree(machine);
    await makeRuntime(machine);
    const info = await show(machine, host);
    for (const args of unforwardCommands(machine, info)) await manage(args, host);
    for (const args of settleCommands(machine)) await manage(args, host);
    await manage(["startvm", boxName(machine), "--type", "headless"], host);
  },

  async stop(machine, host) {
    await manage(["controlvm", boxName(machine), "acpipowerbutton"], host);
  },

  async kill(machine, host) {
    if (await this.state(machine, host) !== "running") return;
    await manage(["controlvm", boxName(machine), "poweroff"], host);
    while (await this.state(machine, host) === "running") await pause(200, host.signal);
  },

  async remove(machine, host) {
    await manage(["unregistervm", boxName(machine), "--delete"], host);
  },

  async state(machine, host) {
    return boxState(await show(machine, host));
  },
};

function mustHaveNoVolumes({ is }: Machine): void {
  if (is.volumes.length === 0) return;
  throw new Failure("Machines of VirtualBox can't have volumes.", "Leave them out, or use --driver qemu.");
}

async function show(machine: Machine, host: Host): Promise<string> {
  return await manage(["showvminfo", boxName(machine), "--machinereadable"], host);
}

async function manage(args: string[], { signal }: Host): Promise<string> {
  const env = { HOME: Deno.env.get("HOME") ?? "/", PATH: Deno.env.get("PATH") ?? "" };
  try {
    return await run(["VBoxManage", ...args], { env, signal });
  } catch (cause) {
    if (!/not found|No such file/i.test(String(cause))) throw cause;
    throw new Failure("VBoxManage is not on the PATH.", "Install VirtualBox, or use --driver qemu.", {
      cause,
    });
  }
}
