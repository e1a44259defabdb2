import { compareGoVersions } from "./goversion.ts";

/** What Go's vulnerability database has on one vulnerability (OSV 1.3, as far as it is read here). */
export interface OsvEntry {
  /** Such as `GO-2024-2611`. */
  id: string;
  /** One line. */
  summary?: string;
  /** Set if it turned out to be none. */
  withdrawn?: string;
  /** Modules that have it. */
  affected: {
    package: { name: string };
    ranges?: { type: string; events: OsvEvent[] }[];
  }[];
}

/** Where a stretch of affected versions begins, `0` being before all others, or ends. */
export interface OsvEvent {
  /** First version that has it. */
  introduced?: string;
  /** First version that does not. */
  fixed?: string;
}

/** Line of the database's index/modules.json. */
export interface OsvModule {
  /** Path of the module; `stdlib` and `toolchain` are Go's own. */
  path: string;
  /** Its vulnerabilities, each with the last version that fixes it, if there is one. */
  vulns: { id: string; fixed?: string }[];
}

/** Returns which vulnerabilities of a module the index does not rule out for this version. */
export function suspects({ vulns }: OsvModule, version: string): string[] {
  return vulns.filter(({ fixed }) => !fixed || compareGoVersions(version, fixed) < 0).map(({ id }) => id);
}

/** Returns the version that fixes it if this version of the module has it, an empty one if none does; or else undefined. */
export function fixFor(entry: OsvEntry, module: string, version: string): string | undefined {
  if (entry.withdrawn) return;
  for (const { package: { name }, ranges = [] } of entry.affected) {
    if (name !== module) continue;
    const semver = ranges.filter(({ type }) => type === "SEMVER");
    // Without a range it is every version.
    if (semver.length === 0) return "";
    for (const { events } of semver) if (isAffected(events, version)) return fixAfter(events, version);
  }
}

function isAffected(events: readonly OsvEvent[], version: string): boolean {
  const passed = inOrder(events).filter((event) => compareGoVersions(versionOf(event), version) <= 0);
  return passed.at(-1)?.introduced !== undefined;
}

function fixAfter(events: readonly OsvEvent[], version: string): string {
  return inOrder(events).find(({ fixed }) => fixed && compareGoVersions(fixed, version) > 0)?.fixed ?? "";
}

function inOrder(events: readonly OsvEvent[]): OsvEvent[] {
  return [...events].sort((a, b) => compareGoVersions(versionOf(a), versionOf(b)));
}

/** The `0` that stands for the beginning comes before 0.0.0-2019…, which is older than 0.0.0. */
function versionOf({ introduced, fixed }: OsvEvent): string {
  const version = introduced ?? fixed ?? "0";
  return version === "0" ? "0.0.0-0" : version;
}
