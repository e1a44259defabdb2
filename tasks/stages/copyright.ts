import { decompress } from "../formats/deb.ts";
import { debianLicence, type Licence, textLicence, UNKNOWN } from "../formats/licence.ts";
import type { Package, SourcePackage } from "../formats/package.ts";
import { type Entry, readTar } from "../formats/tar.ts";
import { fetchPackages, fetchSource } from "../host/debian.ts";
import type { Host } from "../host/host.ts";
import { unpackDeb } from "../host/unpack.ts";

/** Where Debian's packages keep what they say of themselves. */
const DOC = "/usr/share/doc";

/**
 * Returns the licence that a Debian package states in its copyright file, which may lie in another package of the same
 * source (Debian policy 12.3): `find` returns that one by its name.
 */
export async function packageLicence(
  item: Package,
  find: (name: string) => Package | undefined,
  host: Host,
): Promise<Licence> {
  const [source] = item.source.split(" ");
  for (let holder: Package | undefined = item, left = 3; holder && left > 0; left--) {
    const { name, sha256 }: Package = holder;
    const files = await fetchPackages(host, [holder]);
    const entries = await unpackDeb(files.get(sha256)!);
    const file = entryAt(entries, `${DOC}/${name}/copyright`);
    if (file?.data) return debianLicence(new TextDecoder().decode(file.data), source);
    const link = file ?? entryAt(entries, `${DOC}/${name}`);
    if (link?.type !== "symlink") return UNKNOWN;
    const target = new URL(link.target!, `file://${link.path}`).pathname;
    holder = find(target.slice(DOC.length + 1).split("/")[0]);
  }
  return UNKNOWN;
}

/** Returns the licence that a Debian source package states in debian/copyright. */
export async function sourceLicence(source: SourcePackage, host: Host): Promise<Licence> {
  const files = await fetchSource(host, source);
  for (const [name, path] of files) {
    // Of a native package the only archive holds it, below a folder of its own.
    if (!/\.tar\.\w+$/.test(name) || /\.orig(-[^.]*)?\.tar\./.test(name)) continue;
    const entries = readTar(await decompress(name, await Deno.readFile(path)));
    const file = entries.find(({ path }) => /^(\/[^/]+)?\/debian\/copyright$/.test(path));
    if (file?.data) return debianLicence(new TextDecoder().decode(file.data), source.name);
  }
  return UNKNOWN;
}

/** Returns the licence of a Go module in a module cache, by the files that hold its text. */
export async function moduleLicence(modules: string, path: string, version: string): Promise<Licence> {
  // Go writes capitals as ! and the small letter, for file systems that don't tell them apart.
  const escaped = `${path}@${version}`.replaceAll(/[A-Z]/g, (letter) => `!${letter.toLowerCase()}`);
  const folder = `${modules}/${escaped}`;
  const entries = await Array.fromAsync(Deno.readDir(folder), ({ name }) => name).catch(() => []);
  const name = entries.sort().find((name) => /^((un)?licen[cs]e|copying)(\.(md|txt|code))?$/i.test(name));
  return name ? textLicence(await Deno.readTextFile(`${folder}/${name}`), path) : UNKNOWN;
}

function entryAt(entries: Entry[], path: string): Entry | undefined {
  return entries.find((entry) => entry.path === path);
}
