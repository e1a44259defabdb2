import { statfs } from "node:fs/promises";
import { type Facts, findings, SETTINGS } from "./findings.ts";
import { explainError } from "./host/cache.ts";
import type { Host } from "./host/host.ts";
import { chooseAccel } from "./machine/accel.ts";
import { hostQemu } from "./machine/program.ts";
import { OLDEST_QEMU } from "./machine/toolkit.ts";

/** Checks this host and says what is found, a line each; returns 1 if something stops a build. */
export async function doctor(host: Host, say: (line: string) => void): Promise<number> {
  const found = findings(await lookAt(host));
  for (const { level, name, text } of found) say(`${level.padEnd(9)}${name.padEnd(8)}${text}`);
  return found.some(({ level }) => level === "problem") ? 1 : 0;
}

async function lookAt(host: Host): Promise<Facts> {
  const qemu = await hostQemu().catch(() => undefined);
  const [cache, answer, accel, settings] = await Promise.all([
    lookAtCache(host.cache),
    ask(host),
    chooseAccel(qemu),
    Promise.all(SETTINGS.map(async (name) => [name, await setting(name)] as const)),
  ]);
  return {
    os: Deno.build.os,
    arch: Deno.build.arch,
    deno: Deno.version.deno,
    cache: { folder: host.cache, ...cache },
    mirror: { name: host.mirror, answer },
    now: new Date(),
    proxies: ["http_proxy", "https_proxy", "no_proxy"].flatMap((name) => [name, name.toUpperCase()])
      .filter((name) => Deno.env.get(name)),
    qemu: qemu && { version: qemu.version, used: qemu.version >= OLDEST_QEMU },
    accel,
    settings: Object.fromEntries(settings),
  };
}

async function lookAtCache(folder: string): Promise<{ fault?: string; free: number }> {
  try {
    await Deno.mkdir(`${folder}/tmp`, { recursive: true });
    await Deno.remove(await Deno.makeTempDir({ dir: `${folder}/tmp` }));
    const { bavail, bsize } = await statfs(folder);
    return { free: Number(bavail) * Number(bsize) };
  } catch (error) {
    const { message, hint } = explainError(error, folder) as Error & { hint?: string };
    return { fault: hint ? `${message} ${hint}` : `${folder}: ${message}`, free: 0 };
  }
}

async function ask({ mirror, offline, signal }: Host): Promise<Facts["mirror"]["answer"]> {
  if (offline) return "offline";
  const soon = AbortSignal.any([signal, AbortSignal.timeout(5000)]);
  try {
    const { status, headers } = await fetch(`${mirror.main}/dists/trixie/InRelease`, {
      method: "HEAD",
      signal: soon,
    });
    return { status, date: headers.get("date") ?? undefined };
  } catch {
    signal.throwIfAborted();
    return "silent";
  }
}

async function setting(name: string): Promise<string | undefined> {
  return await Deno.readTextFile(`/proc/sys/${name}`).catch(() => undefined);
}
