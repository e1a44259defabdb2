import type { Extension, ManifestFile } from "./extension.ts";
import type { Kernel } from "./kernel.ts";
import type { Plan } from "./plan.ts";
import type { Initramfs } from "./remaster.ts";

/** Every file of an image with where it comes from. */
export interface Manifest {
  /** Name of the image. */
  name: string;
  /** Its version. */
  version: string;
  /** Debian's name of the architecture. */
  architecture: string;
  /** Release of the kernel. */
  kernel: string;
  /** Least memory in MiB. */
  memory: number;
  /** Extensions with their size in bytes. */
  extensions: { name: string; size: number }[];
  /** Debian packages that files were taken from: name, version, source. */
  packages: { name: string; version: string; source: string; sha256: string }[];
  /** The files; `extension` is `core` for those of the base. */
  files: (ManifestFile & { extension: string })[];
}

/** Returns the manifest of an image, files sorted by path. */
export function manifest(plan: Plan, extensions: Extension[], linux: Kernel, root: Initramfs): Manifest {
  const all = [...extensions, linux.modules];
  const files = [
    ...root.files.map((file) => ({ ...file, extension: "core" })),
    ...all.flatMap(({ name, files }) => files.map((file) => ({ ...file, extension: name }))),
  ].sort((a, b) => a.path < b.path ? -1 : a.path > b.path ? 1 : a.extension < b.extension ? -1 : 1);
  const used = new Set(files.map(({ origin }) => origin.package));
  const packages = [
    ...plan.base.packages,
    ...plan.extensions.flatMap((extension) => extension.packages),
    ...plan.libraries,
    plan.kernel.package,
    ...plan.loaders,
  ].filter(({ name }) => used.has(name) || plan.loaders.some((loader) => loader.name === name));
  return {
    name: plan.name,
    version: plan.version,
    architecture: plan.architecture,
    kernel: linux.release,
    memory: root.memory,
    extensions: all.map(({ name, size }) => ({ name, size })),
    packages: [...new Map(packages.map((item) => [item.name, item])).values()]
      .sort((a, b) => a.name < b.name ? -1 : 1)
      .map(({ name, version, source, sha256 }) => ({ name, version, source, sha256 })),
    files,
  };
}
