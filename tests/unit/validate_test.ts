import assert from "node:assert/strict";
import { builtinPlugins, loadPlugin } from "../../plugins/load.ts";
import { validatePlugin } from "../../plugins/validate.ts";

const GOOD = { name: "cockpit", summary: "A page to look after it" };
const RECIPE = { name: "cockpit", summary: "A page", debian: { packages: ["cockpit"] }, keep: ["/usr/**"] };
const HOOK = { name: "cockpit", summary: "starts it", stage: "services", script: "cockpit &" };
const config = (fields: unknown) => ({ configs: [{ path: "/etc/a", ...fields as object }] });
const recipe = (fields: unknown) => ({ recipes: [{ ...RECIPE, ...fields as object }] });

/** What is wrong with a plugin, and what is said of it: the field, then what was expected. */
const BAD: [string, Record<string, unknown>, RegExp][] = [
  ["no summary", { summary: undefined }, /plugin\.summary is missing/],
  ["a summary of two lines", { summary: "a\nb" }, /plugin\.summary is "a\\nb", expected one line/],
  ["a name with a space", { name: "cock pit" }, /plugin\.name is "cock pit", expected a name of lower-case/],
  ["a field that is nearly right", { recipe: [] }, /plugin\.recipe is not a .* did you mean recipes\?/],
  ["a field like no other", { postinstall: "x" }, /plugin\.postinstall is not .* name, summary, requires/],
  ["a nearly right field below", recipe({ kep: [] }), /recipes\[0\]\.kep .* did you mean keep\?/],
  ["no list", { recipes: {} }, /plugin\.recipes is \{\}, expected a list/],
  ["no object", { hooks: [7] }, /plugin\.hooks\[0\] is 7, expected an object/],
  ["no packages", recipe({ debian: {} }), /recipes\[0\]\.debian\.packages is missing/],
  ["a relative glob", recipe({ keep: ["usr/**"] }), /keep\[0\] is "usr\/\*\*", expected a glob/],
  ["a glob that climbs", recipe({ drop: ["/../x"] }), /drop\[0\] is "\/\.\.\/x", expected a glob/],
  ["a link at no path", recipe({ links: { bin: "/x" } }), /links: a key is "bin", expected an absolute/],
  ["a mode in decimals", recipe({ modes: { "/a": 4755.5 } }), /modes\.\/a is 4755\.5, .* 0o644/],
  ["a mode with too many bits", recipe({ modes: { "/a": 0o10000 } }), /expected permission bits/],
  ["a relative path", config({ path: "etc/a", text: "" }), /configs\[0\]\.path is "etc\/a", expected an abs/],
  ["a path that climbs at once", config({ path: "/../a", text: "" }), /path is "\/\.\.\/a", expected an abs/],
  ["a path that climbs later", config({ path: "/etc/../a", text: "" }), /expected an absolute path without/],
  ["a path that climbs in line two", config({ path: "/a\n/../b", text: "" }), /expected an absolute path/],
  ["a path with a dot folder", config({ path: "/./a", text: "" }), /expected an absolute path without/],
  ["a path that ends in a slash", config({ path: "/etc/", text: "" }), /expected an absolute path/],
  ["a path with two slashes", config({ path: "/etc//a", text: "" }), /expected an absolute path/],
  ["no content", config({}), /configs\[0\] has to have exactly one of toml, yaml, json, lines, text/],
  ["two contents", config({ text: "", lines: [] }), /has to have exactly one of/],
  ["a value that no file can hold", config({ toml: { a: [() => 1] } }), /toml\.a\[0\] is function, expected/],
  ["a file above its folder", config({ text: { file: "../x" } }), /text\.file is "\.\.\/x", expected a path/],
  ["a file by a URL", config({ text: { file: "file:///etc/x" } }), /text\.file .* below the plugin's folder/],
  ["a climb in disguise", config({ text: { file: "%2e%2e/x" } }), /text\.file .* below the plugin's folder/],
  [
    "a source of two kinds",
    recipe({ source: { debian: "a", crate: "a" } }),
    /exactly one of of, debian, crate, go/,
  ],
  ["a crate without a script", recipe({ source: { crate: "a" } }), /source\.script is missing/],
  [
    "what is unchanged of nothing",
    recipe({ source: { crate: "a", script: "true", unchanged: ["1"] } }),
    /unchanged is about .*: plugin\.recipes\[0\]\.source\.debian is missing/,
  ],
  [
    "tests of a program that is not Go's",
    recipe({ source: { debian: "cockpit", script: "make", tests: ["./..."] } }),
    /source\.tests: only Go's/,
  ],
  ["an absolute tree", { tree: "/etc" }, /plugin\.tree is "\/etc", expected a path below/],
  ["an unknown stage", { hooks: [{ ...HOOK, stage: "boot" }] }, /stage is "boot", .* early, network, serv/],
  ["a hook twice", { hooks: [HOOK, HOOK] }, /plugin\.hooks has the name "cockpit" twice/],
  [
    "CONFIG_ in an option",
    { kernel: [{ option: "A-B", value: "y", reason: "x" }] },
    /kernel\[0\]\.option is "A-B"/,
  ],
  [
    "a module that is wanted",
    { kernel: [{ option: "A", value: "m", reason: "x" }] },
    /value is "m", .* y, builtin/,
  ],
];

for (const [title, fields, message] of BAD) {
  Deno.test(`a plugin is refused for ${title}`, () => {
    const refused = (error: Error) => {
      assert.equal(error.name, "Failure");
      assert.match(error.message, message);
      assert.match(error.message, /^The plugin .*\(somewhere\.ts\) is not right: plugin/);
      return true;
    };
    assert.throws(() => validatePlugin({ ...GOOD, ...fields }, "somewhere.ts"), refused);
  });
}

for (const value of [undefined, null, [], "podman", () => GOOD, 1n]) {
  Deno.test(`${typeof value} ${value} is no plugin`, () => {
    const message = /^The plugin somewhere\.ts is not right: plugin is .*, expected an object\.$/;
    assert.throws(() => validatePlugin(value, "somewhere.ts"), { name: "Failure", message });
  });
}

Deno.test("a plugin that keeps the contract comes back as it is", () => {
  const plugin = { ...GOOD, recipes: [RECIPE], hooks: [HOOK], ...config({ yaml: { a: [1, null, true] } }) };
  assert.equal(validatePlugin(plugin, "somewhere.ts"), plugin);
});

Deno.test("the plugins that come with the toolkit keep it", async () => {
  const names = ["core", ...await builtinPlugins()];
  assert.deepEqual(await Promise.all(names.map(async (name) => (await loadPlugin(name)).name)), names);
});
