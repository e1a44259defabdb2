import { parseParagraphs } from "../formats/deb822.ts";
import { Failure } from "../formats/failure.ts";
import type { Mirror } from "./host.ts";

/** Debian's own public mirrors, which serve where nobody named another. */
const DEFAULT: Mirror = {
  main: "http://ftp.debian.org/debian",
  security: "http://security.debian.org/debian-security",
  origin: "the built-in default",
};

/** A file of apt's settings. */
export interface AptSource {
  /** Its name: `.sources` files are deb822, `.list` files have one source a line. */
  name: string;
  /** Its text. */
  text: string;
}

/** Returns the mirror: the option, else BOOT2PODMAN_MIRROR, else what apt uses, else the built-in default. */
export function resolveMirror(
  option: string | undefined,
  variable: string | undefined,
  apt: readonly AptSource[],
): Mirror {
  if (option) return checked(option, "--mirror");
  if (variable) return checked(variable, "BOOT2PODMAN_MIRROR");
  const addresses = apt.flatMap(addressesOf);
  const main = addresses.find((address) => /^https?:\/\/.*\/debian\/?$/.test(address));
  if (!main) return DEFAULT;
  const security = addresses.find((address) => /^https?:\/\/.*\/debian-security\/?$/.test(address));
  return { ...checked(main, "apt's settings"), ...(security ? { security: trimmed(security) } : {}) };
}

/** Returns the mirror that this host's settings and the option lead to. */
export async function hostMirror(option?: string): Promise<Mirror> {
  return resolveMirror(option, Deno.env.get("BOOT2PODMAN_MIRROR"), await aptSources("/etc/apt"));
}

function checked(address: string, origin: string): Mirror {
  if (!/^https?:\/\/[^/\s]+(\/\S*)?$/.test(address)) {
    throw new Failure(
      `The mirror ${address} (from ${origin}) is not an http or https address.`,
      `Give the folder that holds dists and pool, such as ${DEFAULT.main}.`,
    );
  }
  const main = trimmed(address);
  return { main, security: /\/debian$/.test(main) ? `${main}-security` : main, origin };
}

function trimmed(address: string): string {
  return address.replace(/\/+$/, "");
}

function addressesOf(source: AptSource): string[] {
  if (source.name.endsWith(".sources")) {
    return parseParagraphs(source.text)
      .filter((fields) => fields.get("Enabled") !== "no" && fields.get("Types")?.split(/\s+/).includes("deb"))
      .flatMap((fields) => fields.get("URIs")?.split(/\s+/) ?? []);
  }
  return [...source.text.matchAll(/^\s*deb\s+(?:\[[^\]]*\]\s+)?(\S+)/gm)].map(([, address]) => address);
}

async function aptSources(folder: string): Promise<AptSource[]> {
  const read = async (path: string) => ({ name: path, text: await Deno.readTextFile(path).catch(() => "") });
  const sources = [await read(`${folder}/sources.list`)];
  try {
    for (
      const entry of [...Deno.readDirSync(`${folder}/sources.list.d`)].sort((a, b) =>
        a.name < b.name ? -1 : 1
      )
    ) {
      if (/\.(list|sources)$/.test(entry.name)) {
        sources.push(await read(`${folder}/sources.list.d/${entry.name}`));
      }
    }
  } catch {
    // Not a Debian host: there is a default.
  }
  return sources;
}
