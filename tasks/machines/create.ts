import { Failure } from "../formats/failure.ts";
import type { Host } from "../host/host.ts";
import { connect, disconnect } from "./connection.ts";
import { explainDisk, formatRequest, makeDisk } from "./disk.ts";
import { driverOf } from "./driver.ts";
import { isoVersion } from "./image.ts";
import { makeKey } from "./key.ts";
import { locked } from "./lock.ts";
import { isMachine, machineNames, machinesFolder, type Place, placeOf } from "./place.ts";
import { choosePort } from "./ports.ts";
import { mountVolumes, switchOn } from "./power.ts";
import { type Machine, openMachine, type Settings, writeSettings } from "./settings.ts";
import { inGuest } from "./ssh.ts";
import { answer } from "./wait.ts";

/** What a new machine is made of. */
export interface NewMachine {
  /** Its name. */
  name: string;
  /** Its settings; a port of 0 stands for one to be chosen. */
  settings: Settings;
  /** Returns the path of the ISO, after building it if need be. */
  iso: () => Promise<string>;
  /** True if it is to be started too. */
  start: boolean;
  /** Seconds that it may take to answer. */
  seconds?: number;
}

/** Returns the settings that a machine has where nothing else is said. */
export function defaultSettings(): Settings {
  return {
    schema: 1,
    driver: "qemu",
    memory: 1024,
    cpus: Math.min(2, navigator.hardwareConcurrency),
    diskSize: 20 * 2 ** 30,
    sshPort: 0,
    accel: "auto",
    forwards: [],
    volumes: [],
    proxy: "",
    noProxy: "",
    ca: "",
    created: new Date().toISOString(),
  };
}

/** Makes a machine, and starts it unless told otherwise; if anything fails nothing of it is left. */
export async function create(wanted: NewMachine, host: Host): Promise<Machine> {
  const place = await placeOf(wanted.name);
  await mustBeNew(place);
  const iso = await wanted.iso();
  await isoVersion(iso);
  await locked(place.lock, host, async () => {
    await mustBeNew(place);
    await lay(place, wanted.settings, iso, host);
  });
  try {
    return wanted.start ? await introduce(place, host, wanted.seconds) : await openMachine(place);
  } catch (error) {
    await locked(place.lock, { ...host, signal: never() }, () => discard(place, host));
    if (host.signal.aborted) host.progress.note(`${place.name} was not finished, and was removed again.`);
    throw error instanceof Failure && wanted.start
      ? new Failure(`${error.message}\nThe machine was removed again.`, retry(error.hint), { cause: error })
      : error;
  }
}

/** Removes all that there is of a machine, whatever state it is in; the caller holds its lock. */
export async function discard(place: Place, host: Host): Promise<void> {
  const calm = { ...host, signal: never() };
  const machine = await openMachine(place).catch(() => undefined);
  // Settings that can't be read don't keep a QEMU alive.
  const known = machine ?? { ...place, is: defaultSettings() };
  await driverOf(known).kill(known, calm);
  if (machine) await driverOf(machine).remove(machine, calm);
  await disconnect(place);
  // Without its settings it is no machine any more, should the rest be interrupted.
  for (const path of [place.settings, place.folder, place.runtime, place.lock]) {
    await Deno.remove(path, { recursive: true }).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
  }
}

/** Puts a machine's files into place; the settings come last, so that what was begun and not ended is no machine. */
async function lay(place: Place, settings: Settings, iso: string, host: Host): Promise<void> {
  try {
    // Somebody was killed in the middle of this.
    await Deno.remove(place.folder, { recursive: true }).catch(() => {});
    await Deno.mkdir(place.folder, { recursive: true, mode: 0o700 });
    const key = await makeKey(`boot2podman-${place.name}`);
    await Deno.writeTextFile(place.key, key.secret, { mode: 0o600 });
    await Deno.writeTextFile(`${place.key}.pub`, key.open);
    await makeDisk(place.disk, settings.diskSize, formatRequest(key.open));
    await Deno.copyFile(iso, place.iso);
    // Of two that choose a port at once the second has to see what the first one chose.
    await locked(`${machinesFolder()}/.ports`, host, async () => {
      await writeSettings(place, {
        ...settings,
        sshPort: settings.sshPort || choosePort(await portsInUse()),
      });
    });
    const machine = await openMachine(place);
    await driverOf(machine).create(machine, host);
  } catch (error) {
    await Deno.remove(place.folder, { recursive: true }).catch(() => {});
    await Deno.remove(place.lock).catch(() => {});
    throw explainDisk(error, place.disk, settings.diskSize);
  }
}

async function portsInUse(): Promise<Set<number>> {
  const machines = await Promise.all(
    (await machineNames()).map(async (name) => await openMachine(await placeOf(name)).catch(() => undefined)),
  );
  return new Set(machines.flatMap((machine) => machine?.is.sshPort ?? []));
}

/** Starts a new machine, tells its guest its name, and tells podman on the host of it. */
async function introduce(place: Place, host: Host, seconds?: number): Promise<Machine> {
  const machine = await switchOn(place, host);
  await answer(machine, host, seconds);
  await inGuest(machine, "tc", hostnameCommand(place.name), host);
  await mountVolumes(machine, host);
  await connect(machine, host);
  return machine;
}

/** Returns the command that names a guest, now and at each later boot. */
export function hostnameCommand(name: string): string {
  return `sudo /usr/bin/sethostname ${name} && sudo mkdir -p /var/lib/boot2podman/etc && ` +
    `echo ${name} | sudo tee /var/lib/boot2podman/etc/hostname`;
}

async function mustBeNew(place: Place): Promise<void> {
  if (!await isMachine(place)) return;
  throw new Failure(
    `There is a machine ${place.name} already.`,
    `Start it with \`deno task machine start ${place.name}\`, or choose another name.`,
  );
}

/** The console of a machine that is gone can't be asked for: what helps is to see it start. */
function retry(hint: string): string {
  return hint.startsWith("More of it") ? "`deno task run` shows the whole boot." : hint;
}

function never(): AbortSignal {
  return new AbortController().signal;
}
