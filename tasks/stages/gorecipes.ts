import { fileURLToPath } from "node:url";
import { builtinPlugins, DEFAULT_PLUGINS, type LoadedPlugin, loadPlugin } from "../../plugins/load.ts";
import { unknown } from "../formats/failure.ts";

/** A recipe that is built from Go modules. */
export interface GoRecipe {
  /** Its name. */
  name: string;
  /** The plugin to add so that the plan has it; empty if every plan does. */
  plugin: string;
  /** Folder with its go.mod. */
  folder: string;
  /** What is in that folder: path to text. */
  texts: Record<string, string>;
}

/** Returns the recipes of the plugins that are built from Go modules, those named or all; throws for an unknown name. */
export async function goRecipes(names: readonly string[], added: readonly string[]): Promise<GoRecipe[]> {
  const known = await builtinPlugins();
  const own = added.filter((plugin) => !known.includes(plugin));
  const plugins = await Promise.all(["core", ...known, ...own].map(async (reference) => ({
    reference,
    plugin: await loadPlugin(reference, known),
  })));
  const all = plugins.flatMap(({ reference, plugin }) => ofPlugin(reference, plugin));
  for (const name of names) {
    if (!all.some((recipe) => recipe.name === name)) {
      throw unknown("recipe from Go modules", name, all.map(({ name }) => name));
    }
  }
  return all.filter(({ name }) => names.length === 0 || names.includes(name));
}

function ofPlugin(reference: string, { origin, recipes }: LoadedPlugin): GoRecipe[] {
  const file = origin === "built in"
    ? fileURLToPath(new URL(`../../plugins/${reference}/plugin.ts`, import.meta.url))
    : origin;
  const plugin = ["core", ...DEFAULT_PLUGINS].includes(reference) ? "" : reference;
  return recipes.flatMap(({ name, source }) =>
    source?.go
      ? [{ name, plugin, folder: file.replace(/[^/]*$/, source.files ?? ""), texts: source.texts ?? {} }]
      : []
  );
}

/** Writes go.mod and go.sum into the folder of the recipe; each appears there by one rename. */
export async function writeModules({ folder }: GoRecipe, mod: string, sum: string): Promise<void> {
  const texts = { "go.mod": mod, "go.sum": sum };
  const fresh = Object.fromEntries(Object.entries(texts).map(([name, text]) => [`.${name}.new`, text]));
  try {
    await writeTexts(folder, fresh);
    for (const name of Object.keys(texts)) await Deno.rename(`${folder}/.${name}.new`, `${folder}/${name}`);
  } finally {
    for (const name of Object.keys(fresh)) await Deno.remove(`${folder}/${name}`).catch(() => {});
  }
}

/** Writes files into a folder: path below it to text. */
export async function writeTexts(folder: string, texts: Record<string, string>): Promise<void> {
  for (const [name, text] of Object.entries(texts)) {
    const path = `${folder}/${name}`;
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(path, text);
  }
}
