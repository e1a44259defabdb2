import { Failure } from "./failure.ts";
import type { Entry } from "./tar.ts";

/** A path of an image, and what put it there. */
export interface Origin {
  /** What a person would call it: `podman 5.4.2 (Debian)`, `the plugin ssh`. */
  title: string;
  /** Debian package and version, if it comes from one. */
  package?: string;
  /** Its version. */
  version?: string;
}

/** An entry with its origin. */
export type OwnedEntry = Entry & { origin: Origin };

/**
 * The one map that every file of an image passes through: a path that two origins claim is an error that names both,
 * directories may be shared.
 */
export class PathMap {
  #entries = new Map<string, OwnedEntry>();

  /** Adds an entry; throws {@link Failure} if something else is at its path already. */
  add(entry: Entry, origin: Origin): void {
    const before = this.#entries.get(entry.path);
    if (!before) return void this.#entries.set(entry.path, { ...entry, origin });
    if (before.type === "directory" && entry.type === "directory") return;
    throw collision(entry.path, before.origin, origin);
  }

  /** Returns the entry at a path. */
  get(path: string): OwnedEntry | undefined {
    return this.#entries.get(path);
  }

  /** Returns all entries sorted by path, with the directories that lead to them; none may lie below a file. */
  sorted(): OwnedEntry[] {
    for (const { path, mtime, origin } of [...this.#entries.values()]) {
      for (let parent = parentOf(path); parent; parent = parentOf(parent)) {
        const above = this.#entries.get(parent);
        if (above?.type === "file") throw collision(parent, above.origin, origin);
        if (!above) this.#entries.set(parent, { ...directory(parent), mtime, origin });
      }
    }
    return [...this.#entries.values()].sort((a, b) => a.path < b.path ? -1 : 1);
  }
}

/** Returns an entry for a file that belongs to root. */
export function file(path: string, data: Uint8Array | string, mode = 0o644): Entry {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  return { path, type: "file", mode, uid: 0, gid: 0, mtime: 0, data: bytes };
}

/** Returns an entry for a directory, root's unless said otherwise. */
export function directory(path: string, mode = 0o755, uid = 0, gid = 0): Entry {
  return { path, type: "directory", mode, uid, gid, mtime: 0 };
}

/** Returns an entry for a symbolic link. */
export function symlink(path: string, target: string): Entry {
  return { path, type: "symlink", mode: 0o777, uid: 0, gid: 0, mtime: 0, target };
}

/** Returns the newest modification time among the entries, in seconds since 1970: what stands for "now" in an image. */
export function newest(entries: Iterable<Entry>): number {
  let time = 0;
  for (const { mtime } of entries) time = Math.max(time, mtime);
  return time;
}

function collision(path: string, one: Origin, other: Origin): Failure {
  return new Failure(
    `${path} comes from ${one.title} and from ${other.title}.`,
    "One file can have one origin: drop it from one of them.",
  );
}

function parentOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/"));
}
