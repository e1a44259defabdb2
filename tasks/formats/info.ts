/** What the files beside a .tcz say of it. */
export interface Info {
  /** Name of the extension. */
  name: string;
  /** One line. */
  summary: string;
  /** Version of what is in it. */
  version: string;
  /** Extensions that it needs, by name. */
  depends: string[];
  /** Size of the .tcz in bytes. */
  size: number;
  /** Paths in it, without the leading slash. */
  paths: string[];
}

/** Returns the text of the .info file (Tiny Core's "Creating extensions"). */
export function infoText(info: Info): string {
  const fields = {
    Title: `${info.name}.tcz`,
    Description: info.summary,
    Version: info.version,
    Author: "see the packages in the manifest",
    "Original-site": "https://packages.debian.org",
    "Copying-policy": "see the packages in the manifest",
    Size: humanSize(info.size),
    "Extension_by": "boot2podman",
    Tags: info.name,
    Comments: `made from signed packages`,
    "Change-log": "",
    Current: info.version,
  };
  return Object.entries(fields).map(([key, value]) => `${`${key}:`.padEnd(16)}${value}`.trimEnd() + "\n")
    .join("");
}

/** Returns the text of the .dep file: one extension a line. */
export function depText(depends: readonly string[]): string {
  return depends.map((name) => `${name}.tcz\n`).join("");
}

/** Returns the text of the .list file: one path a line. */
export function listText(paths: readonly string[]): string {
  return paths.map((path) => `${path}\n`).join("");
}

/** Returns the text of the .tree file: what depends on what, indented by three spaces a level. */
export function treeText(name: string, depends: ReadonlyMap<string, readonly string[]>, level = 0): string {
  const below = (depends.get(name) ?? []).map((needed) => treeText(needed, depends, level + 1));
  return `${"   ".repeat(level)}${name}.tcz\n` + below.join("");
}

/** Returns a size in bytes the way Tiny Core writes it: `4.0K`, `12M`. */
export function humanSize(bytes: number): string {
  if (bytes < 1024 * 1024) return `${(bytes / 1024).toFixed(1)}K`;
  return `${(bytes / 1024 / 1024).toFixed(1)}M`;
}
