import { hostArchitecture } from "../formats/architecture.ts";
import { Failure } from "../formats/failure.ts";
import { cached } from "./cache.ts";
import { downloadAll } from "./download.ts";
import type { Host } from "./host.ts";
import { run } from "./run.ts";
import { hostKit } from "./tools.ts";

/** A release of Go: size and SHA-256 of its archives as the module proxy serves them. */
export interface GoRelease {
  /** Such as `1.26.1`. */
  version: string;
  /** By Debian's name of the architecture. */
  archives: Record<string, { size: number; sha256: string }>;
}

/** The Go that programs are built with. */
export const TOOLCHAIN: GoRelease = {
  version: "1.26.11",
  archives: {
    amd64: { size: 71800213, sha256: "e1edb778de0aa08c8e827f5a873b35a46afe680fb241482c531725b2355e470d" },
  },
};

/** The Go that builds that one from its source: trixie's own, 1.24.4, is older than Go 1.26 allows, which is 1.24.6. */
export const STEP: GoRelease = {
  version: "1.24.13",
  archives: {
    amd64: { size: 83058986, sha256: "d2b048367a3d1a748b87f756fa06df12ce3b419e1d5f2a3612acb8950d615f9f" },
  },
};

/** Variables of the user that say how modules are reached. */
const USERS = [
  ..."GOPROXY HOME XDG_CONFIG_HOME NETRC SSL_CERT_FILE SSL_CERT_DIR".split(" "),
  ..."http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY".split(" "),
];

/** Folders of Go's archive that hold what was compiled. */
const COMPILED = ["bin", "pkg/tool"];

/** Returns the root of the Go toolchain; its archive comes from the module proxy, and is known by its SHA-256. */
export async function goToolchain(host: Host): Promise<string> {
  const name = hostArchitecture();
  const { path } = await cached(host, "tools", "go", { ...TOOLCHAIN, name }, async (folder) => {
    await unpackGo(host, folder, name, TOOLCHAIN);
    // The archives of modules know no permission bits.
    for (const below of [COMPILED[0], `${COMPILED[1]}/linux_${name}`]) {
      for await (const { name } of Deno.readDir(`${folder}/go/${below}`)) {
        await Deno.chmod(`${folder}/go/${below}/${name}`, 0o755);
      }
    }
  });
  return `${path}/go`;
}

/** Returns the root of the source of a Go release: what is in its archive, without what was compiled of it. */
export async function goSource(host: Host, release: GoRelease): Promise<string> {
  const name = hostArchitecture();
  const { path } = await cached(host, "tools", "go-source", { ...release, name }, async (folder) => {
    await unpackGo(host, folder, name, release, COMPILED);
  });
  return `${path}/go`;
}

async function unpackGo(
  host: Host,
  folder: string,
  name: string,
  { version, archives }: GoRelease,
  without: string[] = [],
): Promise<void> {
  const module = `golang.org/toolchain@v0.0.1-go${version}.linux-${name}`;
  const archive = archives[name];
  if (!archive) throw new Failure(`There is no Go toolchain for ${name} yet.`, "Use --from debian.");
  const zip = `${host.cache}/sources/${archive.sha256}`;
  const url = `${await moduleProxy(host, folder)}/${module.replace("@", "/@v/")}.zip`;
  await downloadAll(host, [{ url, path: zip, ...archive, title: `Go ${version}` }]);
  const unzip = (await hostKit(host, "zip")).program("unzip");
  const excluded = without.flatMap((below) => ["-x", `${module}/${below}/*`]);
  await run([...unzip, "-q", zip, "-d", folder, ...excluded], { signal: host.signal });
  await Deno.rename(`${folder}/${module}`, `${folder}/go`);
  await Deno.remove(`${folder}/golang.org`, { recursive: true });
}

/** Returns the first module proxy that `go env GOPROXY` names, by Debian's older Go, which knows the user's settings. */
export async function moduleProxy(host: Host, folder: string): Promise<string> {
  const go = `${(await hostKit(host, "go")).root}/usr/lib/go-1.24/bin/go`;
  const list = (await run([go, "env", "GOPROXY"], { env: usersEnv(), cwd: folder })).trim();
  const proxy = list.split(/[,|]/).find((word) => /^https?:/.test(word));
  if (!proxy) {
    throw new Failure(
      `GOPROXY is ${list}: that names no module proxy, which the Go toolchain comes from.`,
      "Set GOPROXY to the address of one.",
    );
  }
  return proxy.replace(/\/$/, "");
}

/**
 * Returns a folder with the modules that a go.mod names, as Go's module cache; throws {@link Failure} if one of them
 * differs from go.sum, or is not in it.
 */
export async function goModules(host: Host, name: string, mod: string, sum: string): Promise<string> {
  const { path } = await cached(host, "modules", name, { mod, sum }, async (folder) => {
    const progress = host.progress.task(`Go modules of ${name}`);
    await Deno.writeTextFile(`${folder}/go.mod`, mod);
    await Deno.writeTextFile(`${folder}/go.sum`, sum);
    const root = await goToolchain(host);
    await goCommand(host, root, folder, ["mod", "download"]);
    await goCommand(host, root, folder, ["mod", "verify"]);
    const vouched = new Set(sum.split("\n"));
    for await (const { module, hash } of downloaded(`${folder}/modules/cache/download`)) {
      if (vouched.has(`${module.replace("@", " ")} ${hash}`)) continue;
      throw new Failure(
        `The go.sum of ${name} has nothing on ${module}, so nobody vouches for it.`,
        "Complete go.sum: run `go mod tidy` beside it, and look at what it adds.",
      );
    }
    // Go builds from what was unpacked; the archives have done their duty.
    await removeArchives(`${folder}/modules/cache/download`);
    progress.done();
  });
  return `${path}/modules`;
}

/** The modules that were downloaded, and the hash of each in the form of go.sum. */
async function* downloaded(folder: string, below = ""): AsyncIterable<{ module: string; hash: string }> {
  for await (const { name, isDirectory } of Deno.readDir(folder + below)) {
    if (isDirectory) yield* downloaded(folder, `${below}/${name}`);
    if (!name.endsWith(".ziphash")) continue;
    // In paths, a capital letter is a small one behind an exclamation mark.
    const module = `${below}/${name}`.slice(1).replace("/@v/", "@").replace(/\.ziphash$/, "")
      .replace(/!([a-z])/g, (_, letter) => letter.toUpperCase());
    yield { module, hash: (await Deno.readTextFile(`${folder}${below}/${name}`)).trim() };
  }
}

async function removeArchives(folder: string): Promise<void> {
  for await (const { name, isDirectory } of Deno.readDir(folder)) {
    if (isDirectory) await removeArchives(`${folder}/${name}`);
    else if (name.endsWith(".zip")) await Deno.remove(`${folder}/${name}`);
  }
}

/** Runs a go command that reaches the network, and returns what it wrote; the modules go to FOLDER/modules unless said. */
export async function goCommand(
  host: Host,
  root: string,
  folder: string,
  words: readonly string[],
  modules = `${folder}/modules`,
): Promise<string> {
  if (host.offline) {
    throw new Failure(
      "Go modules are not in the cache, and --offline forbids to fetch them.",
      "Run the same command once without --offline.",
    );
  }
  const env = {
    ...usersEnv(),
    GOMODCACHE: modules,
    GOFLAGS: "-modcacherw",
    GOSUMDB: "off",
    GOTOOLCHAIN: "local",
    GOROOT: root,
  };
  return await run([`${root}/bin/go`, ...words], { env, cwd: folder, signal: host.signal }).catch((error) => {
    if (!(error instanceof Failure)) throw error;
    throw new Failure(error.message, goHint(error.message), { cause: error });
  });
}

function usersEnv(): Record<string, string> {
  return Object.fromEntries(USERS.flatMap((name) => Deno.env.has(name) ? [[name, Deno.env.get(name)!]] : []));
}

/** Says what to do about what the go command said. */
function goHint(said: string): string {
  if (/checksum mismatch|does NOT match/.test(said)) {
    return "The module proxy gives other modules than go.sum names: try another GOPROXY.";
  }
  if (/not available|40[34] |410 Gone|unknown revision/.test(said)) {
    return "The module proxy does not serve that version: name one that it does.";
  }
  return "Modules come from the proxy that `go env GOPROXY` names; set GOPROXY to one that can be reached.";
}
