import { constants, zstdCompressSync } from "node:zlib";
import type { Json } from "../../plugins/plugin.ts";
import { writeCpio } from "../formats/cpio.ts";
import { Failure } from "../formats/failure.ts";
import { directory, file, newest, type OwnedEntry, PathMap, symlink } from "../formats/tree.ts";
import { cached, sha256 } from "../host/cache.ts";
import type { Host } from "../host/host.ts";
import { sourceHash } from "../host/source.ts";
import { type Extension, type ManifestFile, manifestFile } from "./extension.ts";
import type { Kernel } from "./kernel.ts";
import { baseFiles, neededMemory } from "./base.ts";
import type { Plan } from "./plan.ts";
import { buildSource } from "./source.ts";
import { recipeFiles } from "./tcz.ts";

/** The root file system as the kernel unpacks it. */
export interface Initramfs {
  /** Path of the image: the compressed base, then the extensions as they are. */
  file: string;
  /** Its size in bytes. */
  size: number;
  /** Least memory that it boots in, in MiB. */
  memory: number;
  /** Key of the artifact. */
  key: string;
  /** Newest time of a file in it, in seconds since 1970. */
  time: number;
  /** True if it was in the cache. */
  cached: boolean;
  /** What is in the base; the extensions list their own. */
  files: ManifestFile[];
}

/**
 * Joins base, extensions, merged configs and ordered hooks into the initramfs. The base is an archive of its own and
 * comes first, so that /init is there even when the memory ends while a later one is unpacked.
 */
export async function remaster(
  plan: Plan,
  extensions: Extension[],
  kernel: Kernel,
  host: Host,
): Promise<Initramfs> {
  const all = inLoadOrder([...extensions, kernel.modules]);
  checkCollisions(all);
  const { configs, hooks, bootcodes, base, version } = plan;
  const built = base.build && await buildSource(base.build, host);
  const inputs = {
    code: await sourceHash(import.meta.url),
    extensions: Object.fromEntries(all.map(({ name, key }) => [name, key])),
    kernel: kernel.key,
    base: [...base.packages.map((item) => item.sha256), ...(built ? [built.key] : [])],
    configs: Object.fromEntries(
      await Promise.all(
        configs.map(async ({ path, mode, content }) => [path, `${mode} ${await sha256(content)}`]),
      ),
    ),
    hooks: hooks as unknown as Json,
    bootcodes: bootcodes as unknown as Json,
    version,
  };
  const artifact = await cached(host, "remaster", plan.name, inputs, async (folder) => {
    const progress = host.progress.task("initramfs");
    const memory = neededMemory(all.reduce((sum, { size }) => sum + size, 0));
    const entries = await baseEntries(plan, all, kernel, memory, host);
    const time = Math.max(newest(entries), ...all.map((extension) => extension.time));
    await writeImage(`${folder}/initramfs`, entries, all, time);
    const files = await Promise.all(entries.map(manifestFile));
    await Deno.writeTextFile(`${folder}/initramfs.json`, JSON.stringify({ memory, time, files }));
    progress.done();
  });
  const path = `${artifact.path}/initramfs`;
  const stored = JSON.parse(await Deno.readTextFile(`${path}.json`));
  return {
    file: path,
    size: (await Deno.stat(path)).size,
    key: artifact.key,
    cached: artifact.cached,
    ...stored,
  };
}

/** Extensions that other extensions need come first; otherwise by name. */
function inLoadOrder(extensions: Extension[]): Extension[] {
  const byName = new Map(extensions.map((extension) => [extension.name, extension]));
  const ordered = new Set<Extension>();
  const visit = (extension: Extension) => {
    for (const name of [...extension.depends].sort()) {
      const needed = byName.get(name);
      if (needed && !ordered.has(needed)) visit(needed);
    }
    ordered.add(extension);
  };
  [...extensions].sort((a, b) => a.name < b.name ? -1 : 1).forEach(visit);
  return [...ordered];
}

/** Merged mounts would hide one file behind another without a word. */
function checkCollisions(extensions: Extension[]): void {
  const owners = new Map<string, ManifestFile>();
  for (const file of extensions.flatMap((extension) => extension.files)) {
    const before = owners.get(file.path);
    if (before && !(before.type === "directory" && file.type === "directory")) {
      throw new Failure(
        `${file.path} comes from ${before.origin.title} and from ${file.origin.title}.`,
        "One file can have one origin: drop it from one of the recipes.",
      );
    }
    owners.set(file.path, file);
  }
}

async function baseEntries(
  plan: Plan,
  extensions: Extension[],
  kernel: Kernel,
  memory: number,
  host: Host,
): Promise<OwnedEntry[]> {
  const map = new PathMap();
  const toolkit = { title: "the base" };
  for (const [path, mode, uid, gid] of DIRECTORIES) map.add(directory(path, mode, uid, gid), toolkit);
  for (const folder of ["bin", "sbin", "lib", "lib64"]) {
    map.add(symlink(`/${folder}`, `usr/${folder}`), toolkit);
  }
  for (const { origin, ...entry } of await recipeFiles(plan.base, host)) map.add(entry, origin);
  for (const name of ["/usr/bin/sh", "/usr/sbin/init"]) map.add(symlink(name, "/usr/bin/busybox"), toolkit);
  for (const { path, mode, content, plugins } of plan.configs) {
    map.add(file(path, content, mode), { title: `the plugin ${plugins.join(", ")}` });
  }
  for (const [path, content] of baseFiles(plan, extensions, kernel.release, memory)) {
    map.add(file(path, content), toolkit);
  }
  const root = `/usr/lib/modules/${kernel.release}`;
  const origin = kernel.modules.files.at(-1)!.origin;
  for (const module of kernel.early) {
    map.add(file(`${root}/${module.path}`, await Deno.readFile(module.file)), origin);
  }
  map.add(file(`${root}/modules.dep`, await Deno.readFile(`${kernel.modules.folder}/early.dep`)), origin);
  return map.sorted();
}

const DIRECTORIES: [path: string, mode: number, uid: number, gid: number][] = [
  ["/dev", 0o755, 0, 0],
  ["/etc", 0o755, 0, 0],
  ["/home", 0o755, 0, 0],
  ["/home/tc", 0o755, 1001, 50],
  ["/media", 0o755, 0, 0],
  ["/mnt", 0o755, 0, 0],
  ["/opt", 0o775, 0, 50],
  ["/proc", 0o555, 0, 0],
  ["/root", 0o700, 0, 0],
  ["/run", 0o755, 0, 0],
  ["/srv", 0o755, 0, 0],
  ["/sys", 0o555, 0, 0],
  ["/tmp", 0o1777, 0, 0],
  ["/usr/lib64", 0o755, 0, 0],
  ["/usr/sbin", 0o755, 0, 0],
  ["/var/cache", 0o755, 0, 0],
  ["/var/lib", 0o755, 0, 0],
  ["/var/log", 0o755, 0, 0],
  ["/var/spool/cron", 0o755, 0, 0],
  ["/var/tmp", 0o1777, 0, 0],
];

async function writeImage(
  path: string,
  base: OwnedEntry[],
  extensions: Extension[],
  time: number,
): Promise<void> {
  using image = await Deno.open(path, { write: true, create: true });
  const write = async (chunks: Iterable<Uint8Array>) => {
    for (const chunk of chunks) {
      for (let at = 0; at < chunk.length;) at += await image.write(chunk.subarray(at));
    }
  };
  const stamped = base.map((entry) => ({ ...entry, mtime: entry.mtime || time }));
  const archive = new Uint8Array(await new Blob(writeCpio(stamped) as BlobPart[]).arrayBuffer());
  const compressed = zstdCompressSync(archive, { params: { [constants.ZSTD_c_compressionLevel]: 19 } });
  // The kernel looks for the next archive at a multiple of four bytes.
  await write([compressed, new Uint8Array((4 - compressed.length % 4) % 4)]);
  const entries = [directory("/extensions")];
  for (const extension of extensions) {
    entries.push(file(`/extensions/${extension.name}.tcz`, await Deno.readFile(extension.file)));
  }
  // Last of all, so that its absence tells that something before it did not fit.
  entries.push(file("/extensions/complete", ""));
  await write(writeCpio(entries.map((entry) => ({ ...entry, mtime: time }))));
}
