/**
 * An error that a user can act on: what went wrong in one sentence, and what to do in another.
 * The command line prints it without a stack and exits with 1.
 */
export class Failure extends Error {
  /** Tells it from other errors, across copies of this module too. */
  override name = "Failure";

  /** What to do about it, as a sentence; empty if the message says it all. */
  readonly hint: string;

  /** Makes a failure out of a sentence, and a hint that says what to do. */
  constructor(message: string, hint = "", options?: ErrorOptions) {
    super(message, options);
    this.hint = hint;
  }
}

/** Returns the candidate that is written most like `name`, or undefined if none comes near. */
export function nearest(name: string, candidates: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.max(2, Math.floor(name.length / 2)) + 1;
  for (const candidate of candidates) {
    const distance = editDistance(name, candidate);
    if (distance < least) [best, least] = [candidate, distance];
  }
  return best;
}

/** Returns a failure that names what is unknown, the nearest right name, and all of them. */
export function unknown(kind: string, name: string, candidates: Iterable<string>): Failure {
  const all = [...candidates];
  const near = nearest(name, all);
  return new Failure(
    `There is no ${kind} "${name}".`,
    (near ? `Did you mean "${near}"? ` : "") + `Known: ${all.sort().join(", ") || "none"}.`,
  );
}

function editDistance(a: string, b: string): number {
  let row = Array.from({ length: b.length + 1 }, (_, j) => j);
  for (let i = 1; i <= a.length; i++) {
    const next = [i];
    for (let j = 1; j <= b.length; j++) {
      next[j] = Math.min(row[j] + 1, next[j - 1] + 1, row[j - 1] + (a[i - 1] === b[j - 1] ? 0 : 1));
    }
    row = next;
  }
  return row[b.length];
}
