import { Command, InvalidArgumentError } from "@commander-js/extra-typings";
import { SUITES } from "./stages/plan.ts";
import { unknown } from "./formats/failure.ts";

/** Adds a comma-separated value to those given before. */
export const collect = (
  value: string,
  before: string[],
): string[] => [...before, ...value.split(",").filter(Boolean)];
const collectWhole = (value: string, before: string[]): string[] => [...before, value];

/** Returns a command with the options that choose what is built and from where. */
export function planCommand(name: string, description: string) {
  return hostCommand(name, description)
    .option("--plugin <name>", "add a plugin, by name or path; may be given more than once", collect, [])
    .option("--without <name>", "take a default plugin away", collect, [])
    .option("--from <origin>", "debian or source, for all or as NAME=source", collect, [])
    .option("--sign <key>", "sign the kernel with your key; its certificate is beside it, as .crt")
    .option("--suite <suite>", `Debian suite: ${SUITES.join(", ")}`, suite, "trixie")
    .option("--arch <architecture>", "architecture, by Debian's name", "amd64")
    .option("--bootcode <name=value>", "kernel parameter that the boot loaders add", collectWhole, []);
}

/** Returns a command with the options of whatever touches the cache or the network. */
export function hostCommand(name: string, description: string) {
  return new Command(name).description(description)
    .option("--mirror <url>", "Debian mirror, instead of BOOT2PODMAN_MIRROR and the host's apt settings")
    .option("--offline", "use only what is in the cache")
    .option("--refresh", "look the indexes up again, though they are fresh")
    .option("--in <way>", "what keeps builds from source apart: namespaces, podman or docker")
    .option("--explain", "say which input changed, where something is made again");
}

/** Reads a whole number between two bounds. */
export function integer(least: number, most: number): (text: string) => number {
  return (text) => {
    const value = Number(text);
    if (!/^\d+$/.test(text) || value < least || value > most) {
      throw new InvalidArgumentError(`expected a whole number from ${least} to ${most}.`);
    }
    return value;
  };
}

function suite(text: string): string {
  if (!SUITES.includes(text)) throw unknown("suite", text, SUITES);
  return text;
}
