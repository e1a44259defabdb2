import type { Manifest } from "../tasks/stages/manifest.ts";
import { type Figure, imageOf, round, type Subject } from "./figure.ts";

/** Measures what takes the space of the ISO, in MB (10^6 bytes). */
export async function measureSize(subject: Subject): Promise<Figure[]> {
  const { size, iso, kernel, initrd } = await imageOf(subject);
  const manifest: Manifest = JSON.parse(await Deno.readTextFile(iso.replace(/iso$/, "manifest.json")));
  const bytes = async (path: string) => (await Deno.stat(path)).size;
  const extensions = manifest.extensions.toSorted((a, b) => b.size - a.size);
  const inInitramfs = extensions.reduce((sum, extension) => sum + extension.size, 0);
  const [linux, root] = [await bytes(kernel), await bytes(initrd)];
  const rows: [string, number, number?][] = [
    ["ISO", size, 60],
    ["  kernel", linux],
    ["  base", root - inInitramfs],
    ...extensions.map(({ name, size }): [string, number] => [`  ${name}.tcz`, size]),
    ["  boot loaders and file system", size - linux - root],
  ];
  return rows.map(([what, value, goal]) => ({
    what,
    value: round(value / 1e6),
    unit: "MB",
    ...(goal ? { goal } : {}),
  }));
}
