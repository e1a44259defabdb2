import type { Extension } from "./extension.ts";
import type { Plan } from "./plan.ts";

/** Extensions that the bootcode `base` still loads: without them nobody could log in and look. */
const ESSENTIAL = ["libs", "modules", "sudo"];

/** Returns the files of the base that follow from the plan: path and text. */
export function baseFiles(
  plan: Plan,
  extensions: Extension[],
  release: string,
  memory: number,
): [string, string][] {
  return [
    ["/etc/boot2podman/memory", `${memory}\n`],
    [
      "/etc/boot2podman/extensions",
      lines(extensions.map(({ name, files }) => [name, ...topsOf(files)].join(" "))),
    ],
    ["/etc/boot2podman/essential", lines(essential(extensions))],
    ["/etc/boot2podman/order", lines(plan.hooks.map(hookFile))],
    [
      "/etc/boot2podman/bootcodes",
      lines(plan.bootcodes.map(({ name, value, summary }) => `${name}\t${value ?? ""}\t${summary}`)),
    ],
    ...plan.hooks.map((
      hook,
      i,
    ): [string, string] => [`/etc/boot2podman/hooks/${hookFile(hook, i)}`, hook.script]),
    ["/etc/os-release", osRelease(plan)],
    ["/etc/issue", `boot2podman ${plan.version} (\\r) \\l\n`],
    ["/etc/motd", motd(plan, release)],
  ];
}

/** Returns the names of the essential extensions, and of those that they need. */
function essential(extensions: readonly Extension[]): string[] {
  const needed = new Set(ESSENTIAL);
  for (const name of needed) {
    for (const other of extensions.find((extension) => extension.name === name)?.depends ?? []) {
      needed.add(other);
    }
  }
  return extensions.map(({ name }) => name).filter((name) => needed.has(name)).sort();
}

/**
 * Returns the least memory in MiB that the system boots and runs a container in, for extensions of this many bytes:
 * the kernel and what it keeps, the image as the loader brought it and as it is unpacked, and room to work.
 * Measured, see docs/measured.md.
 */
export function neededMemory(extensionBytes: number): number {
  const mib = extensionBytes / 1024 / 1024;
  return Math.ceil((95 + 2.2 * mib) / 8) * 8;
}

/** Top folders of an extension: /usr is merged, others are few and small, and copied. */
function topsOf(files: Extension["files"]): string[] {
  return [...new Set(files.map(({ path }) => path.split("/")[1]))];
}

function hookFile(hook: { name: string }, i: number): string {
  return `${String(i + 1).padStart(2, "0")}-${hook.name}`;
}

function lines(items: readonly string[]): string {
  return items.map((item) => `${item}\n`).join("");
}

function osRelease(plan: Plan): string {
  return lines([
    'NAME="boot2podman"',
    "ID=boot2podman",
    `VERSION="${plan.version}"`,
    `VERSION_ID=${plan.version}`,
    `PRETTY_NAME="boot2podman ${plan.version}"`,
    `VARIANT_ID=${plan.name}`,
  ]);
}

/** The seal: the animal that the German word for it, Seehund, has taught to wait at the shore. */
const SEAL = String.raw`
         .--~~--.
        /  o  o  \
       (    __    )==          boot2podman VERSION
        \  =\/=  /             PLUGINS
      .-'        '-.           Linux RELEASE
     /   \      /   \__
    |  /|        |\  |  \___
 ~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~~
`;

function motd(plan: Plan, release: string): string {
  const plugins = plan.plugins.map(({ name }) => name).filter((name) => name !== "core").join(", ");
  return SEAL.replace("VERSION", plan.version).replace("PLUGINS", plugins).replace("RELEASE", release);
}
