import assert from "node:assert/strict";

const ROOT = new URL("../../", import.meta.url);

/** Floors from the top down: an import leads to the same line's folder, or further down the list. */
const FLOORS: [string, RegExp][] = [
  ["the public API", /^mod\.ts$/],
  ["the command line", /^tasks\/cli\.ts$/],
  ["the commands", /^(tasks\/[^/]+|bench\/.+)\.ts$/],
  ["the machines", /^tasks\/machines\//],
  ["the stages", /^tasks\/stages\//],
  ["the machine", /^tasks\/machine\//],
  ["the loader of plugins", /^plugins\/(load|validate)\.ts$/],
  ["the host", /^tasks\/host\//],
  ["the formats", /^tasks\/formats\//],
  ["the contract", /^plugins\/plugin\.ts$/],
];

/** What a file may not do where its path matches, and why. */
const FORBIDDEN: [RegExp, RegExp, string][] = [
  [/^(?!tasks\/cli\.ts$)/, /\bDeno\.(exit|args)\b/, "only tasks/cli.ts reads argv and exits"],
  [/^(?!(tasks|bench)\/[^/]+\.ts$)/, /\bconsole\.log\(/, "only commands print to standard output"],
  [/^tasks\/formats\//, /\bDeno\.(?!build\b)|from "node:(fs|net|child_process|http)/, "formats have no I/O"],
  [/^plugins\/plugin\.ts$/, /^import\b/m, "the contract imports nothing"],
];

const LONGEST = 350;

/** Says what is wrong with a file, going by its path below the root and its text. */
function faults(path: string, text: string): string[] {
  const lines = text.split("\n").length - 1;
  const found = lines > LONGEST ? [`${path} has ${lines} lines, more than ${LONGEST}`] : [];
  if (path.startsWith("tests/")) return found;
  found.push(...importsOf(text).flatMap((specifier) => importFault(path, specifier) ?? []));
  const code = text.replace(/^\s*(\/\/|\/?\*).*$/gm, "");
  for (const [where, what, why] of FORBIDDEN) {
    const match = where.test(path) && what.exec(code);
    if (match) found.push(`${path} has ${match[0]}: ${why}`);
  }
  return found;
}

function importFault(path: string, specifier: string): string | undefined {
  if (!specifier.startsWith(".")) return;
  const target = new URL(specifier, `file:///${path}`).pathname.slice(1);
  const plugin = /^plugins\/[^/]+\//.exec(path)?.[0];
  if (plugin) {
    const own = target.startsWith(plugin) || target === "plugins/plugin.ts";
    return own ? undefined : `${path} imports ${target}: a plugin imports the contract and its own files`;
  }
  const [from, to] = [floorOf(path), floorOf(target)];
  if (from < 0) return `${path} is on no floor: does it belong where it is?`;
  if (to < 0) return `${path} imports ${target}, which is on no floor`;
  if (to < from) return `${path} imports ${target}: ${FLOORS[from][0]} can't lean on ${FLOORS[to][0]}`;
}

function floorOf(path: string): number {
  return FLOORS.findIndex(([, pattern]) => pattern.test(path));
}

function importsOf(text: string): string[] {
  const patterns = [
    /^\s*(?:import|export)\b[^;"']*?from\s*"([^"]+)"/gm,
    /\bimport\(\s*"([^"]+)"/g,
    /^import "([^"]+)"/gm,
  ];
  return patterns.flatMap((pattern) => [...text.matchAll(pattern)].map(([, specifier]) => specifier));
}

async function* sources(folder = ""): AsyncIterable<string> {
  for await (const { name, isDirectory } of Deno.readDir(new URL(folder || ".", ROOT))) {
    if (isDirectory && !/^(\.|dist$|node_modules$)/.test(name)) yield* sources(`${folder}${name}/`);
    else if (name.endsWith(".ts")) yield folder + name;
  }
}

Deno.test("imports go down, files stay short, and only the command line prints and exits", async () => {
  const found: string[] = [];
  let count = 0;
  for await (const path of sources()) {
    count++;
    found.push(...faults(path, await Deno.readTextFile(new URL(path, ROOT))));
  }
  assert.ok(count > 40, `only ${count} files were seen`);
  assert.deepEqual(found, []);
});

const WRONG: [string, string, RegExp][] = [
  ["tasks/formats/a.ts", 'import { run } from "../host/run.ts";', /a\.ts imports tasks\/host\/run\.ts/],
  ["tasks/host/a.ts", 'import {\n  type B,\n} from "../stages/b.ts";', /the host can't lean on the stages/],
  ["tasks/machine/a.ts", 'export * from "../cli.ts";', /the machine can't lean on the command line/],
  ["tasks/stages/a.ts", 'const b = await import("../b.ts");', /stages can't lean on the commands/],
  ["plugins/a/plugin.ts", 'import { b } from "../b/plugin.ts";', /the contract and its own files/],
  ["plugins/a/plugin.ts", 'import "../../tasks/formats/tar.ts";', /the contract and its own files/],
  ["plugins/plugin.ts", 'import type { Tar } from "npm:tar";', /imports nothing/],
  ["tasks/formats/a.ts", "Deno.readFileSync(path);", /no I\/O/],
  ["tasks/formats/a.ts", 'import { readFileSync } from "node:fs";', /no I\/O/],
  ["tasks/run.ts", "Deno.exit(1);", /only tasks\/cli\.ts/],
  ["tasks/host/a.ts", 'console.log("b");', /only commands print/],
  ["tests/guest/a_test.ts", "\n".repeat(351), /351 lines/],
];

for (const [path, text, message] of WRONG) {
  Deno.test(`the layering refuses ${JSON.stringify(text.slice(0, 50))} in ${path}`, () => {
    assert.match(faults(path, text).join("\n"), message);
  });
}

const RIGHT: [string, string][] = [
  [
    "tasks/formats/a.ts",
    'import { gunzipSync } from "node:zlib";\nDeno.build.arch;\n// Deno.open is not for here',
  ],
  ["tasks/stages/a.ts", 'import { b } from "./b.ts";\nimport { c } from "../../plugins/load.ts";'],
  ["plugins/a/plugin.ts", 'import { b } from "./b.ts";\nimport { definePlugin } from "../plugin.ts";'],
];

for (const [path, text] of RIGHT) {
  Deno.test(`the layering allows ${JSON.stringify(text.slice(0, 50))} in ${path}`, () => {
    assert.deepEqual(faults(path, text), []);
  });
}
