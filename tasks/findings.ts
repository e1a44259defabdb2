import type { Mirror } from "./host/host.ts";

/** What one check found: fine, worth knowing, or something that stops a build. */
export interface Finding {
  /** What was looked at. */
  name: string;
  /** How bad it is. */
  level: "ok" | "note" | "problem";
  /** What was found, and what to do about it, in a line. */
  text: string;
}

/** What {@link findings} goes by. */
export interface Facts {
  /** The host's system, as Deno names it. */
  os: string;
  /** Its processor, as Deno names it. */
  arch: string;
  /** Deno's version. */
  deno: string;
  /** Folder of the cache; why it can't be written, or the bytes that are free on its disk. */
  cache: { folder: string; fault?: string; free: number };
  /** The mirror; its answer, or why there is none. */
  mirror: { name: Mirror; answer: { status: number; date?: string } | "offline" | "silent" };
  /** What time the host says it is. */
  now: Date;
  /** Variables that name a proxy. */
  proxies: string[];
  /** The host's own QEMU: its version, and whether it is recent enough to be used. */
  qemu?: { version: number; used: boolean };
  /** How guests run, and why so. */
  accel: { accel: string; reason: string };
  /** Settings of the kernel by their path below /proc/sys, those that there are. */
  settings: Record<string, string | undefined>;
}

/** Bytes that a first build takes, downloads included. */
const ROOM = 2e9;

/** How far the clock may be off, in minutes: signatures and indexes are of a time. */
const MINUTES = 60;

/** Settings under which a user who is not root has no user namespace. */
const CLOSED: Record<string, string> = {
  "user/max_user_namespaces": "0",
  "kernel/unprivileged_userns_clone": "0",
  "kernel/apparmor_restrict_unprivileged_userns": "1",
};

type Check = (facts: Facts) => Omit<Finding, "name">;

const ok = (text: string) => ({ level: "ok", text }) as const;
const note = (text: string) => ({ level: "note", text }) as const;
const problem = (text: string) => ({ level: "problem", text }) as const;

/** What is looked at, by name. */
const CHECKS: Record<string, Check> = {
  system: ({ os, arch }) =>
    os === "linux" && ["x86_64", "aarch64"].includes(arch) ? ok(`${os} on ${arch}`) : problem(
      `${os} on ${arch}: the tools that are fetched are for Linux on x86_64 or aarch64. Use such a host.`,
    ),
  deno: ({ deno }) => {
    const [major, minor] = deno.split(".").map(Number);
    return major > 2 || (major === 2 && minor >= 9) ? ok(deno) : problem(`${deno}: use 2.9 or newer.`);
  },
  cache: ({ cache: { folder, fault, free } }) => {
    if (fault) return problem(fault);
    return free >= ROOM ? ok(`${folder}, ${gigabytes(free)} free`) : problem(
      `${folder}: ${gigabytes(free)} free, a first build takes ${gigabytes(ROOM)}. ` +
        "Run `deno task clean`, or set XDG_CACHE_HOME to a larger disk.",
    );
  },
  proxy: ({ proxies }) => ok(proxies.length ? `${proxies.join(", ")} set` : "none set"),
  mirror: ({ mirror: { name: { main, origin }, answer } }) => {
    const name = `${main} (from ${origin})`;
    if (answer === "offline") return note(`${name}, not asked because of --offline`);
    if (answer !== "silent" && answer.status < 300) return ok(name);
    const why = answer === "silent" ? "does not answer within 5 s" : `answers ${answer.status}`;
    return problem(`${name} ${why}. Is the network up, or a proxy needed? --mirror URL names another one.`);
  },
  clock: ({ mirror: { answer }, now }) => {
    const theirs = typeof answer === "object" ? Date.parse(answer.date ?? "") : NaN;
    const off = Math.round((now.getTime() - theirs) / 60_000);
    if (Number.isNaN(off)) return note(`${now.toISOString()}, nothing to compare it with`);
    return Math.abs(off) <= MINUTES ? ok(now.toISOString()) : problem(
      `${now.toISOString()} is ${Math.abs(off)} minutes ${
        off < 0 ? "behind" : "ahead of"
      } the mirror. Set it.`,
    );
  },
  qemu: ({ qemu }) => {
    if (!qemu) return note("none in PATH: one is fetched when it is needed");
    return qemu.used
      ? ok(`version ${qemu.version}`)
      : note(`version ${qemu.version} is too old: another is fetched when it is needed`);
  },
  speed: ({ accel: { accel, reason } }) =>
    accel === "tcg" ? note(`${reason} Guests run some ten times slower.`) : ok(reason),
  users: ({ settings }) => {
    const closed = Object.keys(CLOSED).find((name) => settings[name]?.trim() === CLOSED[name]);
    return closed
      ? note(
        `no user namespaces without root (/proc/sys/${closed} is ${
          CLOSED[closed]
        }); builds from source need --in podman or docker`,
      )
      : ok("user namespaces");
  },
};

/** Settings that {@link Facts} tells of. */
export const SETTINGS: readonly string[] = Object.keys(CLOSED);

/** Returns what there is to say of a host, a line for each thing that was looked at. */
export function findings(facts: Facts): Finding[] {
  return Object.entries(CHECKS).map(([name, check]) => ({ name, ...check(facts) }));
}

function gigabytes(bytes: number): string {
  return `${(bytes / 1e9).toFixed(1)} GB`;
}
