/**
 * Returns a negative number, zero or a positive one, as `a` is older than `b`, the same or newer: Go's versions and
 * pseudo-versions, with their v or without it (Semantic Versioning 2.0.0, 11; what follows a plus does not count).
 */
export function compareGoVersions(a: string, b: string): number {
  const [one, other] = [split(a), split(b)];
  for (const i of [0, 1, 2]) {
    const order = (one.numbers[i] ?? 0) - (other.numbers[i] ?? 0);
    if (order) return order;
  }
  // A pre-release comes before what it leads to.
  if (one.words.length === 0 || other.words.length === 0) return other.words.length - one.words.length;
  for (let i = 0; i < Math.max(one.words.length, other.words.length); i++) {
    const order = compareWords(one.words[i], other.words[i]);
    if (order) return order;
  }
  return 0;
}

/**
 * Returns those of the versions that are newer than ours, the newest first; pre-releases only if ours is one, and
 * `+incompatible` ones, whose major version the path does not tell, only if ours is one.
 */
export function newerVersions(versions: readonly string[], ours: string): string[] {
  return versions.filter((version) =>
    compareGoVersions(version, ours) > 0 &&
    (isPrerelease(ours) || !isPrerelease(version)) &&
    isIncompatible(version) === isIncompatible(ours)
  ).sort((a, b) => compareGoVersions(b, a));
}

/** Returns Go's releases among the versions of golang.org/toolchain, such as `1.26.11`, for one architecture. */
export function toolchainReleases(versions: readonly string[], architecture: string): string[] {
  return versions.flatMap((version) => {
    const [, release, of] = version.match(/^v0\.0\.1-go(\d+\.\d+(?:\.\d+)?)\.linux-(\w+)$/) ?? [];
    return of === architecture ? [release] : [];
  });
}

function isPrerelease(version: string): boolean {
  return split(version).words.length > 0;
}

function isIncompatible(version: string): boolean {
  return version.endsWith("+incompatible");
}

function split(version: string): { numbers: number[]; words: string[] } {
  const [release, ...rest] = version.replace(/^v/, "").replace(/\+.*/, "").split("-");
  return { numbers: release.split(".").map(Number), words: rest.length ? rest.join("-").split(".") : [] };
}

/** Numbers come before words, and the end before both. */
function compareWords(a: string | undefined, b: string | undefined): number {
  if (a === undefined || b === undefined) return a === b ? 0 : a === undefined ? -1 : 1;
  const [one, other] = [a, b].map((word) => /^\d+$/.test(word));
  if (one !== other) return one ? -1 : 1;
  return one ? Number(a) - Number(b) : a < b ? -1 : a > b ? 1 : 0;
}
