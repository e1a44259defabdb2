import assert from "node:assert/strict";
import type { Entry } from "../../tasks/formats/tar.ts";
import { directory, file, newest, PathMap, symlink } from "../../tasks/formats/tree.ts";

const PODMAN = { title: "podman 5.4.2 (Debian)" }, SSH = { title: "the plugin ssh" };

const COLLISIONS: [string, Entry, Entry][] = [
  ["two files", file("/usr/bin/x", "a"), file("/usr/bin/x", "a")],
  ["a file and a link", file("/usr/bin/x", "a"), symlink("/usr/bin/x", "y")],
  ["a file and a directory", file("/usr/bin/x", "a"), directory("/usr/bin/x")],
  ["a directory and a link", directory("/usr/bin/x"), symlink("/usr/bin/x", "y")],
  ["a file and what lies below it", file("/usr/bin/x", "a"), file("/usr/bin/x/y", "b")],
];

for (const [title, one, other] of COLLISIONS) {
  for (const [first, second] of [[one, other], [other, one]]) {
    Deno.test(`a collision names both origins: ${title}, ${first.type} ${first.path} first`, () => {
      const map = new PathMap();
      const fill = () => {
        map.add(first, PODMAN);
        map.add(second, SSH);
        map.sorted();
      };
      const both = (error: Error) =>
        error.name === "Failure" &&
        [PODMAN, SSH, { title: "/usr/bin/x" }].every(({ title }) => error.message.includes(title));
      assert.throws(fill, both);
    });
  }
}

Deno.test("directories are shared, and the first keeps its permissions", () => {
  const map = new PathMap();
  map.add(directory("/tmp", 0o1777), PODMAN);
  map.add(directory("/tmp"), SSH);
  assert.deepEqual(map.sorted().map(({ path, mode, origin }) => [path, mode, origin]), [[
    "/tmp",
    0o1777,
    PODMAN,
  ]]);
});

Deno.test("entries are sorted, each after the directories that lead to it", () => {
  const map = new PathMap();
  map.add({ ...file("/usr/lib/z", "z"), mtime: 7 }, SSH);
  map.add(directory("/usr", 0o700), PODMAN);
  map.add(file("/etc/a", "a"), PODMAN);
  assert.deepEqual(map.sorted().map(({ path, type, mode, mtime }) => [path, type, mode, mtime]), [
    ["/etc", "directory", 0o755, 0],
    ["/etc/a", "file", 0o644, 0],
    ["/usr", "directory", 0o700, 0],
    ["/usr/lib", "directory", 0o755, 7],
    ["/usr/lib/z", "file", 0o644, 7],
  ]);
  assert.equal(map.get("/usr/lib/z")?.origin, SSH);
  assert.equal(map.get("/usr/lib/y"), undefined);
});

Deno.test("the newest time stands for now", () => {
  assert.equal(newest([5, 9, 2].map((mtime) => ({ ...file("/a", ""), mtime }))), 9);
  assert.equal(newest([]), 0);
});
