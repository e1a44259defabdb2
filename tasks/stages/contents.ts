import { createHash } from "node:crypto";
import { zstdDecompressSync } from "node:zlib";
import { type GoBuild, readBuildInfo } from "../formats/buildinfo.ts";
import { readCpio } from "../formats/cpio.ts";
import { Failure } from "../formats/failure.ts";
import type { Entry } from "../formats/tar.ts";
import { readFolder } from "../host/folder.ts";
import type { Host } from "../host/host.ts";
import { run } from "../host/run.ts";
import { hostKit } from "../host/tools.ts";
import type { Extension } from "./extension.ts";
import type { Manifest } from "./manifest.ts";

/** A file of an image as it was found in it. */
export type Content = Manifest["files"][number] & {
  /** SHA-256 of the content in hex. */
  sha256: string;
  /** SHA-1 of the content in hex. */
  sha1: string;
  /** What Go's linker noted in it, where it is a Go program. */
  go?: GoBuild;
};

/**
 * Returns the files that a manifest lists, as they are in the image itself: the base out of the initramfs, the others
 * out of the extensions. Throws {@link Failure} if one is missing, or differs from the manifest.
 */
export async function readContents(
  manifest: Manifest,
  initramfs: string,
  extensions: readonly Extension[],
  host: Host,
): Promise<Content[]> {
  // The compressed base comes first, and ends by itself; what follows are the extensions.
  const base = readCpio(zstdDecompressSync(await Deno.readFile(initramfs)));
  const contents = described(manifest, "core", base);
  for (const { name, file } of extensions) {
    contents.push(...described(manifest, name, await readExtensionFiles(file, host)));
  }
  return contents;
}

async function readExtensionFiles(file: string, host: Host): Promise<Entry[]> {
  const unsquashfs = (await hostKit(host, "image")).program("unsquashfs");
  const folder = await Deno.makeTempDir({ dir: `${host.cache}/tmp` });
  try {
    await run([...unsquashfs, "-q", "-n", "-no-xattrs", "-d", `${folder}/root`, file], {
      signal: host.signal,
    });
    await makeReadable(`${folder}/root`);
    return await readFolder(`${folder}/root`, 0);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** In the image some programs can be run and not read. */
async function makeReadable(folder: string): Promise<void> {
  await Deno.chmod(folder, 0o755);
  for await (const { name, isDirectory, isFile } of Deno.readDir(folder)) {
    if (isDirectory) await makeReadable(`${folder}/${name}`);
    if (isFile) await Deno.chmod(`${folder}/${name}`, 0o644);
  }
}

function described(manifest: Manifest, extension: string, entries: Entry[]): Content[] {
  const found = new Map(entries.filter(({ data }) => data).map(({ path, data }) => [path, data!]));
  return manifest.files.filter((file) => file.extension === extension && file.type === "file").map((file) => {
    const data = found.get(file.path) ?? new Uint8Array();
    const sha256 = createHash("sha256").update(data).digest("hex");
    if (sha256 !== file.sha256) {
      throw new Failure(
        `${file.path} of ${extension} is not the file that the manifest of the image lists.`,
        "Somebody changed the cache: `deno task clean --all`, then build again.",
      );
    }
    const go = readBuildInfo(data);
    return { ...file, sha256, sha1: createHash("sha1").update(data).digest("hex"), ...(go ? { go } : {}) };
  });
}
