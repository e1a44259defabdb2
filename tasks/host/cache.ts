import { createHash } from "node:crypto";
import { Failure } from "../formats/failure.ts";
import type { Json } from "../../plugins/plugin.ts";
import { claim, holdFolder } from "./hold.ts";
import type { Host } from "./host.ts";

/** What a stage made: a folder below the cache, under the key of its inputs. */
export interface Artifact {
  /** Name of what it is, such as `podman`. */
  name: string;
  /** The folder. */
  path: string;
  /** SHA-256 of the inputs in hex: what is downstream of this artifact takes it as an input. */
  key: string;
  /** True if it was there already. */
  cached: boolean;
}

/**
 * Returns the artifact whose inputs these are, and makes it if there is none: `make` fills a folder that appears
 * under its key by one rename, so that a killed build leaves nothing half made. Of two at once one makes it, and the other
 * waits for that.
 */
export async function cached(
  host: Host,
  stage: string,
  name: string,
  inputs: Json,
  make: (folder: string) => Promise<void>,
): Promise<Artifact> {
  const key = await sha256(canonical(inputs));
  const path = `${host.cache}/${stage}/${name}-${key.slice(0, 16)}`;
  const artifact = { name, path, key, cached: true };
  if (await exists(path)) {
    await touch(path);
    return artifact;
  }
  if (host.explain) {
    host.progress.note(`${stage} ${name}: ${await explainMiss(`${host.cache}/${stage}`, name, inputs)}`);
  }
  const temporary = `${host.cache}/tmp/${crypto.randomUUID()}`;
  try {
    await Deno.mkdir(temporary, { recursive: true });
    using _claim = await claim(`${host.cache}/tmp/${stage}-${name}-${key.slice(0, 16)}`, host.signal);
    if (await exists(path)) return artifact;
    // As long as this process runs, `clean` leaves the folder alone.
    using _hold = await holdFolder(temporary);
    await make(temporary);
    await Deno.writeTextFile(`${temporary}/inputs.json`, canonical(inputs));
    await Deno.mkdir(`${host.cache}/${stage}`, { recursive: true });
    await Deno.rename(temporary, path).catch(async (error) => {
      if (!await exists(path)) throw error;
    });
    return { ...artifact, cached: false };
  } catch (error) {
    throw explainError(error, host.cache);
  } finally {
    await Deno.remove(temporary, { recursive: true }).catch(() => {});
  }
}

/** Returns JSON with sorted keys: the same value gives the same text. */
export function canonical(value: Json): string {
  return JSON.stringify(
    value,
    (_key, item) =>
      item && typeof item === "object" && !Array.isArray(item)
        ? Object.fromEntries(Object.entries(item).sort(([a], [b]) => a < b ? -1 : 1))
        : item,
  );
}

/** Returns the SHA-256 of text or bytes, in hex. */
export async function sha256(data: string | Uint8Array): Promise<string> {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  return new Uint8Array(await crypto.subtle.digest("SHA-256", bytes as BufferSource)).toHex();
}

/** Returns true if the path is there. */
export async function exists(path: string): Promise<boolean> {
  return await Deno.lstat(path).then(() => true, () => false);
}

/** Returns a failure that says what to do about an error of the file system, or the error itself. */
export function explainError(error: unknown, path: string): unknown {
  // It says already what to do; what it quotes may be of another disk.
  if (error instanceof Failure) return error;
  const text = String(error);
  if (/os error 28|ENOSPC|No space left/.test(text)) {
    return new Failure(
      `No space left on the disk that holds ${path}.`,
      "Run `deno task clean`, free some space, or set XDG_CACHE_HOME to a larger disk.",
      { cause: error },
    );
  }
  if (/os error (13|1|30)\b|EACCES|EROFS|Permission denied|Read-only/.test(text)) {
    return new Failure(
      `${path} can't be written: ${
        /os error 30\b|EROFS|Read-only/.test(text) ? "it is read-only" : "permission denied"
      }.`,
      "Give it to your user, or set XDG_CACHE_HOME to a folder of yours.",
      { cause: error },
    );
  }
  return error;
}

/** Notes that something of the cache was used now: `clean` goes by that. */
export async function touch(path: string): Promise<void> {
  // A cache that can only be read serves all the same.
  await Deno.utime(path, new Date(), new Date()).catch(() => {});
}

async function explainMiss(folder: string, name: string, inputs: Json): Promise<string> {
  const before: { time: number; path: string }[] = [];
  for await (const entry of dirIfAny(folder)) {
    if (!entry.name.startsWith(`${name}-`) || entry.name.length !== name.length + 17) continue;
    const path = `${folder}/${entry.name}`;
    before.push({ time: (await Deno.stat(path)).mtime?.getTime() ?? 0, path });
  }
  if (before.length === 0) return "made for the first time";
  const newest = before.sort((a, b) => b.time - a.time)[0];
  const old = JSON.parse(await Deno.readTextFile(`${newest.path}/inputs.json`).catch(() => "{}"));
  return "made again, changed: " + differences(old, inputs).slice(0, 8).join(", ");
}

async function* dirIfAny(folder: string): AsyncIterable<Deno.DirEntry> {
  if (await exists(folder)) yield* Deno.readDir(folder);
}

/** Returns the places where two JSON values differ, as dotted paths. */
export function differences(before: Json, after: Json, at = ""): string[] {
  if (canonical(before) === canonical(after)) return [];
  if (!isObject(before) || !isObject(after)) return [at || "everything"];
  const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
  return keys.flatMap((key) =>
    differences(before[key] ?? null, after[key] ?? null, at ? `${at}.${key}` : key)
  );
}

function isObject(value: Json): value is Record<string, Json> {
  return typeof value === "object" && value !== null;
}

/** Returns the SHA-256 of a file, in hex. */
export async function fileSha256(path: string): Promise<string> {
  const hash = createHash("sha256");
  using file = await Deno.open(path);
  for await (const chunk of file.readable) hash.update(chunk);
  return hash.digest("hex");
}
