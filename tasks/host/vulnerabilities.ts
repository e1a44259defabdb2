import { fixFor, type OsvEntry, type OsvModule, suspects } from "../formats/osv.ts";
import { pooled } from "../formats/pooled.ts";
import type { Host } from "./host.ts";

/** A known vulnerability of one version of a module. */
export interface Vulnerability {
  /** Path of the module; `stdlib` and `toolchain` are Go's own. */
  module: string;
  /** The version that has it. */
  version: string;
  /** Such as `GO-2024-2611`. */
  id: string;
  /** The version that fixes it; empty if none does. */
  fixed: string;
  /** One line. */
  summary: string;
}

/** How long an answer may take, in milliseconds: who has no way there shall not wait. */
const PATIENCE = 5000;

/**
 * Returns what Go's vulnerability database, or the one that GOVULNDB names, knows of modules, given as path and version;
 * undefined if it can't be reached (https://go.dev/doc/security/vuln/database, the v1 schema).
 */
export async function vulnerabilities(
  host: Host,
  modules: readonly (readonly [path: string, version: string])[],
): Promise<Vulnerability[] | undefined> {
  const base = (Deno.env.get("GOVULNDB") || "https://vuln.go.dev").replace(/\/$/, "");
  const read = async (path: string) => {
    const signal = AbortSignal.any([host.signal, AbortSignal.timeout(PATIENCE)]);
    const response = await fetch(`${base}/${path}`, { signal });
    if (!response.ok) await response.body?.cancel();
    return await response.json();
  };
  try {
    const index = new Map((await read("index/modules.json") as OsvModule[]).map((item) => [item.path, item]));
    const asked = modules.flatMap(([module, version]) => {
      const item = index.get(module);
      return item ? suspects(item, version).map((id) => ({ module, version, id })) : [];
    });
    const ids = [...new Set(asked.map(({ id }) => id))];
    const entries = new Map(
      await pooled(8, ids, async (id) => [id, await read(`ID/${id}.json`) as OsvEntry] as const),
    );
    return asked.flatMap(({ module, version, id }) => {
      const fixed = fixFor(entries.get(id)!, module, version);
      return fixed === undefined
        ? []
        : [{ module, version, id, fixed, summary: entries.get(id)!.summary ?? "" }];
    });
  } catch {
    // Half of the answer would look like all of it.
    host.signal.throwIfAborted();
    return;
  }
}
