import type { Sbom } from "./stages/sbom.ts";

/** Returns what a bill of materials says in a few lines: its files, how many components, and which licences it lacks. */
export function sbomLines({ names, components, files, quoted, unknown }: Sbom, folder: string): string[] {
  const lines = names.map((name) => `${folder}/${name}  ${components} components, ${files} files`);
  if (quoted > 0) lines.push(`Quoted, as SPDX has no identifier for them: ${quoted} licences.`);
  if (unknown.length > 0) {
    const shown = unknown.slice(0, 8).join(", ") + (unknown.length > 8 ? ", …" : "");
    lines.push(`Of unknown licence: ${unknown.length} components (${shown}).`);
  }
  return lines;
}
