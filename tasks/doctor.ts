import { explainError } from "./host/cache.ts";
import type { Host } from "./host/host.ts";
import { run } from "./host/run.ts";
import { chooseAccel } from "./machine/accel.ts";
import { hostQemu } from "./machine/program.ts";

/** What one check found: fine, worth knowing, or something that stops a build. */
interface Finding {
  level: "ok" | "note" | "problem";
  text: string;
}

const ok = (text: string): Finding => ({ level: "ok", text });
const note = (text: string): Finding => ({ level: "note", text });
const problem = (text: string): Finding => ({ level: "problem", text });

/** Room in MB that a first build takes, downloads included. */
const ROOM = 2000;

/** What is looked at, by name. */
const CHECKS: Record<string, (host: Host) => Finding | Promise<Finding>> = {
  system: () => {
    const { os, arch } = Deno.build;
    return os === "linux" && ["x86_64", "aarch64"].includes(arch)
      ? ok(`${os} on ${arch}`)
      : problem(`${os} on ${arch}: the tools that are fetched are for Linux on x86_64 or aarch64.`);
  },
  deno: () => {
    const [major, minor] = Deno.version.deno.split(".").map(Number);
    const text = `Deno ${Deno.version.deno}`;
    return major > 2 || (major === 2 && minor >= 9) ? ok(text) : problem(`${text}: use 2.9 or newer.`);
  },
  cache: async ({ cache }) => {
    try {
      await Deno.mkdir(`${cache}/tmp`, { recursive: true });
      await Deno.remove(await Deno.makeTempDir({ dir: `${cache}/tmp` }));
    } catch (error) {
      const reason = explainError(error, cache) as Error & { hint?: string };
      return problem(`${reason.message} ${reason.hint ?? ""}`);
    }
    const free = Number((await run(["df", "-Pm", cache])).trim().split("\n").at(-1)?.split(/\s+/)[3]);
    return free >= ROOM ? ok(`${cache}, ${free} MB free`) : problem(
      `${cache}: ${free} MB free, a first build takes ${ROOM}. Set XDG_CACHE_HOME to a larger disk.`,
    );
  },
  proxy: () => {
    const names = ["http_proxy", "https_proxy", "no_proxy"].filter((name) =>
      Deno.env.get(name) ?? Deno.env.get(name.toUpperCase())
    );
    return ok(names.length ? `${names.join(", ")} set` : "none set");
  },
  mirror: async ({ mirror, offline }) => {
    const name = `${mirror.main} (from ${mirror.origin})`;
    if (offline) return note(`${name}, not asked because of --offline`);
    const url = `${mirror.main}/dists/trixie/InRelease`;
    const response = await fetch(url, { method: "HEAD", signal: AbortSignal.timeout(5000) }).catch(() =>
      null
    );
    if (!response?.ok) {
      const why = response ? `answers ${response.status}` : "does not answer within 5 s";
      return problem(`${name} ${why}. Is the network up, or a proxy needed? --mirror URL names another one.`);
    }
    const theirs = Date.parse(response.headers.get("date") ?? "");
    const minutes = Math.round((Date.now() - theirs) / 60_000);
    return Math.abs(minutes) > 60
      ? problem(`This host's clock is ${minutes} minutes off what ${name} says: set it right.`)
      : ok(name);
  },
  qemu: async () => {
    const qemu = await hostQemu().catch(() => undefined);
    if (!qemu) return note("none on this host: one is fetched when it is needed");
    return ok(`QEMU ${qemu.version}; ${(await chooseAccel(qemu)).reason}`);
  },
};

/** Checks this host and says what is found; returns 1 if something stops a build. */
export async function doctor(host: Host, say: (line: string) => void): Promise<number> {
  let code = 0;
  for (const [name, check] of Object.entries(CHECKS)) {
    const { level, text } = await check(host);
    if (level === "problem") code = 1;
    say(`${level.padEnd(9)}${name.padEnd(8)}${text}`);
  }
  return code;
}
