import { Failure } from "../formats/failure.ts";
import type { Host } from "../host/host.ts";
import { quote } from "../host/run.ts";
import { driverOf, type State } from "./driver.ts";
import { locked } from "./lock.ts";
import { existing, type Place } from "./place.ts";
import { volumeTag } from "./qemu.ts";
import { type Machine, openMachine } from "./settings.ts";
import { inGuest } from "./ssh.ts";
import { parseVolume } from "./volume.ts";
import { answer, isOff, OFF_WITHIN } from "./wait.ts";

/** Does something to a machine that nobody else does anything to meanwhile; it is looked up again under the lock. */
export async function withMachine<T>(
  place: Place,
  host: Host,
  work: (machine: Machine, state: State) => Promise<T>,
): Promise<T> {
  return await locked(place.lock, host, async () => {
    const machine = await openMachine(await existing(place.name));
    return await work(machine, await driverOf(machine).state(machine, host));
  });
}

/** Starts a machine and returns when it can be used; one that runs already is waited for all the same. */
export async function start(place: Place, host: Host, seconds?: number): Promise<Machine> {
  const machine = await switchOn(place, host);
  await answer(machine, host, seconds);
  await mountVolumes(machine, host);
  return machine;
}

/** Starts a machine, if it doesn't run, without waiting for its guest. */
export async function switchOn(place: Place, host: Host): Promise<Machine> {
  return await withMachine(place, host, async (machine, state) => {
    if (state === "running") host.progress.note(`${machine.name} is running already.`);
    else await driverOf(machine).start(machine, host);
    return machine;
  });
}

/** Has the guest mount the volumes of its machine, those that it has not mounted. */
export async function mountVolumes(machine: Machine, host: Host): Promise<void> {
  const commands = machine.is.volumes.map((text, index) => {
    const folder = quote(parseVolume(text).guest);
    const mount = `mount -t 9p -o trans=virtio,version=9p2000.L,msize=262144 ${volumeTag(index)} ${folder}`;
    return `grep -q "^${volumeTag(index)} " /proc/mounts || { sudo mkdir -p ${folder} && sudo ${mount}; }`;
  });
  if (commands.length === 0) return;
  // The kernel does not look for the way to the host by itself.
  const script = ["set -e", "sudo modprobe -a 9p 9pnet_virtio", ...commands].join("; ");
  // Two who started it at once would both find a volume missing.
  await locked(machine.lock, host, () => inGuest(machine, "tc", script, host));
}

/** Switches a machine off in order; throws {@link Failure} if it isn't off in time. A machine that is off is no error. */
export async function stop(place: Place, host: Host, seconds = OFF_WITHIN): Promise<void> {
  const { machine, state } = await withMachine(place, host, async (machine, state) => {
    if (state === "running") await driverOf(machine).stop(machine, host);
    return { machine, state };
  });
  if (state !== "running") return host.progress.note(`${place.name} is off already.`);
  const task = host.progress.task(`${place.name}: switching off`);
  const off = await isOff(machine, host, seconds);
  task.done(off ? "it is off" : "it is still on");
  if (off) return;
  throw new Failure(
    `The machine ${place.name} is still on after ${seconds} s.`,
    `\`deno task machine logs ${place.name}\` shows what it is doing; ` +
      `\`deno task machine kill ${place.name}\` cuts its power.`,
  );
}

/** Cuts a machine's power; a machine that is off is no error. */
export async function kill(place: Place, host: Host): Promise<void> {
  await withMachine(place, host, (machine) => driverOf(machine).kill(machine, host));
}

/** Throws {@link Failure} if a machine runs, as what is to be done can only be done to one that is off. */
export function mustBeOff(name: string, state: State): void {
  if (state !== "running") return;
  throw new Failure(`The machine ${name} is running.`, `Stop it first: \`deno task machine stop ${name}\`.`);
}
