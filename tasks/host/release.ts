import * as openpgp from "openpgp";
import { parseParagraph } from "../formats/deb822.ts";
import { Failure } from "../formats/failure.ts";

/** What a signed Release file says. */
export interface Release {
  /** Codename, such as `trixie-security`. */
  codename: string;
  /** When it was made. */
  date: Date;
  /** Until when it may be used; some suites do not say. */
  validUntil?: Date;
  /** True if indexes can be asked for by their hash. */
  byHash: boolean;
  /** Indexes by path: size in bytes and SHA-256 in hex. */
  files: Map<string, { size: number; sha256: string }>;
}

/**
 * Returns what an InRelease file says after its OpenPGP signature was checked against the keys; only the text that was
 * signed is looked at. Throws {@link Failure} if no key of ours signed it.
 */
export async function verifyRelease(
  text: string,
  keys: readonly string[],
  codename: string,
  now: Date,
): Promise<Release> {
  const damaged = (why: string, cause?: unknown) =>
    new Failure(
      `The InRelease of ${codename} is not signed by Debian: ${why}.`,
      "The mirror, or somebody on the way, has changed it: try --mirror URL.",
      { cause },
    );
  const message = await openpgp.readCleartextMessage({ cleartextMessage: text }).catch((error) => {
    throw damaged("it is no clear-signed message", error);
  });
  const verificationKeys = await currentKeys(keys, now);
  if (verificationKeys.length === 0) throw damaged("all keys in keys/ have expired");
  const { signatures, data } = await openpgp.verify({ message, verificationKeys, date: now });
  const problems: string[] = [];
  for (const signature of signatures) {
    const problem = await signature.verified.then(() => null, (error: Error) => error.message);
    if (problem === null) return checkRelease(parseRelease(data), codename, now);
    problems.push(problem);
  }
  throw damaged([...new Set(problems)].join("; ") || "there is no signature");
}

/**
 * Returns the signed part of an InRelease that was verified before; null if it is damaged. The reader is the one that
 * verified it: with another one, text around the signed block could pass for what was signed.
 */
export async function signedText(text: string): Promise<string | null> {
  const message = await openpgp.readCleartextMessage({ cleartextMessage: text }).catch(() => null);
  return message?.getText() ?? null;
}

/** A key that has expired is not trusted, however old a signature by it says that it is. */
async function currentKeys(keys: readonly string[], now: Date): Promise<openpgp.Key[]> {
  const all = await Promise.all(keys.map((armoredKey) => openpgp.readKey({ armoredKey })));
  const ends = await Promise.all(all.map((key) => key.getExpirationTime()));
  return all.filter((_, i) => ends[i] !== null && ends[i] > now);
}

/** Returns what a Release file says; it is not verified here. */
export function parseRelease(text: string): Release {
  const fields = parseParagraph(text);
  const files = new Map<string, { size: number; sha256: string }>();
  for (const line of fields.get("SHA256")?.split("\n") ?? []) {
    const [sha256, size, path] = line.trim().split(/\s+/);
    if (path) files.set(path, { size: Number(size), sha256 });
  }
  const validUntil = fields.get("Valid-Until");
  return {
    codename: fields.get("Codename") ?? "",
    date: new Date(fields.get("Date") ?? ""),
    ...(validUntil ? { validUntil: new Date(validUntil) } : {}),
    byHash: fields.get("Acquire-By-Hash") === "yes",
    files,
  };
}

const DAY = 24 * 3600 * 1000;

/** Returns the release if it is the one asked for and of our time; throws {@link Failure} if not. */
export function checkRelease(release: Release, codename: string, now: Date): Release {
  if (release.codename !== codename) {
    throw new Failure(
      `The mirror offers ${release.codename || "something without a name"} where ${codename} was asked for.`,
      "It is not set up right, or lies: try --mirror URL.",
    );
  }
  if (Number.isNaN(release.date.getTime())) throw new Failure(`The InRelease of ${codename} has no date.`);
  if (release.date.getTime() > now.getTime() + DAY) {
    throw new Failure(
      `The index of ${codename} is of ${day(release.date)}, but this host's clock says ${day(now)}.`,
      "The clock is wrong: set it right.",
    );
  }
  if (release.validUntil && Number.isNaN(release.validUntil.getTime())) {
    throw new Failure(`The InRelease of ${codename} has no date that it is valid until.`);
  }
  if (release.validUntil && release.validUntil < now) {
    throw new Failure(
      `The index of ${codename} was valid until ${day(release.validUntil)}; this host's clock says ${
        day(now)
      }.`,
      "Either the mirror no longer follows Debian (try --mirror URL), or the clock is wrong.",
    );
  }
  return release;
}

function day(date: Date): string {
  return date.toISOString().slice(0, 10);
}
