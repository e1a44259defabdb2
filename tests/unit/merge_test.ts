import assert from "node:assert/strict";
import { parse as parseToml } from "smol-toml";
import { parse as parseYaml } from "yaml";
import type { Config } from "../../plugins/plugin.ts";
import { type Contribution, mergeConfigs } from "../../tasks/formats/merge.ts";

type Part = [plugin: string, config: Omit<Config, "path" | "text"> & { path?: string; text?: string }];

const parts = (...all: Part[]): Contribution[] =>
  all.map(([plugin, config]) => ({ plugin, config: { path: "/etc/a.conf", ...config } }));
const merged = (...all: Part[]) => mergeConfigs(parts(...all))[0];

const RUNTIME: Part = ["podman", {
  toml: { engine: { runtime: "crun", env: ["A=1"] }, network: { dns: true } },
}];
const EVENTS: Part = ["events", { toml: { engine: { events_logger: "file", env: ["A=1", "B=2"] } } }];
const TOGETHER = {
  engine: { runtime: "crun", env: ["A=1", "B=2"], events_logger: "file" },
  network: { dns: true },
};

const KINDS: [kind: "toml" | "yaml" | "json", parse: (text: string) => unknown][] = [
  ["toml", (text) => structuredClone(parseToml(text))],
  ["yaml", parseYaml],
  ["json", JSON.parse],
];

for (const [kind, parse] of KINDS) {
  Deno.test(`two plugins' keys come together in one ${kind} file`, () => {
    const both = [RUNTIME, EVENTS].map(([plugin, { toml }]): Part => [plugin, { [kind]: toml }]);
    const { content, plugins, path, mode } = merged(...both);
    assert.deepEqual(parse(content), TOGETHER);
    assert.deepEqual([path, mode, plugins], ["/etc/a.conf", 0o644, ["events", "podman"]]);
    assert.ok(
      content.endsWith("\n") && !content.endsWith("\n\n"),
      `one line feed ends ${JSON.stringify(content)}`,
    );
  });
}

Deno.test("lines are joined, each once", () => {
  const { content } = merged(["a", { lines: ["overlay", "loop"] }], ["b", { lines: ["loop", "fuse"] }]);
  assert.equal(content, "overlay\nloop\nfuse\n");
});

Deno.test("the base comes first, whatever the plugins are called", () => {
  assert.equal(merged(["ai", { lines: ["b"] }], ["core", { lines: ["a"] }]).content, "a\nb\n");
});

Deno.test("a text is kept to the byte, and two may write the same", () => {
  assert.equal(merged(["a", { text: "no end of line" }]).content, "no end of line");
  assert.deepEqual(merged(["a", { text: "x\n" }], ["b", { text: "x\n" }]).plugins, ["a", "b"]);
  assert.equal(merged(["a", { text: "" }]).content, "");
});

Deno.test("the one that gives permissions decides", () => {
  assert.equal(merged(["a", { lines: ["x"] }], ["b", { lines: ["y"], mode: 0o600 }]).mode, 0o600);
});

const CONFLICTS: [string, Part[], RegExp][] = [
  [
    "two values for one key",
    [RUNTIME, ["rootless", { toml: { engine: { runtime: "runc" } } }]],
    /podman and rootless do not agree on \/etc\/a\.conf: engine\.runtime is "crun" .* "runc"/,
  ],
  [
    "a key that a third plugin set",
    [RUNTIME, EVENTS, ["rootless", { toml: { engine: { events_logger: "none" } } }]],
    /events and rootless .* engine\.events_logger is "file"/,
  ],
  [
    "a value where there are keys",
    [RUNTIME, ["rootless", { toml: { network: "none" } }]],
    /podman and rootless .* network is \{"dns":true\}/,
  ],
  [
    "a list where there is a value",
    [["a", { json: { x: 1 } }], ["b", { json: { x: [1] } }]],
    /a and b .* x is 1/,
  ],
  ["two whole files", [["a", { text: "1" }], ["b", { text: "2" }]], /a and b .* both write the whole file/],
  ["two kinds of file", [["a", { toml: {} }], ["b", { yaml: {} }]], /a and b .* as toml, the other as yaml/],
  [
    "two permissions",
    [["a", { lines: [], mode: 0o600 }], ["b", { lines: [], mode: 0o644 }]],
    /a and b .* different permissions/,
  ],
  [
    "permissions of the second and the third",
    [["a", { lines: [] }], ["b", { lines: [], mode: 0o600 }], ["c", { lines: [], mode: 0o644 }]],
    /b and c .* different permissions/,
  ],
];

for (const [title, all, message] of CONFLICTS) {
  Deno.test(`a conflict names both plugins: ${title}`, () => {
    assert.throws(() => merged(...all), { name: "Failure", message, hint: /--without/ });
  });
}

function* orders<T>(items: T[]): Generator<T[]> {
  if (items.length < 2) yield items;
  for (const [i, item] of items.entries()) {
    for (const rest of orders(items.toSpliced(i, 1))) yield [item, ...rest];
  }
}

const MANY = parts(
  RUNTIME,
  EVENTS,
  ["rootless", { toml: { network: { backend: "netavark" }, engine: { env: ["C=3"] }, a: 1 } }],
  ["podman", { path: "/etc/modules", lines: ["overlay", "loop"] }],
  ["rootless", { path: "/etc/modules", lines: ["fuse", "loop"] }],
  ["ssh", { path: "/etc/banner", text: "hello\n", mode: 0o600 }],
);

Deno.test("any order of the plugins gives the same bytes", () => {
  const expected = mergeConfigs(MANY);
  for (const order of orders(MANY)) {
    assert.deepEqual(mergeConfigs(order), expected, order.map(({ plugin }) => plugin).join(", "));
  }
});
