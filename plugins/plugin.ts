/**
 * The contract of a plugin: plain data that the toolkit checks, merges and builds. This file imports nothing, so that
 * a plugin can be loaded from anywhere and read by anyone.
 * @module
 */

/** Where in the boot a hook runs; stages run in this order, hooks within one by `after`. */
export const HOOK_STAGES = ["early", "network", "services", "late"] as const;

/** A stage of the boot, see {@link HOOK_STAGES}. */
export type HookStage = typeof HOOK_STAGES[number];

/** A value that JSON can hold. */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/** A file that is several files of the packages, joined in the order of their names (a CA bundle, say). */
export interface Concat {
  /** Absolute path of the joined file in the guest. */
  path: string;
  /** Glob over the packages' paths that names the parts. */
  from: string;
}

/** Text given as it is, or as a file beside the plugin. */
export type Content = string | {
  /** Path below the folder of plugin.ts. */
  file: string;
};

/** Go programs, built from the modules that the go.mod and go.sum among the source's files name. */
export interface GoSource {
  /** Module whose version is that of the extension. */
  module: string;
  /** Programs: absolute path in the guest to Go's name of the package, such as `./` or `sigs.k8s.io/…/cmd/crictl`. */
  programs: Record<string, string>;
  /** Build tags. */
  tags?: string[];
  /** Values of variables that are set when it is linked, such as `main.version`. */
  variables?: Record<string, string>;
}

/** How the files of one extension are built from source: apart from the host, and without the network. */
export interface Source {
  /** Recipe whose build leaves the files of this one too; then nothing else is given. */
  of?: string;
  /** Debian's source package. */
  debian?: string;
  /** Versions of that in which Debian changes nothing: of these upstream's archive alone is fetched. */
  unchanged?: string[];
  /** Crate that Debian packages as librust-NAME-dev, with its programs, and with Debian's patches. */
  crate?: string;
  /** Go programs; a script then runs before they are built, in a copy of the files. */
  go?: GoSource;
  /** Folder below the plugin's with files for the build, in $FILES there; for Go it is what is built: go.mod, go.sum, main.go. */
  files?: string;
  /** Debian packages of the build room: compilers, headers, tools. What they depend on comes along. */
  room?: string[];
  /** Go's names of packages whose own tests `tcz NAME --check` runs in the room: those that need no network and no root. */
  tests?: string[];
  /** Commands for sh, run in the unpacked source; what they leave below $OUT are the files to keep from. */
  script?: Content;
}

/** How one extension is made: from signed Debian packages, from source, or from either. */
export interface Recipe {
  /** Name of the extension: `NAME.tcz`. */
  name: string;
  /** One line for the .info file. */
  summary: string;
  /** Debian's binary packages whose files are taken. Libraries that the programs need are found, not named. */
  debian?: { packages: string[] };
  /** How it is built from source, for `--from source`. */
  source?: Source;
  /** Globs of absolute paths to keep; nothing else of the packages, or of what was built, gets in. */
  keep: string[];
  /** Globs of absolute paths to leave out of what `keep` takes. */
  drop?: string[];
  /** Symbolic links to add: path to target. */
  links?: Record<string, string>;
  /** Permission bits that the packages' own scripts would set, such as a setuid bit: path to mode. */
  modes?: Record<string, number>;
  /** Files to join from parts of the packages. */
  concat?: Concat[];
  /** Extensions that this one needs at run time, by name. */
  depends?: string[];
  /** Shared libraries that programs open by name at run time (sonames, such as `libnss_dns.so.2`). */
  dlopens?: string[];
}

/** A file of the guest that plugins contribute to; exactly one of the content fields is given. */
export interface Config {
  /** Absolute path in the guest. */
  path: string;
  /** Keys to merge into a TOML file. */
  toml?: Record<string, Json>;
  /** Keys to merge into a YAML file. */
  yaml?: Record<string, Json>;
  /** Keys to merge into a JSON file. */
  json?: Record<string, Json>;
  /** Lines to add to a text file, each once. */
  lines?: string[];
  /** The whole file; a second plugin that writes it too is a conflict. */
  text?: Content;
  /** Permission bits, 0o644 unless given. */
  mode?: number;
}

/** A shell script that runs in the guest at boot, in the order that the plan decides. */
export interface Hook {
  /** Name, unique in a plan. */
  name: string;
  /** What it does, in a few words. */
  summary: string;
  /** Part of the boot that it belongs to. */
  stage: HookStage;
  /** Hooks of the same or an earlier stage that come first, by name. */
  after?: string[];
  /** The script, for busybox sh. */
  script: Content;
}

/** An option that the kernel has to have, whichever kernel it is. */
export interface KernelOption {
  /** Name without `CONFIG_`. */
  option: string;
  /** `y`: built in or as a module; `builtin`: a module will not do. */
  value: "y" | "builtin";
  /** Why it is needed, for the one who meets its absence. */
  reason: string;
  /** Modules that carry it where it is not built in. */
  modules?: string[];
}

/** A kernel parameter that the guest reads. */
export interface Bootcode {
  /** Name, as it is typed on the kernel's command line. */
  name: string;
  /** What may follow the `=`, such as `NAME`; absent for a flag. */
  value?: string;
  /** What it does, in a few words. */
  summary: string;
}

/** Something that has to hold in the booted guest; the guest tests run it. */
export interface Check {
  /** What is shown, as a sentence. */
  name: string;
  /** Command line for the guest's shell, run as tc. */
  run: string;
  /** Text that its output has to hold. */
  expect: string;
}

/** A plugin: recipes, configs, hooks, kernel options, bootcodes and checks under one name. */
export interface Plugin {
  /** Name, as in `--plugin NAME`: lower-case letters, digits and dashes. */
  name: string;
  /** One line that says what it brings. */
  summary: string;
  /** Plugins that come along with this one. */
  requires?: string[];
  /** Extensions that it brings. */
  recipes?: Recipe[];
  /** Files that it contributes to. */
  configs?: Config[];
  /** Folder beside plugin.ts whose files go into the guest as they are; those that begin with `#!` are executable. */
  tree?: string;
  /** Scripts that run at boot. */
  hooks?: Hook[];
  /** Options that the kernel must have. */
  kernel?: KernelOption[];
  /** Kernel parameters that its hooks read. */
  bootcodes?: Bootcode[];
  /** What the guest tests try. */
  checks?: Check[];
}

/** Returns the plugin as it is; it exists so that an editor knows the type of what is being written. */
export function definePlugin(plugin: Plugin): Plugin {
  return plugin;
}
