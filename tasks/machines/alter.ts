import type { Host } from "../host/host.ts";
import { Failure } from "../formats/failure.ts";
import { change } from "./change.ts";
import { connect, disconnect } from "./connection.ts";
import { discard } from "./create.ts";
import { explainDisk, growDisk } from "./disk.ts";
import { driverOf } from "./driver.ts";
import { isoVersion } from "./image.ts";
import { locked } from "./lock.ts";
import { existing, type Place } from "./place.ts";
import { mustBeOff, withMachine } from "./power.ts";
import { openMachine, type Settings, writeSettings } from "./settings.ts";

/** Changes one setting of a machine that is off, and returns all of them; a larger disk grows at once. */
export async function configure(place: Place, key: string, values: string[], host: Host): Promise<Settings> {
  return await withMachine(place, host, async (machine, state) => {
    const settings = change(machine.is, key, values);
    mustBeOff(place.name, state);
    if (settings.diskSize !== machine.is.diskSize) {
      if (settings.driver !== "qemu") {
        throw new Failure(`The disk of a ${settings.driver} machine can't grow.`);
      }
      await growDisk(machine.disk, settings.diskSize);
    }
    await writeSettings(place, settings);
    const moved = settings.sshPort !== machine.is.sshPort;
    if (moved && await disconnect(machine)) await connect({ ...machine, is: settings }, host);
    return settings;
  });
}

/** Gives a machine that is off another ISO, and returns the versions before and after; its data stays. */
export async function upgrade(
  place: Place,
  iso: string,
  host: Host,
): Promise<{ before: string; after: string }> {
  const after = await isoVersion(iso);
  return await withMachine(place, host, async (machine, state) => {
    mustBeOff(place.name, state);
    const before = await isoVersion(machine.iso).catch(() => "unknown");
    const temporary = `${machine.iso}.new`;
    try {
      await Deno.copyFile(iso, temporary);
      await Deno.rename(temporary, machine.iso);
    } catch (error) {
      await Deno.remove(temporary).catch(() => {});
      throw explainDisk(error, machine.iso, 0);
    }
    return { before, after };
  });
}

/** Removes a machine with all its data; throws {@link Failure} if it runs, unless it is to be ended by `force`. */
export async function remove(place: Place, force: boolean, host: Host): Promise<void> {
  await locked(place.lock, host, async () => {
    await existing(place.name);
    if (!force) {
      const machine = await openMachine(place);
      mustBeOff(place.name, await driverOf(machine).state(machine, host));
    }
    await discard(place, host);
  });
}
