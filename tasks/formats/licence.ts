import { createHash } from "node:crypto";
import { parseParagraphs } from "./deb822.ts";

/** What is known of the licence of something. */
export interface Licence {
  /** Licence expression (SPDX 2.3, annex D), or NOASSERTION. */
  expression: string;
  /** Texts of the licences that have no SPDX identifier. */
  texts: LicenceText[];
}

/** A licence without an SPDX identifier. */
export interface LicenceText {
  /** `LicenseRef-` and more, the same for the same text. */
  id: string;
  /** What whoever used it calls it. */
  name: string;
  /** Its text. */
  text: string;
}

/** What is said where nothing is known. */
export const UNKNOWN: Licence = { expression: "NOASSERTION", texts: [] };

/** Names that Debian's copyright files use in lower case, where SPDX has another or the same in other letters. */
const IDENTIFIERS = new Map(Object.entries({
  "apache-2": "Apache-2.0",
  "artistic": "Artistic-1.0-Perl",
  "expat": "MIT",
  "gpl": "GPL-1.0-or-later",
  "lgpl": "LGPL-2.0-or-later",
  ...Object.fromEntries(
    [
      ..."0BSD AFL-2.0 AFL-2.1 Apache-1.0 Apache-1.1 Apache-2.0 Artistic-2.0 Beerware BSD-1-Clause".split(
        " ",
      ),
      ..."BSD-2-Clause BSD-3-Clause BSD-4-Clause BSD-4-Clause-UC BSL-1.0 bzip2-1.0.6 CC-BY-3.0".split(" "),
      ..."CC-BY-4.0 CC-BY-SA-3.0 CC-BY-SA-4.0 CC0-1.0 CDDL-1.0 curl EPL-1.0 EPL-2.0 FSFAP FSFUL".split(" "),
      ..."FSFULLR FSFULLRWD FTL ICU IJG ISC Latex2e MIT MIT-0 MPL-1.1 MPL-2.0 MS-PL NCSA OFL-1.1".split(" "),
      ..."OLDAP-2.8 OpenSSL PostgreSQL PSF-2.0 Python-2.0 Ruby SunPro TCL Unicode-DFS-2015".split(" "),
      ..."Unicode-DFS-2016 Unlicense UPL-1.0 Vim W3C WTFPL X11 Zlib zlib-acknowledgement ZPL-2.1".split(" "),
    ].map((id) => [id.toLowerCase(), id]),
  ),
}));

/** Exceptions, by what a name has after "with". */
const EXCEPTIONS: [RegExp, string][] = [
  [/^autoconf(-2\.0)? exception$/i, "Autoconf-exception-generic"],
  [/^bison exception$/i, "Bison-exception-2.2"],
  [/^gcc(-runtime)? exception$/i, "GCC-exception-3.1"],
  [/^libtool exception$/i, "Libtool-exception"],
  [/^linux-syscall-note exception$/i, "Linux-syscall-note"],
  [/^llvm exception$/i, "LLVM-exception"],
  [/^texinfo exception$/i, "Texinfo-exception"],
];

/**
 * Returns the licence that Debian's copyright file of a package states: of a machine-readable one (DEP 5) what its
 * paragraphs name, all together but for those on nothing but debian/; of any other one the whole text.
 */
export function debianLicence(copyright: string, source: string): Licence {
  const paragraphs = parseParagraphs(copyright);
  if (!/copyright-format|dep-?5/i.test(paragraphs[0]?.get("Format") ?? "")) {
    return quoted(source, copyright);
  }
  const texts = new Map<string, string>();
  const names = new Set<string>();
  for (const fields of paragraphs) {
    const [name, ...lines] = (fields.get("License") ?? "").split("\n");
    if (!name) continue;
    if (lines.length > 0) texts.set(name, lines.map((line) => line.trim() === "." ? "" : line).join("\n"));
    const files = fields.get("Files");
    if (files && !files.trim().split(/\s+/).every((glob) => glob.startsWith("debian/"))) names.add(name);
  }
  if (names.size === 0) return quoted(source, copyright);
  const found: LicenceText[] = [];
  const identify = (name: string) => {
    const known = identifier(name);
    if (known) return known;
    const text = licenceText(
      name,
      texts.get(name) ?? `${source} names the licence ${name} without its text.`,
    );
    found.push(text);
    return text.id;
  };
  const terms = [...names].flatMap((name) => alternatives(name, identify));
  return { expression: allOf(terms), texts: unique(found) };
}

/** Returns an SPDX identifier, with its exception where there is one, for a name as Debian writes it. */
export function identifier(name: string): string | undefined {
  const [base, exception] = name.trim().split(/\s+with\s+/i);
  const id = IDENTIFIERS.get(base.toLowerCase()) ?? gnu(base);
  if (!exception) return id;
  const known = EXCEPTIONS.find(([pattern]) => pattern.test(exception))?.[1];
  return id && known ? `${id} WITH ${known}` : undefined;
}

/** GPL-2+ is GPL-2.0-or-later, LGPL-2.1 is LGPL-2.1-only. */
function gnu(name: string): string | undefined {
  const [, family, version, later] =
    name.match(/^(A?GPL|LGPL|GFDL)-?([1-3](?:\.[0-3])?)(\+|-or-later|-only)?$/i) ??
      [];
  if (!family) return;
  const full = version.includes(".") ? version : `${version}.0`;
  return `${family.toUpperCase()}-${full}-${later && later !== "-only" ? "or-later" : "only"}`;
}

/** The terms of a DEP 5 expression, all of which hold: "and" binds more than "or" does, but not across a comma. */
function alternatives(text: string, identify: (name: string) => string): string[] {
  const each = text.split(/,\s*and\s+/i);
  if (each.length > 1) return each.flatMap((part) => alternatives(part, identify));
  const choices = text.split(/,?\s+(?:and\/)?or\s+/i);
  const factors = choices.map((choice) => choice.split(/\s+and\s+/i).map(identify));
  if (factors.length === 1) return factors[0];
  return [`(${factors.map((ids) => ids.length > 1 ? `(${ids.join(" AND ")})` : ids[0]).join(" OR ")})`];
}

/** Returns the expression that holds where all of the terms do, each once. */
export function allOf(terms: readonly string[]): string {
  const sorted = [...new Set(terms)].sort();
  // A choice that stands alone needs no brackets.
  return sorted.length === 1 ? sorted[0].replace(/^\(([^()]*)\)$/, "$1") : sorted.join(" AND ");
}

/** Phrases by which a licence's own text is told from others. */
const PHRASES: [RegExp, string][] = [
  [/Apache License,? Version 2\.0/i, "Apache-2.0"],
  [/Mozilla Public License,? (Version|v\.?) ?2\.0/i, "MPL-2.0"],
  [/free and unencumbered software released into the public domain/i, "Unlicense"],
  [/Permission is hereby granted, free of charge/i, "MIT"],
  [/Permission to use, copy, modify,? and(\/or)? distribute this software for any/i, "ISC"],
  [/Redistribution and use.*Neither the names? of/i, "BSD-3-Clause"],
  [/Redistribution and use.*Redistributions in binary form/i, "BSD-2-Clause"],
];

/** Returns the licence whose text a file such as LICENSE is; one that is not told from others is quoted. */
export function textLicence(text: string, source: string): Licence {
  const flat = text.replaceAll(/\s+/g, " ");
  const terms = PHRASES.filter(([phrase]) => phrase.test(flat)).map(([, id]) => id)
    // Three clauses hold the two.
    .filter((id, _, all) => id !== "BSD-2-Clause" || !all.includes("BSD-3-Clause"));
  return terms.length > 0 ? { expression: allOf(terms), texts: [] } : quoted(source, text);
}

function quoted(source: string, text: string): Licence {
  const quote = licenceText(source, text);
  return { expression: quote.id, texts: [quote] };
}

function licenceText(name: string, text: string): LicenceText {
  const hash = createHash("sha256").update(text).digest("hex").slice(0, 8);
  const word = name.replaceAll(/[^A-Za-z0-9.]+/g, "-").replaceAll(/^-+|-+$/g, "");
  return { id: `LicenseRef-${word}-${hash}`, name, text: text.trim() };
}

function unique(texts: LicenceText[]): LicenceText[] {
  return [...new Map(texts.map((text) => [text.id, text])).values()].sort((a, b) => a.id < b.id ? -1 : 1);
}
