import { createHash } from "node:crypto";
import { Failure } from "../formats/failure.ts";
import { touch } from "./cache.ts";
import { goCommand, goToolchain, moduleProxy } from "./go.ts";
import type { Host } from "./host.ts";

/** Returns the versions of a module that its proxy lists, oldest first; throws {@link Failure} if it lists none. */
export async function goVersions(host: Host, module: string): Promise<string[]> {
  const folder = await modulesFolder(host);
  const list = (...words: string[]) => goUpdate(host, folder, ["list", "-m", ...words, "-versions", module]);
  // Which versions were withdrawn stands in the newest one; where that can't be had, nobody knows.
  const said = await list().catch(() => list("-retracted"));
  return said.trim().split(/\s+/).slice(1);
}

/** Downloads one version of a module, so that it is known to be served. */
export async function goDownload(host: Host, module: string, version: string): Promise<void> {
  await goUpdate(host, await modulesFolder(host), ["mod", "download", `${module}@${version}`]);
}

/** Runs a go command that changes the go.mod in a folder; modules that it looks at are kept for the next time. */
export async function goUpdate(host: Host, folder: string, words: readonly string[]): Promise<string> {
  host.signal.throwIfAborted();
  return await goCommand(host, await goToolchain(host), folder, words, await modulesFolder(host));
}

/** Nothing is built from these: what is built has its modules by go.sum, see goModules. */
async function modulesFolder(host: Host): Promise<string> {
  const folder = `${host.cache}/modules/update`;
  await Deno.mkdir(folder, { recursive: true });
  await touch(folder);
  return folder;
}

/** Returns why Go can't use a version, as the end of a sentence; undefined if what went wrong is not the version's fault. */
export function goRefusal(said: string): string | undefined {
  const [, newer] = said.match(/requires go >= ?([\w.]+)/) ?? [];
  if (newer) return `it needs Go ${newer}`;
  const [, lost] = said.match(/does not contain package (\S+)/) ?? [];
  if (lost) return `there is no package ${lost} any more`;
  // After a 404 of the proxy Go may ask the module's own server, by git.
  const absent =
    /: (403 Forbidden|404 Not Found|410 Gone)|unknown revision|git (ls-remote|init|fetch)|unrecognized import path/;
  if (!absent.test(said)) return;
  const [, missing] = said.match(/([^\s:]*[^\s:/]@v[^\s:/]+): /) ?? [];
  return missing ? `${missing} is not served` : "it is not served";
}

/** An archive of Go, as the module proxy serves it. */
export interface GoArchive {
  /** Size in bytes. */
  size: number;
  /** SHA-256 in hex, if it was asked for. */
  sha256?: string;
}

/** Returns size, and if wanted hash, of the archive of a Go release, or undefined if the module proxy does not serve it. */
export async function goArchive(
  host: Host,
  version: string,
  architecture: string,
  hashed: boolean,
): Promise<GoArchive | undefined> {
  const proxy = await moduleProxy(host, await modulesFolder(host));
  const url = `${proxy}/golang.org/toolchain/@v/v0.0.1-go${version}.linux-${architecture}.zip`;
  const { signal } = host;
  try {
    const response = await fetch(url, { method: hashed ? "GET" : "HEAD", signal });
    if (!response.ok) return void await response.body?.cancel();
    const size = Number(response.headers.get("content-length"));
    if (!hashed) return { size };
    const progress = host.progress.task(`Go ${version}`, size);
    const hash = createHash("sha256");
    let read = 0;
    for await (const chunk of response.body!) {
      hash.update(chunk);
      read += chunk.length;
      progress.advance(chunk.length);
    }
    progress.done();
    return { size: read, sha256: hash.digest("hex") };
  } catch (cause) {
    signal.throwIfAborted();
    throw new Failure(
      `${url} can't be read: ${(cause as Error).message}`,
      "Try it again, or another GOPROXY.",
      {
        cause,
      },
    );
  }
}
