import type { SourcePackage } from "./package.ts";

/** What of a source package upstream made, without what Debian adds of its own. */
const UPSTREAM = /\.orig(-[^.]*)?\.tar\.\w+$/;

/**
 * Returns the .dsc of a source package as far as `dpkg-source` reads it (deb-src-control, dsc(5)). All of it stands in
 * the signed index, so that the archive's own need not be fetched: what that says more is who uploaded it. The MD5 sums of
 * the files, in hex by name, are there because it insists on some; nothing is judged by them.
 */
export function dscText({ name, version, files }: SourcePackage, md5: Map<string, string>): string {
  const listed = files.filter((file) => !/\.(dsc|asc)$/.test(file.name));
  return [
    `Format: ${formatOf(listed.map((file) => file.name))}`,
    `Source: ${name}`,
    `Version: ${version}`,
    "Checksums-Sha256:",
    ...listed.map(({ name, size, sha256 }) => ` ${sha256} ${size} ${name}`),
    "Files:",
    ...listed.map(({ name, size }) => ` ${md5.get(name)} ${size} ${name}`),
    "",
  ].join("\n");
}

/** Returns the source package without all that Debian adds to upstream's archive: patches, and rules of its own. */
export function upstreamOnly(source: SourcePackage): SourcePackage {
  return { ...source, files: source.files.filter(({ name }) => UPSTREAM.test(name)) };
}

/** Returns true if only upstream's archive is there. */
export function isUpstreamOnly({ files }: SourcePackage): boolean {
  return files.every(({ name }) => UPSTREAM.test(name));
}

/** The index does not say it, but each format has files of its own. */
function formatOf(names: string[]): string {
  if (names.some((name) => /\.debian\.tar\.\w+$/.test(name))) return "3.0 (quilt)";
  return names.some((name) => UPSTREAM.test(name)) ? "1.0" : "3.0 (native)";
}
