import type { Entry } from "../formats/tar.ts";

/** Returns the files below a folder as entries of root's, sorted by path and all of one time. */
export async function readFolder(root: string, mtime: number, below = ""): Promise<Entry[]> {
  const entries: Entry[] = [];
  for await (const item of Deno.readDir(root + below)) {
    const path = `${below}/${item.name}`;
    const info = await Deno.lstat(root + path);
    const entry = { path, mode: info.mode! & 0o7777, uid: 0, gid: 0, mtime };
    if (item.isDirectory) {
      entries.push({ ...entry, type: "directory" }, ...await readFolder(root, mtime, path));
    } else if (item.isSymlink) {
      entries.push({ ...entry, mode: 0o777, type: "symlink", target: await Deno.readLink(root + path) });
    } else {
      entries.push({ ...entry, type: "file", data: await Deno.readFile(root + path) });
    }
  }
  return entries.sort((a, b) => a.path < b.path ? -1 : 1);
}
