import { hostArchitecture } from "./formats/architecture.ts";
import type { Changes } from "./formats/changes.ts";
import { requirements } from "./formats/gomod.ts";
import { TOOLCHAIN } from "./host/go.ts";
import type { Host } from "./host/host.ts";
import { quote } from "./host/run.ts";
import { vulnerabilities, type Vulnerability } from "./host/vulnerabilities.ts";
import { type GoRecipe, goRecipes, writeModules } from "./stages/gorecipes.ts";
import { type GoUpdate, type Passed, type Proposal, propose, proposeGo } from "./stages/updates.ts";

/** What `update` is to do. */
export interface UpdateOptions {
  /** Plugins to look at beside the built-in ones. */
  plugin: string[];
  /** Show each line that changes. */
  verbose?: boolean;
  /** Write go.mod and go.sum. */
  write?: boolean;
}

/** Says which newer versions there are of what is built from Go modules, and what is known to be wrong with ours. */
export async function update(
  names: readonly string[],
  options: UpdateOptions,
  host: Host,
  say: (line: string) => void,
): Promise<void> {
  const recipes = await goRecipes(names, options.plugin);
  const found: [GoRecipe, Proposal][] = [];
  for (const recipe of recipes) found.push([recipe, await propose(recipe, host)]);
  const go = await proposeGo(host, options.write ?? false);
  for (const line of versionLines(found, go)) say(line);
  for (const [recipe, proposal] of found) {
    for (const line of changeLines(recipe, proposal, options.verbose ?? false)) say(line);
    if (!options.write || !changes(proposal)) continue;
    await writeModules(recipe, proposal.mod, proposal.sum);
    say(`  Written to ${recipe.folder}. Look at the change, then build it:\n    ${trial(recipe)}`);
  }
  for (const line of goLines(go)) say(line);
  if (!options.write && found.some(([, proposal]) => changes(proposal))) {
    say("\nNothing was written; --write does, --verbose shows each line.");
  }
  const own = [["stdlib", TOOLCHAIN.version], ["toolchain", TOOLCHAIN.version]] as [string, string][];
  const modules = recipes.flatMap(({ texts }) => [...requirements(texts["go.mod"])]).concat(own);
  const distinct = [...new Map(modules.map((module) => [module.join("@"), module])).values()];
  for (const line of vulnerabilityLines(recipes, await vulnerabilities(host, distinct))) say(line);
}

function versionLines(found: [GoRecipe, Proposal][], go: GoUpdate): string[] {
  const rows: { row: string[]; passed: Passed[] }[] = [
    { row: ["recipe", "module", "ours", "newest"], passed: [] },
    ...found.flatMap(([{ name }, { modules }]) =>
      modules.map(({ module, ours, newest, passed }) => ({
        row: [name, module, ours, shown(newest)],
        passed,
      }))
    ),
    { row: ["", "Go", go.ours, shown(go.newest)], passed: go.passed },
  ];
  const lines = columns(rows.map(({ row }) => row));
  const all = rows.flatMap(({ passed }, i) => [lines[i], ...passedLines(passed)]);
  return go.minor ? [...all, `  There is Go ${go.minor} too.`] : all;
}

function passedLines(passed: readonly Passed[]): string[] {
  return [...Map.groupBy(passed, ({ reason }) => reason)].map(([reason, versions]) =>
    `    passed over: ${versions.map(({ version }) => version).join(", ")}, as ${reason}`
  );
}

function shown(version: string | undefined): string {
  return version ?? "not listed by the module proxy";
}

function changeLines({ name }: GoRecipe, proposal: Proposal, verbose: boolean): string[] {
  if (!changes(proposal)) return [];
  const { direct, indirect, sums } = proposal;
  return [
    `\n${name}: go.mod`,
    ...signed(direct),
    ...(isChange(indirect) ? [`  for what these require, ${counts(indirect)}`] : []),
    ...(verbose ? signed(indirect) : []),
    `${name}: go.sum, ${counts(sums)}`,
    ...(verbose ? signed(sums) : []),
  ];
}

/** Go itself is not written: its hash is what the proxy says, and a person is to compare it with what others say. */
function goLines({ newest, archive }: GoUpdate): string[] {
  if (!archive) return [];
  const { size, sha256 } = archive;
  const megabytes = (size / 1e6).toFixed(1);
  if (!sha256) return [`\nGo ${newest}: ${megabytes} MB; --write downloads it and tells its hash.`];
  return [
    `\nGo ${newest}: ${megabytes} MB. For tasks/host/go.ts, once others say that hash too:`,
    `  version: "${newest}",`,
    `    ${hostArchitecture()}: { size: ${size}, sha256: "${sha256}" },`,
  ];
}

function vulnerabilityLines(recipes: readonly GoRecipe[], found: Vulnerability[] | undefined): string[] {
  if (!found) return ["\nGo's vulnerability data can't be reached: not asked."];
  if (found.length === 0) return ["\nGo's vulnerability data has nothing on what is built from."];
  const rows = found.map(({ module, version, id, fixed, summary }) => {
    const users = recipes.filter(({ texts }) => requirements(texts["go.mod"]).get(module) === version);
    const names = users.map(({ name }) => name).join(", ");
    return [names || "all", module, version, id, fixed ? `fixed in ${fixed}` : "not fixed", summary];
  });
  return ["\nKnown vulnerabilities, whether or not a program uses what is wrong", ...columns(rows)];
}

function changes({ direct, indirect, sums }: Proposal): boolean {
  return [direct, indirect, sums].some(isChange);
}

function isChange({ added, removed }: Changes): boolean {
  return added.length + removed.length > 0;
}

function counts({ added, removed }: Changes): string {
  return `${added.length} ${added.length === 1 ? "line" : "lines"} added, ${removed.length} removed`;
}

function signed({ added, removed }: Changes): string[] {
  return [...removed.map((line) => `  - ${line}`), ...added.map((line) => `  + ${line}`)];
}

function trial({ name, plugin }: GoRecipe): string {
  return `deno task tcz ${name} --from ${name}=source${plugin ? ` --plugin ${quote(plugin)}` : ""}`;
}

function columns(rows: readonly string[][]): string[] {
  const widths = rows[0].map((_, i) => Math.max(...rows.map((row) => row[i].length)));
  return rows.map((row) => "  " + row.map((cell, i) => cell.padEnd(widths[i])).join("  ").trimEnd());
}
