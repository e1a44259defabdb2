import type { Licence } from "./licence.ts";

/** A file of an image that a component owns. */
export interface BillFile {
  /** Absolute path in the guest. */
  path: string;
  /** SHA-1 of the content in hex: SPDX 2.3 demands it. */
  sha1: string;
  /** SHA-256 of the content in hex. */
  sha256: string;
  /** What brings it, as a person would say it. */
  title: string;
  /** Extension that holds it; `core` for the base. */
  extension: string;
}

/** Something that has a version and a licence of its own. */
export interface Component {
  /** Unique in its bill, of letters, digits, dots and hyphens. */
  id: string;
  /** What it is called where it comes from. */
  name: string;
  /** Its version. */
  version: string;
  /** What it is; a source is no part of the image, but something of it was built from that. */
  type: "application" | "library" | "source";
  /** Package URL. */
  purl?: string;
  /** Who publishes it. */
  supplier?: string;
  /** Its licence. */
  licence: Licence;
  /** Address that it was fetched from. */
  url?: string;
  /** SHA-256 of what is at that address, in hex. */
  sha256?: string;
  /** Remarks, sentences. */
  comment?: string;
  /** Files of the image that come from it, sorted by path. */
  files: BillFile[];
  /** Ids of the components that are linked into it. */
  contains: string[];
  /** Ids of the components that it was built from. */
  sources: string[];
}

/** Bill of materials of an image. */
export interface Bill {
  /** Name of the image, without `.iso`. */
  name: string;
  /** Version of the system. */
  version: string;
  /** SHA-256 of the ISO in hex. */
  sha256: string;
  /** The ISO's time in seconds since 1970. */
  time: number;
  /** What it is made of, sorted by id. */
  components: Component[];
}

/** Returns a package URL of the type deb: architecture `source` stands for a source package. */
export function debPurl(name: string, version: string, architecture: string, suite: string): string {
  return `pkg:deb/debian/${encode(name)}@${encode(version)}?arch=${architecture}&distro=${suite}`;
}

/** Returns a package URL of the type golang. */
export function goPurl(path: string, version: string): string {
  return `pkg:golang/${path.toLowerCase().split("/").map(encode).join("/")}@${encode(version)}`;
}

/**
 * Returns where the source of a Go module is, as SPDX writes addresses in version control (SPDX 2.3, clause 7.7), or
 * undefined where its path alone does not say that. A tag of a module in a subfolder has the folder before it; a version
 * without a tag ends with the commit.
 */
export function goSource(path: string, version: string): string | undefined {
  const [, repository, below = ""] = path.match(/^(github\.com\/[^/]+\/[^/]+)(?:\/(.+))?$/) ?? [];
  if (!repository) return;
  const folder = below.replace(/(^|\/)v\d+$/, "");
  const commit = version.match(/[-.]\d{14}-([0-9a-f]{12})(\+incompatible)?$/)?.[1];
  const tag = commit ?? (folder ? `${folder}/` : "") + version.replace("+incompatible", "");
  return `git+https://${repository}@${tag}${folder ? `#${folder}` : ""}`;
}

/** Percent-encoding as the purl specification has it: a colon stays. */
function encode(text: string): string {
  return encodeURIComponent(text).replaceAll("%3A", ":");
}

/** Returns an id made of words, with nothing in it that SPDX forbids. */
export function idOf(...words: string[]): string {
  return words.join("-").replaceAll(/[^A-Za-z0-9.-]+/g, "-");
}

/** Returns a UUID of version 8 (RFC 9562), made of a SHA-256 in hex: the same image gives the same. */
export function uuidOf(sha256: string): string {
  const digits = `${sha256.slice(0, 12)}8${sha256.slice(13, 16)}8${sha256.slice(17, 32)}`;
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, "$1-$2-$3-$4-$5");
}

/** Returns a time as both formats write it. */
export function timestamp(seconds: number): string {
  return new Date(seconds * 1000).toISOString().replace(/\.\d+Z$/, "Z");
}
