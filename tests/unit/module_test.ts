import assert from "node:assert/strict";
import {
  aliasTable,
  depTable,
  moduleClosure,
  type ModuleInfo,
  moduleName,
  readModule,
} from "../../tasks/formats/module.ts";
import { moduleElf } from "./make.ts";

const NAMES: [string, string][] = [
  ["kernel/fs/overlayfs/overlay.ko.xz", "overlay"],
  ["kernel/net/ipv4/netfilter/nf-defrag-ipv4.ko", "nf_defrag_ipv4"],
  ["snd-hda.ko.zst", "snd_hda"],
  ["nft_fib_inet", "nft_fib_inet"],
];

for (const [path, name] of NAMES) {
  Deno.test(`the module ${path}`, () => assert.equal(moduleName(path), name));
}

Deno.test("a module's .modinfo says what it needs and answers to", () => {
  const info = readModule(
    "kernel/a-b.ko",
    moduleElf([
      "license=GPL",
      "alias=fs-overlay",
      "alias=pci:v00008086d*",
      "depends=x-y,z",
      "softdep=pre: crc32c sha-256 post: late",
      "description=a=b",
    ]),
  );
  assert.deepEqual(info, {
    name: "a_b",
    path: "kernel/a-b.ko",
    depends: ["x_y", "z"],
    softDepends: ["crc32c", "sha_256"],
    aliases: ["fs-overlay", "pci:v00008086d*"],
  });
});

Deno.test("a module that needs nothing, and one with a late helper alone", () => {
  const { depends, softDepends } = readModule("a.ko", moduleElf(["depends=", "softdep=post: b"]));
  assert.deepEqual([depends, softDepends], [[], []]);
});

function module(name: string, depends: string[] = [], rest: Partial<ModuleInfo> = {}): [string, ModuleInfo] {
  return [name, { name, path: `k/${name}.ko`, depends, softDepends: [], aliases: [], ...rest }];
}

// As in Linux 6.12: each of the two halves comes before the whole, and before each half what that one needs.
const FIB = new Map([
  module("nft_fib_inet", ["nft_fib_ipv6", "nft_fib_ipv4", "nf_tables", "nft_fib"]),
  module("nft_fib_ipv4", ["nf_tables", "nft_fib"]),
  module("nft_fib_ipv6", ["nft_fib", "nf_tables"]),
  module("nft_fib", ["nf_tables"]),
  module("nf_tables", ["nfnetlink"], { softDepends: ["nf_conntrack"] }),
  module("nfnetlink"),
  module("nf_conntrack", ["libcrc32c"]),
  module("libcrc32c"),
]);

Deno.test("modules.dep can be loaded from the end: what is needed comes before what needs it", () => {
  const lines = depTable(FIB).trimEnd().split("\n");
  assert.equal(lines.length, FIB.size);
  for (const line of lines) {
    const [path, rest] = line.split(":");
    const order = [...rest.split(" ").filter(Boolean).reverse(), path].map(moduleName);
    order.forEach((name, i) => {
      for (const needed of FIB.get(name)!.depends) {
        assert.ok(order.slice(0, i).includes(needed), `${needed} before ${name} in ${line}`);
      }
    });
    assert.equal(new Set(order).size, order.length, `each once in ${line}`);
  }
  assert.equal(lines.find((line) => line.startsWith("k/nfnetlink")), "k/nfnetlink.ko:");
  assert.equal(
    lines.find((line) => line.startsWith("k/nft_fib_ipv4")),
    "k/nft_fib_ipv4.ko: k/nft_fib.ko k/nf_tables.ko k/nfnetlink.ko k/nf_conntrack.ko k/libcrc32c.ko",
  );
});

Deno.test("the tables are sorted by path, whatever the order of the modules", () => {
  const turned = new Map([...FIB].reverse());
  assert.equal(depTable(turned), depTable(FIB));
  assert.deepEqual(depTable(FIB).match(/^[^:]+/gm), [...FIB.values()].map(({ path }) => path).sort());
});

Deno.test("modules that wait for each other end the table all the same", () => {
  const circle = new Map([module("a", ["b"]), module("b", [], { softDepends: ["a"] })]);
  assert.equal(depTable(circle), "k/a.ko: k/b.ko\nk/b.ko: k/a.ko\n");
});

Deno.test("modules.alias has a line for each alias", () => {
  const modules = new Map([module("e1000", [], { aliases: ["pci:v8086*", "pci:v8087*"] }), module("b")]);
  assert.equal(aliasTable(modules), "alias pci:v8086* e1000\nalias pci:v8087* e1000\n");
});

Deno.test("the closure has what is needed, soft needs too, and passes over what is built in", () => {
  const found = moduleClosure(["nft-fib", "built-in"], (name) => FIB.get(name));
  assert.deepEqual([...found.keys()].sort(), [
    "libcrc32c",
    "nf_conntrack",
    "nf_tables",
    "nfnetlink",
    "nft_fib",
  ]);
});
