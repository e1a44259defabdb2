import assert from "node:assert/strict";
import { type Facts, type Finding, findings } from "../../tasks/findings.ts";

const NOW = "2026-03-10T12:00:00Z";
const NAME = { main: "http://mirror.example/debian", security: "", origin: "--mirror" };
const WELL: Facts = {
  os: "linux",
  arch: "x86_64",
  deno: "2.9.6",
  cache: { folder: "/cache", free: 2e9 },
  mirror: { name: NAME, answer: { status: 200, date: "Tue, 10 Mar 2026 11:00:30 GMT" } },
  now: new Date(NOW),
  proxies: [],
  qemu: { version: 10, used: true },
  accel: { accel: "kvm", reason: "/dev/kvm works." },
  settings: { "user/max_user_namespaces": "63000\n" },
};

const answer = (answer: Facts["mirror"]["answer"]) => ({ mirror: { name: NAME, answer } });
const dated = (date?: string) => answer({ status: 200, date });

/** What differs from a host that is well, which line tells it, and how. */
const CASES: [Partial<Facts>, string, Finding["level"], RegExp][] = [
  [{}, "system", "ok", /linux on x86_64/],
  [{ arch: "aarch64" }, "system", "ok", /aarch64/],
  [{ os: "darwin" }, "system", "problem", /darwin on x86_64: .* Linux/],
  [{ arch: "riscv64" }, "system", "problem", /Use such a host/],
  [{ deno: "2.10.0" }, "deno", "ok", /2\.10\.0/],
  [{ deno: "3.0.0" }, "deno", "ok", /3\.0\.0/],
  [{ deno: "2.8.9" }, "deno", "problem", /use 2\.9 or newer/],
  [{}, "cache", "ok", /^\/cache, 2\.0 GB free$/],
  [{ cache: { folder: "/cache", free: 1.9e9 } }, "cache", "problem", /1\.9 GB free, .* XDG_CACHE_HOME/],
  [{ cache: { folder: "/cache", fault: "read-only", free: 9e9 } }, "cache", "problem", /read-only/],
  [{}, "proxy", "ok", /none set/],
  [{ proxies: ["http_proxy", "NO_PROXY"] }, "proxy", "ok", /http_proxy, NO_PROXY set/],
  [{}, "mirror", "ok", /^http:\/\/mirror\.example\/debian \(from --mirror\)$/],
  [answer("offline"), "mirror", "note", /not asked because of --offline/],
  [answer("silent"), "mirror", "problem", /does not answer within 5 s\. .* --mirror URL/],
  [answer({ status: 503 }), "mirror", "problem", /answers 503/],
  [{}, "clock", "ok", /2026-03-10T12:00/],
  [dated("Tue, 10 Mar 2026 10:50:00 GMT"), "clock", "problem", /70 minutes ahead of the mirror\. Set it/],
  [dated("Tue, 10 Mar 2026 13:10:00 GMT"), "clock", "problem", /70 minutes behind the mirror/],
  [dated(), "clock", "note", /nothing to compare it with/],
  [answer("silent"), "clock", "note", /nothing to compare it with/],
  [{}, "qemu", "ok", /version 10/],
  [{ qemu: undefined }, "qemu", "note", /fetched when it is needed/],
  [{ qemu: { version: 6, used: false } }, "qemu", "note", /version 6 is too old/],
  [{}, "speed", "ok", /\/dev\/kvm works/],
  [
    { accel: { accel: "tcg", reason: "Software emulation: x." } },
    "speed",
    "note",
    /emulation: x\. .* slower/,
  ],
  [{}, "users", "ok", /user namespaces/],
  [{ settings: { "user/max_user_namespaces": "0\n" } }, "users", "note", /max_user_namespaces is 0/],
  [{ settings: { "kernel/apparmor_restrict_unprivileged_userns": "1\n" } }, "users", "note", /apparmor/],
];

for (const [change, name, level, text] of CASES) {
  Deno.test(`doctor: ${name} where ${JSON.stringify(change)} is ${level}`, () => {
    const found = findings({ ...WELL, ...change }).find((finding) => finding.name === name)!;
    assert.equal(found.level, level, found.text);
    assert.match(found.text, text);
  });
}

Deno.test("doctor: nothing to say of a host that is well", () => {
  assert.deepEqual(findings(WELL).filter(({ level }) => level !== "ok"), []);
});
