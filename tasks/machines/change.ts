import { Failure, unknown } from "../formats/failure.ts";
import { parseForward } from "../machine/forward.ts";
import { ACCELS, DRIVERS, type Settings } from "./settings.ts";
import { parseSize } from "./size.ts";
import { absoluteVolume, parseVolume } from "./volume.ts";

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

/** The settings by the names that options of `create` and keys of `config` have. */
const CHOICES: Record<string, Choice> = {
  memory: { field: "memory", read: whole("the MiB of memory that a machine can have", 256, 1 << 20) },
  cpus: { field: "cpus", read: whole("a number of processors", 1, 256) },
  "disk-size": { field: "diskSize", read: parseSize },
  "ssh-port": { field: "sshPort", read: whole("a port", 1, 65535) },
  accel: { field: "accel", read: among("acceleration", ACCELS) },
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
