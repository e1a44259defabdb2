import type { Package, SourcePackage } from "./package.ts";

/**
 * Returns the paragraphs of a Packages file as lines sorted by name, one package a line with its fields between tabs;
 * in that shape a name is found without reading all of it.
 */
export function indexText(paragraphs: Map<string, string>[]): string {
  const lines: string[] = [];
  for (const fields of paragraphs) {
    const field = (name: string) => (fields.get(name) ?? "").replaceAll("\n", " ").replaceAll("\t", " ");
    const depends = [field("Pre-Depends"), field("Depends")].filter(Boolean).join(", ");
    const name = field("Package");
    const columns = [
      "Version",
      "Architecture",
      "Filename",
      "Size",
      "Installed-Size",
      "SHA256",
      "Section",
      "Source",
    ].map(field);
    lines.push([name, "package", ...columns, depends].join("\t"));
    for (
      const provided of field("Provides").split(",").map((text) => text.trim().split(/[\s(:]/)[0]).filter(
        Boolean,
      )
    ) {
      lines.push([provided, "provider", name].join("\t"));
    }
  }
  return [...new Set(lines)].sort().map((line) => line + "\n").join("");
}

/**
 * Returns the paragraphs of a Sources file as lines sorted by name, one source package a line; those that are kept
 * only because something else was built from them are left out.
 */
export function sourcesText(paragraphs: Map<string, string>[]): string {
  const lines = paragraphs.filter((fields) => !fields.has("Extra-Source-Only")).map((fields) =>
    [
      fields.get("Package"),
      fields.get("Version"),
      fields.get("Directory"),
      (fields.get("Checksums-Sha256") ?? "").trim().replaceAll(/\s+/g, " "),
    ].join("\t")
  );
  return [...new Set(lines)].sort().map((line) => line + "\n").join("");
}

/** The packages of one signed index. */
export class PackageIndex {
  /** Takes the bytes of {@link indexText}, and what to say of where the packages are. */
  constructor(private bytes: Uint8Array, private suite: string, private archive: Package["archive"]) {}

  /** Returns the packages of this name; their `depends` is the field as it is, to be resolved over all indexes. */
  find(name: string): Package[] {
    return linesOf(this.bytes, name).filter(([, kind]) => kind === "package").map((columns) => {
      const [name, , version, architecture, filename, size, installedSize, sha256, section, source, depends] =
        columns;
      return {
        name,
        version,
        architecture,
        suite: this.suite,
        archive: this.archive,
        filename,
        size: Number(size),
        installedSize: Number(installedSize),
        sha256,
        section: section.split("/").pop()!,
        source: sourceOf(name, version, source),
        depends: depends ? [depends] : [],
      };
    });
  }

  /** Returns the names of the packages that provide this name. */
  providers(name: string): string[] {
    return linesOf(this.bytes, name).filter(([, kind]) => kind === "provider").map(([, , provider]) =>
      provider
    );
  }
}

/** The source packages of one signed index. */
export class SourceIndex {
  /** Takes the bytes of {@link sourcesText}, and what to say of where the packages are. */
  constructor(private bytes: Uint8Array, private suite: string, private archive: Package["archive"]) {}

  /** Returns the source packages of this name. */
  find(name: string): SourcePackage[] {
    return linesOf(this.bytes, name).map(([name, version, directory, sums]) => {
      const words = sums.split(" ");
      const files = Array.from({ length: words.length / 3 }, (_, i) => {
        const [sha256, size, name] = words.slice(i * 3);
        return { name, size: Number(size), sha256 };
      });
      return { name, version, suite: this.suite, archive: this.archive, directory, files };
    });
  }
}

/** The lines that begin with a name and a tab, found by binary search, each as its columns. */
function linesOf(bytes: Uint8Array, name: string): string[][] {
  const key = new TextEncoder().encode(name + "\t");
  const lineStart = (at: number) => bytes.lastIndexOf(0x0a, at - 1) + 1;
  const lineEnd = (at: number) => bytes.indexOf(0x0a, at) + 1;
  let low = 0, high = bytes.length;
  while (low < high) {
    const start = lineStart((low + high) >> 1);
    if (compare(bytes, start, key) < 0) low = lineEnd(start);
    else high = start;
  }
  const lines: string[][] = [];
  for (let at = low; at < bytes.length && compare(bytes, at, key) === 0; at = lineEnd(at)) {
    lines.push(new TextDecoder().decode(bytes.subarray(at, lineEnd(at) - 1)).split("\t"));
  }
  return lines;
}

/** Compares the line at an offset with a key, as far as the key goes. */
function compare(bytes: Uint8Array, at: number, key: Uint8Array): number {
  for (let i = 0; i < key.length; i++) {
    const difference = (bytes[at + i] ?? 0) - key[i];
    if (difference) return difference;
  }
  return 0;
}

/** The Source field leaves out what is the same as for the package. */
function sourceOf(name: string, version: string, field: string): string {
  const [source, inBrackets] = field.split(" ");
  return `${source || name} ${inBrackets?.slice(1, -1) ?? version}`;
}
