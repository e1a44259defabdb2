import { sha256 } from "./cache.ts";

const hashes = new Map<string, Promise<string>>();

/**
 * Returns a hash of the module at `url` and of those of tasks/formats and tasks/stages that it imports, so that an
 * artifact made by other code is not taken for one that this code would make.
 */
export function sourceHash(url: string): Promise<string> {
  let hash = hashes.get(url);
  if (!hash) hashes.set(url, hash = hashOf(url));
  return hash;
}

async function hashOf(url: string): Promise<string> {
  const texts = new Map<string, string>();
  await collect(new URL(url), texts);
  return await sha256(
    [...texts.entries()].sort(([a], [b]) => a < b ? -1 : 1).map(([, text]) => text).join("\0"),
  );
}

async function collect(url: URL, texts: Map<string, string>): Promise<void> {
  if (texts.has(url.href)) return;
  const text = await Deno.readTextFile(url);
  texts.set(url.href, text);
  const imports = [...text.matchAll(/^import (?!type\b)[^;]*? from "(\.[^"]+)";/gm)].map(([, path]) =>
    new URL(path, url)
  );
  const shaping = imports.filter(({ pathname }) => /\/tasks\/(formats|stages)\//.test(pathname));
  for (const imported of shaping) await collect(imported, texts);
}
