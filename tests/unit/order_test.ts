import assert from "node:assert/strict";
import type { HookStage } from "../../plugins/plugin.ts";
import { type Ordered, orderHooks } from "../../tasks/formats/order.ts";

const hook = (name: string, stage: HookStage, ...after: string[]): Ordered => ({
  ...{ name, stage, plugin: `${name}-plugin` },
  ...(after.length ? { after } : {}),
});
const names = (hooks: Ordered[]) => orderHooks(hooks).map(({ name }) => name).join(" ");

const ORDERS: [string, Ordered[], string][] = [
  ["none", [], ""],
  [
    "by stage, whatever the names",
    [hook("a", "late"), hook("b", "services"), hook("c", "network"), hook("d", "early")],
    "d c b a",
  ],
  ["by name within a stage", [hook("c", "early"), hook("a", "early"), hook("b", "early")], "a b c"],
  [
    "after others of the stage",
    [hook("a", "early", "c"), hook("b", "early", "a"), hook("c", "early")],
    "c a b",
  ],
  ["after one of an earlier stage", [hook("k3s", "services", "dhcp"), hook("dhcp", "network")], "dhcp k3s"],
  [
    "a diamond, each once",
    [hook("d", "late", "b", "c"), hook("b", "late", "a"), hook("c", "late", "a"), hook("a", "late")],
    "a b c d",
  ],
];

for (const [title, hooks, expected] of ORDERS) {
  Deno.test(`hooks are ordered: ${title}`, () => {
    assert.equal(names(hooks), expected);
    assert.equal(names([...hooks].reverse()), expected, "from the other end");
  });
}

const REFUSED: [string, Ordered[], RegExp, RegExp][] = [
  ["itself", [hook("a", "early", "a")], /circle: a after a/, /Take one `after` out/],
  [
    "a circle",
    [hook("a", "early", "b"), hook("b", "early", "c"), hook("c", "early", "a")],
    /circle: a after b after c after a\./,
    /after/,
  ],
  [
    "what is not there",
    [hook("ssh", "services", "netwrk"), hook("network", "network")],
    /ssh of ssh-plugin .* netwrk/,
    /network/,
  ],
  [
    "a later stage",
    [hook("a", "early", "b"), hook("b", "late")],
    /a \(early\) can't come after b \(late\)/,
    /early, network/,
  ],
  [
    "a twin",
    [hook("a", "early"), { ...hook("a", "late"), plugin: "other" }],
    /a-plugin and other both have a hook a/,
    /Rename/,
  ],
];

for (const [title, hooks, message, hint] of REFUSED) {
  Deno.test(`a hook can't wait for ${title}`, () => {
    assert.throws(() => orderHooks(hooks), { name: "Failure", message, hint });
  });
}

Deno.test("a circle names only the hooks that are in it", () => {
  const hooks = [hook("a", "early", "b"), hook("b", "early", "c"), hook("c", "early", "b")];
  assert.throws(() => orderHooks(hooks), { message: /circle: b after c after b\./ });
});
