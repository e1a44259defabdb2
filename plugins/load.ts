import { fileURLToPath, pathToFileURL } from "node:url";
import { Failure, unknown } from "../tasks/formats/failure.ts";
import type { Config, Content, Plugin, Recipe, Source } from "./plugin.ts";
import { validatePlugin } from "./validate.ts";

/** A plugin that was read, checked, and whose files are text now. */
export interface LoadedPlugin extends Plugin {
  /** Where it came from: `built in`, or its path. */
  origin: string;
  /** True if it was asked for by name and is not in every ISO: it gives the ISO its name. */
  added: boolean;
  /** Files, those of its tree among them, with their text. */
  configs: (Config & { text?: string })[];
  /** Hooks with the text of their scripts. */
  hooks: (NonNullable<Plugin["hooks"]>[number] & { script: string })[];
  /** Recipes with the texts that they are built from. */
  recipes: LoadedRecipe[];
}

/** A recipe whose files are text now. */
export interface LoadedRecipe extends Recipe {
  /** How it is built from source. */
  source?: LoadedSource;
}

/** A source whose files are text now. */
export interface LoadedSource extends Source {
  /** The script. */
  script?: string;
  /** Files for the build: path below their folder to text. */
  texts?: Record<string, string>;
}

/** Plugins that are in every ISO unless they are taken away by name. */
export const DEFAULT_PLUGINS = ["podman", "buildah", "persist", "ssh"];

const HERE = new URL(".", import.meta.url);

/** Returns the names of the plugins that come with the toolkit, `core` apart, sorted. */
export async function builtinPlugins(): Promise<string[]> {
  const names: string[] = [];
  for await (const entry of Deno.readDir(HERE)) {
    if (entry.isDirectory && entry.name !== "core") names.push(entry.name);
  }
  return names.sort();
}

/**
 * Returns the base, the default plugins and the added ones with all that they require, without those that are taken
 * away; sorted by name after `core`, so that the order in which they were asked for changes nothing. Throws
 * {@link Failure} for an unknown name, a plugin that breaks the contract, and one that needs what was taken away.
 */
export async function loadPlugins(
  added: readonly string[],
  without: readonly string[] = [],
): Promise<LoadedPlugin[]> {
  const known = await builtinPlugins();
  for (const name of without) {
    if (name === "core") {
      throw new Failure("The base can't be taken away.", "Take away plugins: " + known.join(", ") + ".");
    }
    if (!known.includes(name)) throw unknown("plugin", name, known);
    if (added.includes(name)) {
      throw new Failure(`The plugin ${name} is both added and taken away.`, "Name it once.");
    }
  }
  const loaded = new Map<string, LoadedPlugin>();
  const load = async (reference: string, neededBy?: string) => {
    if (without.includes(reference)) {
      throw new Failure(
        `The plugin ${neededBy} needs ${reference}, which was taken away.`,
        `Add --without ${neededBy}, or keep ${reference}.`,
      );
    }
    const plugin = { ...await loadPlugin(reference, known) };
    plugin.added = !neededBy && plugin.name !== "core" && !DEFAULT_PLUGINS.includes(plugin.name);
    const before = loaded.get(plugin.name);
    if (before && before.origin !== plugin.origin) {
      throw new Failure(
        `Two plugins are named ${plugin.name}: ${before.origin} and ${plugin.origin}.`,
        "Rename one.",
      );
    }
    if (before) return void (before.added ||= plugin.added);
    loaded.set(plugin.name, plugin);
    for (const required of plugin.requires ?? []) await load(required, plugin.name);
  };
  for (const name of ["core", ...DEFAULT_PLUGINS.filter((name) => !without.includes(name)), ...added]) {
    await load(name);
  }
  const rank = (plugin: Plugin) => plugin.name === "core" ? "" : plugin.name;
  return [...loaded.values()].sort((a, b) => rank(a) < rank(b) ? -1 : 1);
}

/** Returns one plugin, by the name of a built-in one or by the path of its folder or plugin.ts. */
export async function loadPlugin(reference: string, known?: readonly string[]): Promise<LoadedPlugin> {
  known ??= await builtinPlugins();
  if (/^[a-z]+:\/\//.test(reference)) {
    throw new Failure(
      `The plugin ${reference} is a URL; plugins load by name and by path so far.`,
      "Download it, look at it, and name its path.",
    );
  }
  if (!reference.includes("/") && !reference.endsWith(".ts")) {
    if (reference !== "core" && !known.includes(reference)) throw unknown("plugin", reference, known);
    return await read(new URL(`${reference}/plugin.ts`, HERE), "built in");
  }
  const path = await Deno.realPath(reference).catch(() => {
    throw new Failure(
      `There is no plugin at ${reference}.`,
      "Give the path of a folder with a plugin.ts, or of a .ts file.",
    );
  });
  const file = (await Deno.stat(path)).isDirectory ? `${path}/plugin.ts` : path;
  return await read(pathToFileURL(file), file);
}

async function read(url: URL, origin: string): Promise<LoadedPlugin> {
  const module = await import(url.href).catch((cause) => {
    throw new Failure(
      `The plugin ${fileURLToPath(url)} can't be read: ${cause.message}`,
      "It is a TypeScript module with a default export.",
      { cause },
    );
  });
  const plugin = validatePlugin(
    module.default,
    origin === "built in" ? `plugins/${url.href.split("/").at(-2)}` : origin,
  );
  const folder = new URL(".", url);
  const missing = (what: string) => () => {
    throw new Failure(
      `The plugin ${plugin.name} names the ${what}, which is not there.`,
      `It belongs into ${fileURLToPath(folder)}.`,
    );
  };
  const text = async (content: Content) =>
    typeof content === "string"
      ? content
      : await Deno.readTextFile(new URL(content.file, folder)).catch(missing(`file ${content.file}`));
  const configs = await Promise.all(
    (plugin.configs ?? []).map(async (config) =>
      config.text === undefined
        ? config as Config & { text?: string }
        : { ...config, text: await text(config.text) }
    ),
  );
  const hooks = await Promise.all(
    (plugin.hooks ?? []).map(async (hook) => ({ ...hook, script: await text(hook.script) })),
  );
  const files = async (below: string) =>
    await readTree(fileURLToPath(new URL(`${below}/`, folder))).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
      return missing(`folder ${below}`)();
    });
  const tree = plugin.tree ? await files(plugin.tree) : [];
  const recipes = await Promise.all((plugin.recipes ?? []).map(async (recipe): Promise<LoadedRecipe> => {
    const { source, ...rest } = recipe;
    if (!source) return rest;
    const script = source.script === undefined ? undefined : await text(source.script);
    const texts = source.files === undefined
      ? {}
      : Object.fromEntries((await files(source.files)).map(({ path, text }) => [path.slice(1), text]));
    return { ...rest, source: { ...source, script, texts } };
  }));
  return { ...plugin, origin, added: false, configs: [...tree, ...configs], hooks, recipes };
}

/** Files of a folder as configs. Modes come from the content: a checkout may have lost the permission bits. */
async function readTree(root: string, below = ""): Promise<(Config & { text: string })[]> {
  const files: (Config & { text: string })[] = [];
  for await (const entry of Deno.readDir(root + below)) {
    const path = below + entry.name;
    if (entry.isDirectory) files.push(...await readTree(root, `${path}/`));
    else {
      const text = await Deno.readTextFile(root + path);
      files.push({ path: `/${path}`, text, mode: text.startsWith("#!") ? 0o755 : 0o644 });
    }
  }
  return files;
}
