import { decompress } from "../formats/deb.ts";
import { parseParagraphs, parseRelations } from "../formats/deb822.ts";
import { Failure } from "../formats/failure.ts";
import { indexText, PackageIndex, SourceIndex, sourcesText } from "../formats/index.ts";
import type { Package, SourcePackage } from "../formats/package.ts";
import { compareVersions } from "../formats/version.ts";
import { exists, explainError, sha256 } from "./cache.ts";
import { downloadAll, fetchBytes, PATIENCE, type Patience } from "./download.ts";
import type { Host } from "./host.ts";
import { checkRelease, parseRelease, type Release, signedText, verifyRelease } from "./release.ts";

/** What Debian has, over all archives of a suite. */
export interface DebianIndex {
  /** Returns the newest package of a name, or the only one that provides it. */
  find(name: string): Package | undefined;
  /** The signed indexes that were looked up. */
  releases: { suite: string; date: string; sha256: string }[];
}

/** Which index is wanted, and by whom it has to be signed. */
export interface IndexRequest {
  /** Debian suite. */
  suite: string;
  /** Debian's name of the architecture. */
  architecture: string;
  /** Armored keys; those in keys/ unless given. */
  keys?: readonly string[];
  /** How patient downloads are. */
  patience?: Patience;
  /** What time it is; the host's clock unless given. */
  now?: Date;
}

/** The parts that make up a suite. */
const PARTS: Record<string, { name: string; archive: Package["archive"] }[]> = {
  trixie: [
    { name: "trixie", archive: "main" },
    { name: "trixie-updates", archive: "main" },
    { name: "trixie-security", archive: "security" },
  ],
  forky: [{ name: "forky", archive: "main" }],
  sid: [{ name: "sid", archive: "main" }],
};

/** An index that was verified not longer ago than this, in milliseconds, is used without asking again. */
const FRESH = 6 * 3600 * 1000;

/** Returns the index of a suite: signature, then hashes, are checked whenever something is fetched. */
export async function openIndex(host: Host, request: IndexRequest): Promise<DebianIndex> {
  const list = {
    file: `main/binary-${request.architecture}/Packages`,
    format: "index1",
    rework: indexText,
    lack: `packages for ${request.architecture}`,
  };
  const parts = await openParts(host, request, list);
  const indexes = parts.map(({ bytes, part }) => new PackageIndex(bytes, part.name, part.archive));
  const find = (name: string): Package | undefined => {
    const found = indexes.flatMap((index) => index.find(name));
    if (found.length) return newest(found);
    const providers = [...new Set(indexes.flatMap((index) => index.providers(name)))];
    return providers.length === 1 ? find(providers[0]) : undefined;
  };
  return {
    find: (name) => withDepends(find(name), (other) => find(other) !== undefined),
    releases: parts.map(({ release, sha256 }) => ({
      suite: release.codename,
      date: release.date.toISOString(),
      sha256,
    })),
  };
}

/** Source packages of a suite. */
export interface DebianSources {
  /** Returns the newest source package of a name; throws {@link Failure} if there is none. */
  find(name: string): SourcePackage;
}

/** Returns the index of a suite's source packages, checked as that of the binary ones is. */
export async function openSources(
  host: Host,
  request: Omit<IndexRequest, "architecture">,
): Promise<DebianSources> {
  const list = { file: "main/source/Sources", format: "sources1", rework: sourcesText, lack: "sources" };
  const parts = await openParts(host, request, list);
  const indexes = parts.map(({ bytes, part }) => new SourceIndex(bytes, part.name, part.archive));
  return {
    find: (name) => {
      const found = indexes.flatMap((index) => index.find(name));
      if (found.length > 0) return newest(found);
      throw new Failure(
        `Debian ${request.suite} has no source package ${name}.`,
        "Is its name right in this suite? Another --suite may have it.",
      );
    },
  };
}

function newest<T extends { version: string }>(items: T[]): T {
  return items.reduce((best, item) => compareVersions(item.version, best.version) > 0 ? item : best);
}

/** Returns the packages of these names and what they depend on, as far as `follow` allows. */
export function closure(
  index: DebianIndex,
  roots: readonly string[],
  follow: (item: Package) => boolean,
): Package[] {
  const found = new Map<string, Package>();
  const queue = [...roots];
  for (let name = queue.shift(); name !== undefined; name = queue.shift()) {
    const item = index.find(name);
    if (!item || found.has(item.name) || !(roots.includes(name) || follow(item))) continue;
    found.set(item.name, item);
    queue.push(...item.depends);
  }
  return [...found.values()].sort((a, b) => a.name < b.name ? -1 : 1);
}

/** Downloads the packages that are not in the cache; returns the path of each .deb by its SHA-256. */
export async function fetchPackages(
  host: Host,
  packages: readonly Package[],
  patience?: Patience,
): Promise<Map<string, string>> {
  const files = packages.map((item) => ({
    url: `${host.mirror[item.archive]}/${item.filename}`,
    path: `${host.cache}/debs/${item.sha256}.deb`,
    size: item.size,
    sha256: item.sha256,
    title: `${item.name} ${item.version}`,
  }));
  await downloadAll(host, files, patience);
  return new Map(files.map(({ sha256, path }) => [sha256, path]));
}

/** Downloads the files of a source package that are not in the cache; returns their paths by name. */
export async function fetchSource(host: Host, item: SourcePackage): Promise<Map<string, string>> {
  // What of a .dsc is needed, the signed index says too; the signatures of upstream's authors are no part of what is
  // built, and Debian vouches for the rest.
  const files = item.files.filter(({ name }) => !/\.(asc|dsc)$/.test(name)).map(({ name, size, sha256 }) => ({
    url: `${host.mirror[item.archive]}/${item.directory}/${name}`,
    path: `${host.cache}/sources/${sha256}`,
    size,
    sha256,
    title: name,
  }));
  await downloadAll(host, files);
  return new Map(files.map(({ title, path }) => [title, path]));
}

type Part = { name: string; archive: Package["archive"] };

/** An InRelease that was verified: what it says, its text, and whether it is not in the cache yet. */
type Opened = { release: Release; text: string; isNew?: boolean };

/** One of the lists that a release names. */
interface List {
  /** Its path below the release, without what says how it is compressed. */
  file: string;
  /** Version of the reworked list. */
  format: string;
  /** Makes a text of it in which a name is found quickly. */
  rework(paragraphs: Map<string, string>[]): string;
  /** What a suite without it lacks. */
  lack: string;
}

async function openParts(host: Host, request: Omit<IndexRequest, "architecture">, list: List) {
  const keys = request.keys ?? await archiveKeys();
  const all = PARTS[request.suite] ?? [{ name: request.suite, archive: "main" }];
  return await Promise.all(all.map(async (part) => {
    const { release, text, isNew } = await openRelease(host, part, { ...request, keys });
    const bytes = await openList(host, part, release, list, request.patience);
    // Not earlier: an InRelease whose packages can't be had must not replace one that can be used.
    if (isNew) await write(releasePath(host, part), text);
    return { part, release, sha256: await sha256(text), bytes };
  }));
}

const releasePath = (host: Host, part: Part) => `${host.cache}/indexes/${part.name}.InRelease`;

async function openRelease(
  host: Host,
  part: Part,
  request: Omit<IndexRequest, "architecture">,
): Promise<Opened> {
  const now = request.now ?? new Date();
  const path = releasePath(host, part);
  const stored = await Deno.readTextFile(path).catch(() => null);
  // What lies in the cache was verified when it was put there; its date has to hold each time.
  const signed = stored === null ? null : await signedText(stored);
  const known = stored === null || signed === null ? null : { text: stored, release: parseRelease(signed) };
  const age = stored === null ? Infinity : now.getTime() - ((await Deno.stat(path)).mtime?.getTime() ?? 0);
  if (known && (host.offline || (!host.refresh && age >= 0 && age < FRESH))) {
    return { ...known, release: checkRelease(known.release, part.name, now) };
  }
  if (host.offline) {
    throw new Failure(
      `The index of ${part.name} is not in the cache, and --offline forbids to fetch it.`,
      "Run the same command once without --offline.",
    );
  }
  return await fetchRelease(host, part, request, known, now);
}

async function fetchRelease(
  host: Host,
  part: Part,
  request: Omit<IndexRequest, "architecture">,
  known: Opened | null,
  now: Date,
): Promise<Opened> {
  const url = `${host.mirror[part.archive]}/dists/${part.name}/InRelease`;
  let bytes: Uint8Array | null;
  try {
    bytes = await fetchBytes(host, url, 4_000_000, request.patience ?? PATIENCE);
  } catch (error) {
    if (!known || host.signal.aborted) throw error;
    host.progress.note(
      `${part.name}: the mirror can't be reached, the index of ${
        known.release.date.toISOString().slice(0, 10)
      } is used.`,
    );
    return { ...known, release: checkRelease(known.release, part.name, now) };
  }
  if (!bytes) {
    throw new Failure(`The mirror has no suite ${part.name} (${url}).`, "Try another mirror: --mirror URL.");
  }
  const text = new TextDecoder().decode(bytes);
  const release = await verifyRelease(text, request.keys!, part.name, now);
  if (known && release.date < known.release.date) {
    host.progress.note(
      `${part.name}: the mirror offers an older index than was seen before; the newer one stays.`,
    );
    return { ...known, release: checkRelease(known.release, part.name, now) };
  }
  return { release, text, isNew: true };
}

/** A list of a part, reworked so that a name is found without reading all. */
async function openList(
  host: Host,
  part: Part,
  release: Release,
  list: List,
  patience?: Patience,
): Promise<Uint8Array> {
  const [name, entry] = [`${list.file}.xz`, `${list.file}.gz`]
    .map((name) => [name, release.files.get(name)] as const).find(([, entry]) => entry) ?? [];
  if (!name || !entry) throw new Failure(`Debian ${part.name} has no ${list.lack}.`, "Is the name right?");
  const path = `${host.cache}/indexes/${entry.sha256}.${list.format}`;
  if (await exists(path)) return await Deno.readFile(path);
  const base = `${host.mirror[part.archive]}/dists/${part.name}`;
  const folder = list.file.slice(0, list.file.lastIndexOf("/"));
  const url = release.byHash ? `${base}/${folder}/by-hash/SHA256/${entry.sha256}` : `${base}/${name}`;
  const compressed = `${host.cache}/indexes/${entry.sha256}`;
  await downloadAll(host, [{ url, path: compressed, ...entry, title: `index of ${part.name}` }], patience);
  const text = new TextDecoder().decode(await decompress(name, await Deno.readFile(compressed)));
  await write(path, list.rework(parseParagraphs(text)));
  await Deno.remove(compressed).catch(() => {});
  return await Deno.readFile(path);
}

/** The first alternative of each relation that there is. */
function withDepends(item: Package | undefined, has: (name: string) => boolean): Package | undefined {
  if (!item) return undefined;
  const depends = parseRelations(item.depends.join(",")).map((alternatives) =>
    alternatives.find(has) ?? alternatives[0]
  );
  return { ...item, depends: [...new Set(depends)] };
}

async function archiveKeys(): Promise<string[]> {
  const folder = new URL("../../keys/", import.meta.url);
  const names = [...Deno.readDirSync(folder)].map(({ name }) => name).filter((name) => name.endsWith(".asc"))
    .sort();
  return await Promise.all(names.map((name) => Deno.readTextFile(new URL(name, folder))));
}

async function write(path: string, text: string): Promise<void> {
  const temporary = `${path}.${crypto.randomUUID()}`;
  try {
    await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
    await Deno.writeTextFile(temporary, text);
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw explainError(error, path);
  }
}
