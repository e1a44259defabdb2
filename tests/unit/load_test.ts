import assert from "node:assert/strict";
import { DEFAULT_PLUGINS, loadPlugin, loadPlugins } from "../../plugins/load.ts";

/** Makes a folder with a plugin; the files lie beside its plugin.ts. */
async function makePlugin(fields: object, files: Record<string, string> = {}): Promise<string> {
  // Letters that mean something in a URL may be in a path.
  const folder = `${await Deno.makeTempDir()}/plug in#1?%41`;
  const plugin = { name: "cockpit", summary: "A page", ...fields };
  const all = { "plugin.ts": `export default ${JSON.stringify(plugin)};\n`, ...files };
  for (const [path, text] of Object.entries(all)) {
    await Deno.mkdir(`${folder}/${path}`.replace(/\/[^/]*$/, ""), { recursive: true });
    await Deno.writeTextFile(`${folder}/${path}`, text);
  }
  return folder;
}

const names = async (added: string[], without: string[] = []) =>
  (await loadPlugins(added, without)).map(({ name }) => name);

Deno.test("the base comes first, then the others by name, in whatever order they were named", async () => {
  const all = ["core", ...[...DEFAULT_PLUGINS, "luks", "skopeo"].sort()];
  assert.deepEqual(await names(["skopeo", "luks"]), all);
  assert.deepEqual(await names(["luks", "skopeo"]), all);
});

Deno.test("only what was asked for by name gives the ISO its name", async () => {
  const added = (await loadPlugins(["skopeo", "podman"])).filter((plugin) => plugin.added);
  assert.deepEqual(added.map(({ name }) => name), ["skopeo"]);
});

Deno.test("what is asked for and required as well counts as asked for, in any order", async () => {
  const folder = await makePlugin({ requires: ["skopeo"] });
  for (const order of [[folder, "skopeo"], ["skopeo", folder]]) {
    const added = (await loadPlugins(order)).filter((plugin) => plugin.added);
    assert.deepEqual(added.map(({ name }) => name), ["cockpit", "skopeo"]);
  }
});

Deno.test("what is taken away is not there", async () => {
  assert.deepEqual(await names([], ["ssh"]), ["core", "buildah", "persist", "podman"]);
});

const REFUSED: [string, string[], string[], RegExp, RegExp][] = [
  ["an unknown name", ["skopo"], [], /There is no plugin "skopo"/, /Did you mean "skopeo"\?/],
  ["an unknown name taken away", [], ["shh"], /There is no plugin "shh"/, /Did you mean "ssh"\?/],
  ["the base taken away", [], ["core"], /base can't be taken away/, /podman/],
  [
    "one that others require",
    [],
    ["podman"],
    /The plugin buildah needs podman, which was taken away/,
    /--without/,
  ],
  ["one both added and taken away", ["skopeo"], ["skopeo"], /skopeo is both added and taken away/, /once/],
  ["a path where nothing is", ["./nowhere/plugin.ts"], [], /no plugin at \.\/nowhere/, /a folder with/],
  ["a URL", ["https://example.org/a.ts"], [], /is a URL/, /Download it/],
];

for (const [title, added, without, message, hint] of REFUSED) {
  Deno.test(`loading is refused for ${title}`, async () => {
    await assert.rejects(loadPlugins(added, without), { name: "Failure", message, hint });
  });
}

Deno.test("a plugin of one's own comes with its files, what it requires, and its path as the origin", async () => {
  const folder = await makePlugin({
    requires: ["skopeo"],
    tree: "tree",
    configs: [{ path: "/etc/cockpit.conf", text: { file: "cockpit.conf" } }],
    hooks: [{ name: "cockpit", summary: "starts it", stage: "late", script: { file: "start.sh" } }],
  }, {
    "cockpit.conf": "port=9090\n",
    "start.sh": "cockpit &\n",
    "tree/usr/bin/a#b %41": "#!/bin/sh\n",
    "tree/etc/plain": "text\n",
  });
  for (const reference of [folder, `${folder}/plugin.ts`]) {
    const all = await loadPlugins([reference]);
    const { configs, hooks, origin, added } = all.find(({ name }) => name === "cockpit")!;
    assert.deepEqual(all.filter(({ name }) => name === "skopeo").map(({ added }) => added), [false]);
    assert.deepEqual([origin, added], [`${await Deno.realPath(folder)}/plugin.ts`, true]);
    assert.equal(hooks[0].script, "cockpit &\n");
    assert.deepEqual(
      configs.map(({ path, text, mode }) => [path, text, mode]).sort(),
      [
        ["/etc/cockpit.conf", "port=9090\n", undefined],
        ["/etc/plain", "text\n", 0o644],
        ["/usr/bin/a#b %41", "#!/bin/sh\n", 0o755],
      ],
    );
  }
});

const BROKEN: [string, object, Record<string, string>, RegExp][] = [
  [
    "a file that is missing",
    { configs: [{ path: "/a", text: { file: "gone" } }] },
    {},
    /names the file gone/,
  ],
  ["a tree that is missing", { tree: "gone" }, {}, /cockpit names the folder gone/],
  ["what is no TypeScript", {}, { "plugin.ts": "export default {" }, /can't be read/],
  ["no default export", {}, { "plugin.ts": "export const a = 1;" }, /plugin is missing, expected an object/],
  ["a name that is taken", { name: "podman" }, {}, /Two plugins are named podman: built in and .*plugin\.ts/],
  ["a field too many", { recips: [] }, {}, /"cockpit" \(.*plugin\.ts\) .* did you mean recipes\?/],
];

for (const [title, fields, files, message] of BROKEN) {
  Deno.test(`a plugin of one's own is refused for ${title}`, async () => {
    const folder = await makePlugin(fields, files);
    await assert.rejects(loadPlugins([folder]), { name: "Failure", message });
  });
}

Deno.test("one plugin can be loaded alone", async () => {
  assert.equal((await loadPlugin("ssh")).origin, "built in");
});
