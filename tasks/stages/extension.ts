import { createHash } from "node:crypto";
import type { Architecture } from "../formats/architecture.ts";
import { depText, infoText, listText } from "../formats/info.ts";
import { type Entry, writeTar } from "../formats/tar.ts";
import { newest, type Origin, type OwnedEntry } from "../formats/tree.ts";
import { type Artifact, sha256 } from "../host/cache.ts";
import type { Host } from "../host/host.ts";
import { run } from "../host/run.ts";
import type { Kit } from "../host/tools.ts";

/** What goes into one extension. */
export interface ExtensionContent {
  /** Name, without `.tcz`. */
  name: string;
  /** One line. */
  summary: string;
  /** Version of what is in it. */
  version: string;
  /** Extensions that it needs, by name. */
  depends: string[];
  /** What depends on what, as the .tree file has it. */
  tree: string;
  /** Its files, sorted by path. */
  entries: OwnedEntry[];
  /** Sonames that it needs and does not bring. */
  needs: string[];
}

/** One file of an image, as the manifest lists it. */
export interface ManifestFile {
  /** Absolute path in the guest. */
  path: string;
  /** Kind of file. */
  type: Entry["type"];
  /** Permission bits, in octal. */
  mode: string;
  /** Size in bytes. */
  size: number;
  /** SHA-256 of the content, for a file. */
  sha256?: string;
  /** Target of a link. */
  target?: string;
  /** Where it comes from. */
  origin: Origin;
}

/** A finished extension. */
export interface Extension {
  /** Name, without `.tcz`. */
  name: string;
  /** Folder that holds the .tcz and what belongs to it. */
  folder: string;
  /** Path of the .tcz. */
  file: string;
  /** Its size in bytes. */
  size: number;
  /** Key of the artifact. */
  key: string;
  /** True if it was in the cache. */
  cached: boolean;
  /** Newest time of a file in it, in seconds since 1970. */
  time: number;
  /** Extensions that it needs, by name. */
  depends: string[];
  /** Sonames that it needs and does not bring. */
  needs: string[];
  /** What is in it. */
  files: ManifestFile[];
}

/** Blocks by content in KiB: larger ones compress better, and each mount keeps buffers of their size in memory. */
const BLOCKS: [from: number, block: string][] = [
  [28 * 1024, "1M"],
  [4 * 1024, "512K"],
  [64, "128K"],
  [0, "16K"],
];

/** KiB of a file, on average, from which its end is better kept in a block of its own: so no mount buffers shared ones. */
const LARGE = 256;

/** Returns how an extension is compressed; chosen by measurement, see docs/measured.md. */
function compression(entries: readonly Entry[], bcj: string | undefined): string[] {
  const files = entries.filter(({ data }) => data?.length);
  const kib = files.reduce((sum, { data }) => sum + data!.length, 0) / 1024;
  return [
    ...["-comp", "xz", "-Xdict-size", "100%", ...(bcj ? ["-Xbcj", bcj] : [])],
    ...["-b", BLOCKS.find(([from]) => kib >= from)![1]],
    ...(kib >= LARGE * files.length ? ["-no-fragments"] : []),
  ];
}

/** Writes NAME.tcz (SquashFS 4.0) into the folder, and beside it what Tiny Core's tools expect. */
export async function writeExtension(
  folder: string,
  content: ExtensionContent,
  { bcj }: Architecture,
  kit: Kit,
  host: Host,
): Promise<void> {
  const { name, entries } = content;
  const image = `${folder}/${name}.tcz`;
  const time = newest(entries);
  const stamp = ["-mkfs-time", `${time}`, "-root-time", `${time}`];
  const root = ["-root-mode", "755", "-root-uid", "0", "-root-gid", "0"];
  const options = [...compression(entries, bcj), ...stamp, ...root, "-no-progress", "-quiet"];
  const sqfstar = [...kit.program("sqfstar"), ...options, image];
  await run(sqfstar, { input: writeTar(entries), signal: host.signal });
  const { size } = await Deno.stat(image);
  const paths = entries.filter(({ type }) => type !== "directory").map(({ path }) => path.slice(1));
  const { summary, version, depends, needs } = content;
  const md5 = createHash("md5").update(await Deno.readFile(image)).digest("hex");
  const write = (ending: string, text: string) => Deno.writeTextFile(`${image}.${ending}`, text);
  await write("info", infoText({ name, summary, version, depends, size, paths }));
  await write("dep", depText(depends));
  await write("tree", content.tree);
  await write("list", listText(paths));
  await write("md5.txt", `${md5}  ${name}.tcz\n`);
  // zsyncmake notes the time of the file; the same content has to give the same bytes.
  await Deno.utime(image, time, time);
  await run([...kit.program("zsyncmake"), "-u", `${name}.tcz`, "-o", `${image}.zsync`, image], {
    cwd: folder,
    signal: host.signal,
  });
  const files = await Promise.all(entries.map(manifestFile));
  await Deno.writeTextFile(`${folder}/extension.json`, JSON.stringify({ time, depends, needs, files }));
}

/** Returns an extension that is in the cache. */
export async function readExtension(name: string, artifact: Artifact): Promise<Extension> {
  const file = `${artifact.path}/${name}.tcz`;
  const stored = JSON.parse(await Deno.readTextFile(`${artifact.path}/extension.json`));
  return {
    name,
    folder: artifact.path,
    file,
    size: (await Deno.stat(file)).size,
    key: artifact.key,
    cached: artifact.cached,
    ...stored,
  };
}

/** Returns what the manifest says of an entry. */
export async function manifestFile(entry: OwnedEntry): Promise<ManifestFile> {
  const { path, type, mode, data, target, origin } = entry;
  return {
    path,
    type,
    mode: mode.toString(8).padStart(4, "0"),
    size: data?.length ?? 0,
    ...(data ? { sha256: await sha256(data) } : {}),
    ...(target ? { target } : {}),
    origin,
  };
}
