import { DEFAULT_PLUGINS, type LoadedPlugin, type LoadedRecipe, loadPlugins } from "../plugins/load.ts";
import { requirements } from "./formats/gomod.ts";
import { parseFragment } from "./formats/kconfig.ts";
import { STEP, TOOLCHAIN } from "./host/go.ts";
import { BOOTSTRAP, GO_SCRIPT } from "./stages/golang.ts";

/** The page, from the root. */
export const PAGE = "docs/building.md";

/** Plugins of the toolkit that are no default ones, but part of the page. */
const ADDED = ["skopeo", "luks", "passt", "kmod"];

const HEAD = `# What is built, from what, and how

Each extension is made by a recipe, and a recipe can know two origins: Debian's signed packages, the default,
and source. \`--from source\` takes everything from source that can be, \`--from NAME=source\` one extension;
the last word on a name counts, as in \`--from source --from kernel=debian\`.

A build from source happens in a room: a root of its own out of verified Debian packages, entered with user
namespaces, without network, with nothing to write to but its folder, and with the time of the source. So it
leaves the same bytes on every machine. All that it needs is fetched and verified before: Debian's source
packages by their signed index, Go modules by the go.sum beside the recipe, Go by the hash in
\`tasks/host/go.ts\`. When a build fails, its log, its command and its folder stay, and

    npx --yes deno@2.9.6 task tcz NAME --from NAME=source --shell

opens a shell there; \`--check\` in its place runs the makers' own tests of those packages that the recipe names:
the ones that need neither the network nor root. What every C program is compiled with stands in
\`tasks/stages/script.ts\`.

Where user namespaces are forbidden, \`--in podman\` or \`--in docker\` runs the same build in a container, whose
image is the same root. The image stays with the engine, as \`localhost/boot2podman-room\`; \`docker\` has been
tried by its arguments alone.

A build is known by what shapes it: the script, the packages of the room, the source, the environment. As long
as none of these changes, nothing is built again.

A recipe without source in this list comes from Debian in every ISO.`;

const GO =
  `Go ${TOOLCHAIN.version} builds the programs that are written in it. It comes as the module proxy has it for the go
command itself, known by its hash. With \`--from go=source\` it is built before: from the source in that same
archive, without the programs in it. Debian's own (\`${
    BOOTSTRAP.packages[0]
  }\` of ${BOOTSTRAP.suite}) is older than it
allows, so that one builds Go ${STEP.version} from source, and this builds the other.

What comes out is the same to the byte as what was in the archive, and so are the programs that it builds:
\`deno task test build --all\` compares them. That is why \`--from source\` alone does not build Go. The go command
that fetches modules, before anything is built, is that of the archive.`;

const ROOT = new URL("../", import.meta.url);

/** Returns docs/building.md: what each extension is made of, out of the recipes themselves. */
export async function buildingPage(): Promise<string> {
  const plugins = await loadPlugins(ADDED);
  const sections = plugins.flatMap((plugin) => plugin.recipes.map((recipe) => section(plugin, recipe)));
  return [
    "<!-- Written by `deno task docs`, from the recipes and the fragments: change those. -->",
    HEAD,
    await kernelSection(),
    goSection(),
    ...sections,
  ].map((part) => part.trim()).join("\n\n") + "\n";
}

function section(plugin: LoadedPlugin, recipe: LoadedRecipe): string {
  const { name, summary, debian, source, keep, drop } = recipe;
  const added = ["core", ...DEFAULT_PLUGINS].includes(plugin.name) ? "" : ", which is added by name";
  const facts = [
    `- Of the plugin ${plugin.name}${added}: \`plugins/${plugin.name}/plugin.ts\``,
    ...(debian ? [`- Debian's packages: ${debian.packages.join(", ")}`] : []),
    ...(source?.of ? [`- From source: built together with ${source.of}`] : []),
    ...(source?.debian ? [`- From source: Debian's source package ${source.debian}`] : []),
    ...(source?.unchanged
      ? [
        `- Debian changes nothing in version ${
          source.unchanged.join(", ")
        }: of that, upstream's archive alone`,
      ]
      : []),
    ...(source?.crate ? [`- From source: the crate ${source.crate}, as Debian packages it`] : []),
    ...(source?.go ? goFacts(recipe) : []),
    ...(source?.tests ? [`- The makers' own tests, by \`--check\`: ${code(source.tests)}`] : []),
    ...(source?.room?.length ? [`- In the build room: ${source.room.join(", ")}`] : []),
    `- Kept of it: ${code(keep)}${drop?.length ? `, but for ${code(drop)}` : ""}`,
  ];
  const script = source?.script?.trim();
  return [`## ${name}`, `${summary}.`, facts.join("\n"), ...(script ? [block("sh", script)] : [])].join(
    "\n\n",
  );
}

function goFacts({ source }: LoadedRecipe): string[] {
  const { module, tags = [], variables = {} } = source!.go!;
  const version = requirements(source!.texts?.["go.mod"] ?? "").get(module);
  const set = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  return [
    `- From source: the Go module ${module} ${version}`,
    ...(tags.length ? [`- Build tags: ${code(tags)}`] : []),
    ...(set.length ? [`- Variables: ${code(set)}`] : []),
  ];
}

async function kernelSection(): Promise<string> {
  const text = (name: string) => Deno.readTextFile(new URL(`kernel/${name}`, ROOT));
  const names = (await Array.fromAsync(Deno.readDir(new URL("kernel/", ROOT)))).map(({ name }) => name);
  const rows = await Promise.all(
    names.filter((name) => name.endsWith(".config")).sort().map(async (name) => {
      const content = await text(name);
      const about = content.split("\n")[0].replace(/^#\s*/, "").replaceAll("|", "\\|");
      return `| \`kernel/${name}\` | ${parseFragment(content, name).length} | ${about} |`;
    }),
  );
  return [
    "## kernel",
    await Deno.readTextFile(new URL("kernel/README.md", ROOT)),
    ["| fragment | options | what is in it |", "| --- | ---: | --- |", ...rows].join("\n"),
    block("sh", `${(await text("config.sh")).trim()}\n\n${(await text("build.sh")).trim()}`),
  ].map((part) => part.trim()).join("\n\n");
}

function goSection(): string {
  return ["## go", GO, block("sh", GO_SCRIPT.trim())].join("\n\n");
}

function code(words: readonly string[]): string {
  return words.map((word) => `\`${word}\``).join(", ");
}

function block(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\``;
}
