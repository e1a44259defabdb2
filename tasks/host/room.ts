import { hostname } from "node:os";
import { Failure } from "../formats/failure.ts";
import type { Package } from "../formats/package.ts";
import { pooled } from "../formats/pooled.ts";
import { cached } from "./cache.ts";
import { inContainer } from "./container.ts";
import { fetchPackages } from "./debian.ts";
import type { Host } from "./host.ts";
import type { RoomOptions, Visit } from "./visit.ts";
import { quote, run } from "./run.ts";
import { hostKit, place } from "./tools.ts";
import { unpackDeb } from "./unpack.ts";

/** Packages without which no room is one: a shell, the usual small tools, and what unpacks Debian's sources. */
export const FURNITURE = [
  ..."base-files bash bzip2 coreutils dash diffutils dpkg-dev findutils gawk grep gzip libc-bin".split(" "),
  ..."make mawk patch perl sed tar xz-utils".split(" "),
];

/** Links in /usr/bin that the packages' own scripts would make: to the first program that the pattern fits. */
const LINKS: Record<string, RegExp> = {
  awk: /^gawk$/,
  cc: /^gcc$/,
  "c++": /^g\+\+$/,
  aclocal: /^aclocal-[\d.]+$/,
  automake: /^automake-[\d.]+$/,
};

/** Nobody else lives in a room; a build that asks for its name gets one. */
const FILES = {
  "etc/passwd": "root:x:0:0::/:/bin/sh\nbuilder:x:1000:1000::/build:/bin/sh\n",
  "etc/group": "root:x:0:\nbuilder:x:1000:\n",
};

/** Folders that are mounted over. */
const MOUNTS = ["build", "dev", "proc", "sources", "tmp", "usr/local/go", "modules"];

/**
 * Returns the root of a build room, made from packages that were verified: they share their files with all other
 * rooms by hard links, and nothing in them is ever run on the host itself.
 */
export async function makeRoom(host: Host, packages: readonly Package[]): Promise<string> {
  const inputs = {
    format: 2,
    packages: packages.map(({ name, version, sha256 }) => `${name} ${version} ${sha256}`),
  };
  const { path } = await cached(host, "rooms", "room", inputs, async (folder) => {
    const progress = host.progress.task(`build room of ${packages.length} packages`);
    await fetchPackages(host, packages);
    const unpacked = await pooled(2, packages, (item) => unpackedPackage(host, item));
    for (const path of unpacked) await share(`${path}/root`, folder);
    for (const name of MOUNTS) await Deno.mkdir(`${folder}/${name}`, { recursive: true });
    const programs = (await Array.fromAsync(Deno.readDir(`${folder}/usr/bin`))).map(({ name }) => name)
      .sort();
    for (const [name, pattern] of Object.entries(LINKS)) {
      const target = programs.find((program) => pattern.test(program));
      if (target && !programs.includes(name)) await Deno.symlink(target, `${folder}/usr/bin/${name}`);
    }
    // Not written into: a file of that name would be another room's too.
    for (const [name, text] of Object.entries(FILES)) {
      await Deno.remove(`${folder}/${name}`).catch(() => {});
      await Deno.writeTextFile(`${folder}/${name}`, text);
    }
    progress.done();
  });
  return path;
}

/** One package, unpacked once for all rooms. */
async function unpackedPackage(host: Host, item: Package): Promise<string> {
  const { path } = await cached(host, "unpacked", item.name, { sha256: item.sha256 }, async (folder) => {
    const files = await fetchPackages(host, [item]);
    await Deno.mkdir(`${folder}/root`);
    for (const entry of await unpackDeb(files.get(item.sha256)!)) {
      if (!/^\/usr\/share\/(doc|man|locale)\//.test(entry.path)) await place(entry, `${folder}/root`, "");
    }
  });
  return path;
}

/** Makes the files below one folder appear below another as well, without a copy. */
async function share(from: string, to: string): Promise<void> {
  await Deno.mkdir(to, { recursive: true });
  for await (const { name, isDirectory, isSymlink } of Deno.readDir(from)) {
    const [source, target] = [`${from}/${name}`, `${to}/${name}`];
    if (isDirectory) await share(source, target);
    else if (isSymlink) await Deno.symlink(await Deno.readLink(source), target).catch(ifThere);
    else await Deno.link(source, target).catch(ifThere);
  }
}

function ifThere(error: unknown): void {
  if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
}

/** Returns how a program is run in a room: no network, a root that can't be written, nobody's settings. */
export async function inRoom(
  host: Host,
  root: string,
  options: RoomOptions,
  argv: readonly string[],
): Promise<Visit> {
  const whole = { ...options, env: { ...ENVIRONMENT, ...options.env } };
  return host.way === "namespaces"
    ? { argv: await inNamespaces(host, root, whole, argv), leave: async () => {} }
    : await inContainer(host, host.way, root, whole, argv);
}

async function inNamespaces(
  host: Host,
  root: string,
  { work, readable = {}, env = {} }: RoomOptions,
  argv: readonly string[],
): Promise<string[]> {
  const kit = await hostKit(host, "room");
  return [
    ...kit.program("bwrap"),
    // Namespaces of its own: users, processes, network (only lo), host name, IPC, cgroups.
    "--unshare-all",
    ...["--uid", "1000", "--gid", "1000", "--hostname", "build"],
    ...["--ro-bind", root, "/", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/tmp"],
    ...Object.entries(readable).flatMap(([at, path]) => ["--ro-bind", path, at]),
    ...["--bind", work, "/build", "--chdir", "/build"],
    // Ends with the toolkit, and can't type into its terminal.
    ...["--die-with-parent", "--clearenv"],
    ...Object.entries(env).flatMap(([name, value]) => ["--setenv", name, value]),
    "--",
    ...argv,
  ];
}

/** What every build finds in its environment. */
const ENVIRONMENT: Record<string, string> = {
  PATH: "/usr/local/go/bin:/usr/bin:/usr/sbin",
  HOME: "/build",
  USER: "builder",
  LC_ALL: "C.UTF-8",
  TZ: "UTC",
  SHELL: "/bin/sh",
};

/** Throws {@link Failure} if this host lets nobody make a room in the way that was chosen. */
export async function checkRooms(host: Host, root: string): Promise<void> {
  const work = await Deno.makeTempDir();
  try {
    const { argv } = await inRoom(host, root, { work }, ["/bin/true"]);
    await run(argv, { signal: host.signal }).catch((cause) => {
      throw refused(host, cause);
    });
  } finally {
    await Deno.remove(work, { recursive: true });
  }
}

function refused(host: Host, cause: unknown): Failure {
  host.signal.throwIfAborted();
  const said = cause instanceof Error ? cause.message.split("\n").slice(1).join(" ").trim() : cause;
  if (host.way !== "namespaces") {
    return new Failure(
      `${host.way} can't run a build: ${said}`,
      `Does \`${host.way} run\` work for you? Without --in, a build needs user namespaces only.`,
      { cause },
    );
  }
  return new Failure(
    `${hostname()} forbids user namespaces, which keep a build apart: ${said}`,
    "Allow them (sysctl kernel.unprivileged_userns_clone=1, kernel.apparmor_restrict_unprivileged_userns=0), " +
      "or build in a container: --in podman, --in docker.",
    { cause },
  );
}

/** Returns a command line that can be pasted into a shell. */
export function pasted(argv: readonly string[]): string {
  return argv.map(quote).join(" ");
}
