import assert from "node:assert/strict";
import { Failure, nearest, unknown } from "../../tasks/formats/failure.ts";
import { anyGlob, glob } from "../../tasks/formats/glob.ts";

const GLOBS: [string, string[], string[]][] = [
  ["/usr/bin/podman", ["/usr/bin/podman"], ["/usr/bin/podman-remote", "/x/usr/bin/podman", "/usr/bin"]],
  ["/usr/bin/*", ["/usr/bin/crun", "/usr/bin/.hidden"], ["/usr/bin/a/b", "/usr/sbin/x", "/usr/bin"]],
  ["/usr/**", ["/usr/bin/a/b", "/usr/x"], ["/usr", "/usrx", "/var/usr/x"]],
  ["/usr/lib/**/*.so", ["/usr/lib/a/b/c.so"], ["/usr/lib/a/b.so.1", "/usr/lib/abso"]],
  ["/usr/{bin,sbin}/nft", ["/usr/bin/nft", "/usr/sbin/nft"], ["/usr/xbin/nft", "/usr/bin,sbin/nft"]],
  ["/lib/a?.so", ["/lib/ab.so"], ["/lib/a.so", "/lib/abc.so", "/lib/a/.so", "/lib/abxso"]],
  ["/a+b(c)[d]$e^f|g", ["/a+b(c)[d]$e^f|g"], ["/aab(c)d", "/a+b(c)[d]"]],
  ["/a,b", ["/a,b"], ["/a", "b", "/ab"]],
  ["/a\\b", ["/a\\b"], ["/ab"]],
];

for (const [pattern, takes, leaves] of GLOBS) {
  Deno.test(`the glob ${pattern}`, () => {
    const test = glob(pattern);
    for (const path of takes) assert.ok(test(path), `${pattern} takes ${path}`);
    for (const path of leaves) assert.ok(!test(path), `${pattern} leaves ${path}`);
  });
}

Deno.test("any of several globs, and none of none", () => {
  assert.deepEqual(["/a", "/b", "/c"].filter(anyGlob(["/a", "/c"])), ["/a", "/c"]);
  assert.ok(!anyGlob([])("/a"));
});

const KNOWN = ["buildah", "kubernetes", "podman", "rootless", "skopeo"];

const NEAREST: [string, string | undefined][] = [
  ["skopo", "skopeo"],
  ["podmna", "podman"],
  ["bildah", "buildah"],
  ["kube", undefined],
  ["kubernets", "kubernetes"],
  ["firefox", undefined],
  ["x", undefined],
  ["", undefined],
];

for (const [typed, meant] of NEAREST) {
  Deno.test(`nearest to "${typed}" is ${meant}`, () => assert.equal(nearest(typed, KNOWN), meant));
}

Deno.test("what is unknown is told with the nearest name and all names, sorted", () => {
  const failure = unknown("plugin", "skopo", [...KNOWN].reverse());
  assert.ok(failure instanceof Failure);
  assert.equal(failure.message, 'There is no plugin "skopo".');
  assert.equal(failure.hint, `Did you mean "skopeo"? Known: ${KNOWN.join(", ")}.`);
});

Deno.test("without a near name, or any name, the hint says what there is", () => {
  assert.equal(unknown("suite", "bookworm", ["sid"]).hint, "Known: sid.");
  assert.equal(unknown("suite", "x", []).hint, "Known: none.");
});

Deno.test("a failure keeps its cause", () => {
  const cause = new Error("below");
  assert.deepEqual([new Failure("a", "b", { cause }).cause, new Failure("a").hint], [cause, ""]);
});
