import { existsSync } from "node:fs";
import { architecture, hostArchitecture } from "../formats/architecture.ts";
import { unknown } from "../formats/failure.ts";
import type { Package } from "../formats/package.ts";
import type { Entry } from "../formats/tar.ts";
import { cached } from "./cache.ts";
import { closure, fetchPackages, openIndex } from "./debian.ts";
import type { Host } from "./host.ts";
import { unpackDeb } from "./unpack.ts";

/** Programs for the host that come out of Debian packages, by what they are for. */
const KITS: Record<string, string[]> = {
  image: ["squashfs-tools", "xorriso", "mtools", "zsync"],
  qemu: [
    "qemu-system-x86",
    "qemu-system-common",
    "qemu-system-data",
    "seabios",
    "ipxe-qemu",
    "qemu-utils",
  ],
  ssh: ["openssh-client"],
  ext4: ["e2fsprogs"],
  xfs: ["xfsprogs"],
  firmware: ["ovmf"],
  clients: ["podman-remote", "docker-cli", "docker-compose", "curl", "rsync"],
  registry: ["docker-registry", "openssl"],
  room: ["bubblewrap", "tar"],
  go: ["golang-1.24-go"],
  zip: ["unzip"],
  engine: ["podman", "runc", "conmon", "netavark"],
  patch: ["patchelf"],
  sign: ["sbsigntool", "libfaketime"],
};

/** Tools come from one suite, whatever suite the system is built from. */
const SUITE = "trixie";

/** A set of programs unpacked into the cache. */
export interface Kit {
  /** Folder that the packages were unpacked into. */
  root: string;
  /** Folder with its libraries. */
  libraries: string;
  /** Returns the words that start a program, without an installed library of the host. */
  program(name: string): string[];
}

/**
 * Returns a kit of host programs, fetched, verified and unpacked into the cache; nothing gets installed. They run
 * with the dynamic linker and the libraries that came with them, so the host's own do not matter.
 */
export async function hostKit(host: Host, name: string): Promise<Kit> {
  const wanted = KITS[name];
  if (!wanted) throw unknown("kit of tools", name, Object.keys(KITS));
  const machine = architecture(hostArchitecture());
  const index = await openIndex(host, { suite: SUITE, architecture: machine.name });
  const packages = closure(
    index,
    wanted,
    (item) => wanted.includes(item.name) || /^(old)?libs$/.test(item.section),
  )
    .filter((item) => wanted.includes(item.name) || /^(old)?libs$/.test(item.section))
    .sort((a, b) => a.name < b.name ? -1 : 1);
  const { path: root } = await cached(
    host,
    "tools",
    name,
    packages.map(({ sha256 }) => sha256),
    async (folder) => {
      const files = await fetchPackages(host, packages);
      for (const item of packages) await unpack(item, files, folder);
    },
  );
  const libraries = `${root}/usr/lib/${machine.triplet}`;
  return {
    root,
    libraries,
    program: (program) => [
      `${root}${machine.linker}`,
      "--library-path",
      libraries,
      existsSync(`${root}/usr/bin/${program}`) ? `${root}/usr/bin/${program}` : `${root}/usr/sbin/${program}`,
    ],
  };
}

async function unpack(item: Package, files: Map<string, string>, folder: string): Promise<void> {
  const entries = await unpackDeb(files.get(item.sha256)!);
  for (const entry of entries.filter(({ path }) => !/^\/usr\/share\/(doc|man|locale)\//.test(path))) {
    await place(entry, folder);
  }
}

/** Writes one file of a package below a folder; where its absolute links lead, `root` comes before. */
export async function place(entry: Entry, folder: string, root = folder): Promise<void> {
  const path = folder + entry.path;
  if (entry.type === "directory") return await Deno.mkdir(path, { recursive: true });
  await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  if (entry.type === "file") await Deno.writeFile(path, entry.data!, { mode: entry.mode & 0o755 | 0o600 });
  if (entry.type === "symlink") {
    const target = entry.target!.startsWith("/") ? root + entry.target! : entry.target!;
    await Deno.symlink(target, path).catch((error) => {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    });
  }
}
