/** Returns the fields of one paragraph in Debian's control format (deb822(5)); continuation lines keep their line ends. */
export function parseParagraph(text: string): Map<string, string> {
  const fields = new Map<string, string>();
  let last = "";
  for (const line of text.split("\n")) {
    if (line.startsWith("#")) continue;
    if (/^[ \t]/.test(line)) fields.set(last, `${fields.get(last) ?? ""}\n${line.slice(1)}`);
    const colon = line.indexOf(":");
    if (colon < 1 || /^[ \t]/.test(line)) continue;
    last = line.slice(0, colon);
    fields.set(last, line.slice(colon + 1).trim());
  }
  return fields;
}

/** Returns the paragraphs of a control file, in order. */
export function parseParagraphs(text: string): Map<string, string>[] {
  return text.split(/\n(?:[ \t]*\n)+/).filter((paragraph) => paragraph.trim()).map(parseParagraph);
}

/** Returns the relations of a Depends field: each a list of alternatives, names without versions and qualifiers. */
export function parseRelations(field: string): string[][] {
  return field.split(",").map((relation) =>
    relation.split("|").map((alternative) => alternative.trim().split(/[\s:(<[]/)[0]).filter(Boolean)
  ).filter((alternatives) => alternatives.length > 0);
}
