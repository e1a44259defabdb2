import { sha256 } from "../host/cache.ts";
import { Failure, unknown } from "../formats/failure.ts";

/** Where everything of one machine lies; no path of a machine is assembled anywhere else. */
export interface Place {
  /** The machine's name. */
  name: string;
  /** Folder of all that is kept. */
  folder: string;
  /** File whose lock says that a command is changing the machine. */
  lock: string;
  /** Settings, as JSON; a folder without them is no machine. */
  settings: string;
  /** Data disk, raw and sparse. */
  disk: string;
  /** The machine's own copy of the ISO. */
  iso: string;
  /** Private SSH key; the public one has `.pub` behind it. */
  key: string;
  /** Host keys that ssh has seen. */
  knownHosts: string;
  /** What the serial console said since the last start. */
  console: string;
  /** Number of QEMU's process; QEMU itself takes it away when it ends in order. */
  pid: string;
  /** Folder of sockets, with a path short enough for them. */
  runtime: string;
  /** Socket of QEMU's machine protocol. */
  qmp: string;
  /** Socket of the serial console. */
  serial: string;
}

const NAME = /^[a-z0-9][a-z0-9-]{0,62}$/;

/** Returns the folder of all machines: boot2podman/machines below XDG_DATA_HOME, or below ~/.local/share. */
export function machinesFolder(): string {
  const base = Deno.env.get("XDG_DATA_HOME") || `${Deno.env.get("HOME") ?? "."}/.local/share`;
  return `${base.startsWith("/") ? base : `${Deno.cwd()}/${base}`}/boot2podman/machines`;
}

/** Returns the paths of a machine, whether it exists or not; throws {@link Failure} if the name can't be one. */
export async function placeOf(name: string): Promise<Place> {
  if (!NAME.test(name)) {
    throw new Failure(
      `"${name}" can't be the name of a machine.`,
      "A name has up to 63 small letters, digits and hyphens, and does not begin with a hyphen.",
    );
  }
  const folder = `${machinesFolder()}/${name}`;
  // Named by a hash: a socket's path may have 107 characters, and another XDG_DATA_HOME is another set of machines.
  const runtime = `${runtimeBase()}/boot2podman-${(await sha256(folder)).slice(0, 12)}`;
  return {
    name,
    folder,
    // Beside the folder, so that it can be held while the folder comes and goes; no name begins with a dot.
    lock: `${machinesFolder()}/.${name}.lock`,
    settings: `${folder}/machine.json`,
    disk: `${folder}/data.img`,
    iso: `${folder}/boot2podman.iso`,
    key: `${folder}/id_ed25519`,
    knownHosts: `${folder}/known_hosts`,
    console: `${folder}/console.log`,
    pid: `${folder}/qemu.pid`,
    runtime,
    qmp: `${runtime}/qmp`,
    serial: `${runtime}/serial`,
  };
}

/** Returns the names of all machines, sorted. */
export async function machineNames(): Promise<string[]> {
  const names: string[] = [];
  try {
    for await (const { name, isDirectory } of Deno.readDir(machinesFolder())) {
      if (isDirectory && NAME.test(name) && await isMachine(await placeOf(name))) names.push(name);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return names.sort();
}

/** Returns true if there is such a machine. */
export async function isMachine(place: Place): Promise<boolean> {
  return await Deno.stat(place.settings).then(() => true, () => false);
}

/** Returns the paths of a machine that exists; throws {@link Failure} with the nearest name otherwise. */
export async function existing(name: string): Promise<Place> {
  const place = await placeOf(name);
  if (await isMachine(place)) return place;
  const names = await machineNames();
  if (names.length > 0) throw unknown("machine", name, names);
  throw new Failure(
    `There is no machine "${name}".`,
    `Make it with \`deno task machine create ${name}\`.`,
  );
}

/** Makes the folder of sockets; throws {@link Failure} if there is one that others can write to. */
export async function makeRuntime({ runtime }: Place): Promise<void> {
  await Deno.mkdir(runtime, { recursive: true, mode: 0o700 });
  const { uid, mode } = await Deno.lstat(runtime);
  if (uid === Deno.uid() && (mode! & 0o077) === 0) return;
  throw new Failure(
    `${runtime} belongs to somebody else, or others can look into it.`,
    "The machine's sockets are made there: remove it, or set XDG_RUNTIME_DIR to a folder of yours.",
  );
}

function runtimeBase(): string {
  const base = Deno.env.get("XDG_RUNTIME_DIR") || Deno.env.get("TMPDIR") || "/tmp";
  return base.startsWith("/") && base.length < 60 ? base.replace(/\/$/, "") : "/tmp";
}
