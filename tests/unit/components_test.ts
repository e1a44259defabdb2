import assert from "node:assert/strict";
import type { Plan } from "../../tasks/stages/plan.ts";
import { components } from "../../tasks/stages/components.ts";
import type { Content } from "../../tasks/stages/contents.ts";

const item = (name: string, section = "admin") => ({
  name,
  version: "1.0-1",
  architecture: "amd64",
  archive: "main",
  filename: `pool/${name}.deb`,
  sha256: `hash of ${name}`,
  section,
  source: `${name}-source 1.0-1`,
});
const dsc = { name: "made_2.0.dsc", size: 1, sha256: "1".repeat(64) };
const source = { name: "made-source", version: "2.0", archive: "main", directory: "pool/made", files: [dsc] };
const go = { module: "github.com/a/tool", toolchain: "1.26.1" };

/** A plan, as far as the owners of files depend on it. */
const PLAN = {
  version: "0.1.0",
  suite: "trixie",
  plugins: [{ name: "core", origin: "built in" }, { name: "lab", origin: "/home/lab" }],
  base: { name: "busybox", packages: [item("busybox")] },
  extensions: [
    {
      name: "made",
      packages: [],
      build: { recipe: "made", version: "2.0", source, room: [item("gcc")], texts: {} },
    },
    { name: "tool", packages: [], build: { recipe: "tool", version: "3.0", go, room: [], texts: {} } },
  ],
  libraries: [item("libz", "libs")],
  kernel: { package: item("linux") },
  loaders: [item("grub")],
} as unknown as Plan;

const content = (extension: string, origin: Content["origin"], more: Partial<Content> = {}) =>
  ({
    path: "/x",
    type: "file",
    mode: "0644",
    size: 0,
    sha1: "",
    sha256: "",
    extension,
    origin,
    ...more,
  }) as Content;

const owned = async (contents: Content[]) => {
  const mirror = { main: "https://me:secret@mirror.example/debian", security: "", origin: "" };
  const licence = { expression: "ISC", texts: [] };
  const known = () => Promise.resolve(licence);
  return await components(PLAN, contents, mirror, { ofPackage: known, ofBuild: known, ofModule: known });
};

const OWNERS: [string, Content, string, string][] = [
  [
    "Debian's package",
    content("core", { title: "", package: "busybox", version: "1.0-1" }),
    "deb-busybox",
    "ISC",
  ],
  ["a library", content("libs", { title: "", package: "libz", version: "1.0-1" }), "deb-libz", "ISC"],
  [
    "Debian's source",
    content("made", { title: "", package: "made-source", version: "2.0" }),
    "build-made",
    "ISC",
  ],
  ["a Go module", content("tool", { title: "", package: "tool", version: "3.0" }), "build-tool", "ISC"],
  ["the base", content("core", { title: "the base" }), "boot2podman", "MIT"],
  ["a plugin of ours", content("core", { title: "the plugin core" }), "boot2podman", "MIT"],
  ["a plugin of others", content("core", { title: "the plugin core, lab" }), "plugin-lab", "NOASSERTION"],
  [
    "what the plan does not know",
    content("core", { title: "", package: "odd", version: "9" }),
    "other-odd",
    "NOASSERTION",
  ],
];

for (const [title, file, id, licence] of OWNERS) {
  Deno.test(`what comes from ${title} is owned by ${id}`, async () => {
    const owners = (await owned([file])).filter(({ files }) => files.length > 0);
    assert.deepEqual(owners.map((owner) => [owner.id, owner.licence.expression]), [[id, licence]]);
    assert.ok(owners[0].version);
  });
}

Deno.test("the boot loaders are there without a file, and no address tells a password", async () => {
  const [grub] = await owned([]);
  assert.deepEqual([grub.id, grub.files.length], ["deb-grub", 0]);
  assert.equal(grub.url, "https://mirror.example/debian/pool/grub.deb");
});

Deno.test("what is built has its sources, and the modules that are linked in", async () => {
  const modules = [
    { path: "github.com/a/b", version: "v1", sum: "h1:x" },
    { path: "github.com/a-b", version: "v1" },
    { path: "e.org/c", version: "v1", replacedBy: { path: "./c", version: "(devel)" } },
    { path: "e.org/d", version: "v1", replacedBy: { path: "e.org/fork", version: "v2" } },
  ];
  const build = { toolchain: "go1.26.1", path: "tool", main: { path: "tool", version: "(devel)" }, modules };
  const all = await owned([
    content("made", { title: "", package: "made-source", version: "2.0" }),
    content("tool", { title: "", package: "tool", version: "3.0" }, { go: build }),
  ]);
  const byId = new Map(all.map((component) => [component.id, component]));
  const [from] = byId.get("build-made")!.sources.map((id) => byId.get(id)!);
  assert.deepEqual([from.name, from.sha256, from.url], [
    dsc.name,
    dsc.sha256,
    "https://mirror.example/debian/pool/made/made_2.0.dsc",
  ]);
  const linked = byId.get("build-tool")!.contains.map((id) => byId.get(id)!);
  assert.deepEqual(linked.map(({ name, version, comment }) => [name, version, comment]).sort(), [
    ["e.org/c", "v1", "A changed copy of it is linked in."],
    ["e.org/fork", "v2", "It replaces e.org/d."],
    ["github.com/a-b", "v1", undefined],
    ["github.com/a/b", "v1", "Its line in go.sum says h1:x."],
    ["stdlib", "1.26.1", undefined],
  ]);
});
