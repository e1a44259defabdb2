import { Failure, unknown } from "../formats/failure.ts";
import type { Accel } from "../machine/accel.ts";
import { parseForward } from "../machine/forward.ts";
import type { Place } from "./place.ts";
import { parseVolume } from "./volume.ts";

/** What a machine is made of; kept in machine.json. */
export interface Settings {
  /** Version of this description. */
  schema: 1;
  /** What runs the machine. */
  driver: "qemu" | "virtualbox";
  /** MiB of memory. */
  memory: number;
  /** Number of processors. */
  cpus: number;
  /** Bytes of the data disk. */
  diskSize: number;
  /** Port of the host's 127.0.0.1 that leads to the guest's ssh. */
  sshPort: number;
  /** What runs the guest's instructions; `auto` for the fastest that works at each start. */
  accel: Accel | "auto";
  /** Ports that lead into the guest, as in `8080:80`. */
  forwards: string[];
  /** Folders that the guest sees, as in `/home/me/src:/src`. */
  volumes: string[];
  /** Address of the proxy that the guest uses, or nothing. */
  proxy: string;
  /** Hosts that it reaches without the proxy, with commas between them, or nothing. */
  noProxy: string;
  /** Path of certificates (PEM) that it trusts besides the public ones, or nothing. */
  ca: string;
  /** When the machine was made, in ISO 8601. */
  created: string;
}

/** A machine that exists: where it lies, and what it is made of. */
export interface Machine extends Place {
  /** Its settings, as they are on the disk. */
  is: Settings;
}

/** The names of the drivers. */
export const DRIVERS: readonly string[] = ["qemu", "virtualbox"];
/** The names of the accelerations. */
export const ACCELS: readonly string[] = ["auto", "kvm", "hvf", "tcg"];

interface Rule {
  expected: string;
  holds: (value: unknown) => boolean;
}

const whole = (least: number, most: number): Rule => ({
  expected: `a whole number from ${least} to ${most}`,
  holds: (value) => Number.isInteger(value) && value as number >= least && value as number <= most,
});
const matching = (expected: string, pattern: RegExp): Rule => ({
  expected,
  holds: (value) => typeof value === "string" && pattern.test(value),
});
const oneOf = (names: readonly string[]): Rule => ({
  expected: names.map((name) => JSON.stringify(name)).join(" or "),
  holds: (value) => names.includes(value as string),
});
const list = (expected: string, parse: (text: string) => unknown): Rule => ({
  expected: `a list of ${expected}`,
  holds: (value) =>
    Array.isArray(value) && value.every((item) => typeof item === "string" && reads(parse, item)),
});

/** The address of a proxy, or nothing. */
export const PROXY = /^(https?:\/\/[^\s'"]+)?$/;

/** What each field has to be. */
const RULES: Record<keyof Settings, Rule> = {
  schema: whole(1, 1),
  driver: oneOf(DRIVERS),
  memory: whole(256, 1 << 20),
  cpus: whole(1, 256),
  diskSize: whole(1, Number.MAX_SAFE_INTEGER),
  sshPort: whole(1, 65535),
  accel: oneOf(ACCELS),
  forwards: list("port forwards such as 8080:80", parseForward),
  volumes: list("volumes such as /home/me/src:/src", parseVolume),
  proxy: matching("an address such as http://proxy:3128, or nothing", PROXY),
  noProxy: matching("hosts with commas between them, or nothing", /^[^\s'"]*$/),
  ca: matching("an absolute path, or nothing", /^(\/.*)?$/),
  created: {
    expected: "a time such as 2026-01-31T12:00:00.000Z",
    holds: (value) => typeof value === "string" && !Number.isNaN(Date.parse(value)),
  },
};

function reads(parse: (text: string) => unknown, text: string): boolean {
  try {
    parse(text);
    return true;
  } catch {
    return false;
  }
}

/** Reads settings field by field; throws {@link Failure} that names the file, the field and what was expected. */
export function readSettings(text: string, path: string): Settings {
  const fix =
    `Correct the file (docs/machine.md shows a whole one); the disk beside it is untouched by this.`;
  const value = parseJson(text, path);
  if (Number.isInteger(value.schema) && value.schema as number > 1) {
    throw new Failure(
      `${path} has schema ${value.schema}, and this boot2podman knows 1.`,
      "Use the boot2podman that made the machine, or a newer one.",
    );
  }
  for (const [field, rule] of Object.entries(RULES)) {
    if (!(field in value)) {
      throw new Failure(`${path}: "${field}" is missing; expected ${rule.expected}.`, fix);
    }
    if (rule.holds(value[field])) continue;
    throw new Failure(
      `${path}: "${field}" is ${JSON.stringify(value[field])}; expected ${rule.expected}.`,
      fix,
    );
  }
  for (const field in value) {
    if (!(field in RULES)) throw unknown(`setting in ${path} called`, field, Object.keys(RULES));
  }
  return value as unknown as Settings;
}

function parseJson(text: string, path: string): Record<string, unknown> {
  try {
    const value = JSON.parse(text);
    if (value && typeof value === "object" && !Array.isArray(value)) return value;
  } catch { /* said below */ }
  const name = path.split("/").at(-2);
  throw new Failure(
    `${path} is damaged: it is ${text.trim() ? "no whole JSON object" : "empty"}.`,
    `Correct the file (docs/machine.md shows a whole one), or give the machine up with ` +
      `\`deno task machine rm --force ${name}\`; until then its disk is untouched.`,
  );
}

/** Returns a machine with its settings; throws {@link Failure} if they can't be read. */
export async function openMachine(place: Place): Promise<Machine> {
  return { ...place, is: readSettings(await Deno.readTextFile(place.settings), place.settings) };
}

/** Writes settings so that a reader finds the old ones or the new ones, even if the host goes down. */
export async function writeSettings(place: Place, settings: Settings): Promise<void> {
  const temporary = `${place.settings}.${crypto.randomUUID()}`;
  try {
    using file = await Deno.open(temporary, { write: true, createNew: true, mode: 0o600 });
    await file.write(new TextEncoder().encode(JSON.stringify(settings, null, 2) + "\n"));
    await file.sync();
    await Deno.rename(temporary, place.settings);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw error;
  }
}
