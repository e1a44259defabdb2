import { resolve } from "node:path";
import { Failure, unknown } from "../formats/failure.ts";
import { parseForward } from "../machine/forward.ts";
import { ACCELS, DRIVERS, PROXY, type Settings } from "./settings.ts";
import { parseSize } from "./size.ts";
import { absoluteVolume, parseVolume, startFolder } from "./volume.ts";

/** A setting that a user may choose: the field, how its words are read, and whether there may be several. */
interface Choice {
  field: keyof Settings;
  read: (text: string) => string | number;
  several?: boolean;
  /** True if it is settled once the machine is there. */
  once?: boolean;
}

const checked = (parse: (text: string) => unknown) => (text: string) => {
  parse(text);
  return text;
};
const among = (kind: string, names: readonly string[]) => (text: string) => {
  if (!names.includes(text)) throw unknown(kind, text, names);
  return text;
};
const whole = (what: string, least: number, most: number) => (text: string) => {
  if (/^\d{1,9}$/.test(text) && Number(text) >= least && Number(text) <= most) return Number(text);
  throw new Failure(`"${text}" is not ${what}.`, `Give a whole number from ${least} to ${most}.`);
};

/** Text of a shape, or `none`. */
const orNone = (what: string, shape: RegExp, example: string) => (text: string) => {
  if (text === "none") return "";
  if (shape.test(text)) return text;
  throw new Failure(`"${text}" is not ${what}.`, `Give one such as ${example}, or none.`);
};

function certificates(path: string): string {
  if (path === "none") return "";
  const absolute = resolve(startFolder(), path);
  try {
    if (Deno.readTextFileSync(absolute).includes("-----BEGIN CERTIFICATE-----")) return absolute;
  } catch { /* said below */ }
  throw new Failure(`${absolute} holds no certificates.`, "Give a file in PEM format, or none.");
}

/** The settings by the names that options of `create` and keys of `config` have. */
const CHOICES: Record<string, Choice> = {
  memory: { field: "memory", read: whole("the MiB of memory that a machine can have", 256, 1 << 20) },
  cpus: { field: "cpus", read: whole("a number of processors", 1, 256) },
  "disk-size": { field: "diskSize", read: parseSize },
  "ssh-port": { field: "sshPort", read: whole("a port", 1, 65535) },
  accel: { field: "accel", read: among("acceleration", ACCELS) },
  proxy: { field: "proxy", read: orNone("the address of a proxy", PROXY, "http://proxy:3128") },
  "proxy-except": { field: "noProxy", read: orNone("a list of hosts", /^[^\s'"]*$/, "localhost,10.0.0.0/8") },
  ca: { field: "ca", read: certificates },
  driver: { field: "driver", read: among("driver", DRIVERS), once: true },
  forward: { field: "forwards", read: checked(parseForward), several: true },
  volume: {
    field: "volumes",
    read: (text) => checked(parseVolume)(absoluteVolume(text)),
    several: true,
  },
};

/** The keys that `config` knows. */
export const KEYS: string[] = Object.keys(CHOICES).filter((key) => !CHOICES[key].once);

/**
 * Returns settings with one of them changed; a list is replaced, and `none` empties it. Throws {@link Failure} for a key
 * that isn't known, or a value that can't be.
 */
export function change(settings: Settings, key: string, values: string[]): Settings {
  const choice = CHOICES[key];
  if (!choice) throw unknown("setting", key, KEYS);
  const { field, read, several } = choice;
  const wanted = several && values.length === 1 && values[0] === "none" ? [] : values.map(read);
  if (!several && wanted.length !== 1) {
    throw new Failure(`${key} takes one value, and ${wanted.length} were given.`);
  }
  return consistent({ ...settings, [field]: several ? wanted : wanted[0] });
}

function consistent(settings: Settings): Settings {
  const ports = settings.forwards.map(parseForward)
    .map(({ protocol, host }) => `${protocol} port ${host}`).concat(`tcp port ${settings.sshPort}`);
  const twice = ports.find((port, index) => ports.indexOf(port) !== index);
  if (twice) throw new Failure(`The ${twice} of the host is forwarded twice.`, "Forward another one.");
  return settings;
}
