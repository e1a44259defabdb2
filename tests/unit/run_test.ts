import assert from "node:assert/strict";
import { run } from "../../tasks/host/run.ts";

const sh = (script: string, options = {}) => run(["sh", "-c", script], options);
const MEGABYTE = [new Uint8Array(1 << 20)];

/** How a program may end, and what is made of that: text that it wrote, or what the failure says. */
const ENDS: [what: string, () => Promise<string>, string | RegExp][] = [
  ["wrote something", () => sh("echo said"), "said\n"],
  ["read its input", () => sh("wc -c", { input: MEGABYTE }), "1048576\n"],
  ["failed", () => sh("echo why >&2; exit 3"), /^sh failed with exit code 3:\n {2}why/],
  // As by a kernel that is out of memory: what it has written is not whole.
  ["was killed", () => sh("echo half; kill -KILL $$"), /^sh was killed by SIGKILL/],
  ["crashed", () => sh("kill -SEGV $$"), /^sh was killed by SIGSEGV/],
  ["left its input unread", () => sh("exit 0", { input: MEGABYTE }), /did not read its input/],
  ["met a full disk", () => sh("echo No space left on device >&2; exit 1"), /no space left on the disk/],
  ["is not there", () => run(["no-such-program", "a b"]), /no-such-program can't be started/],
];

for (const [what, action, expected] of ENDS) {
  Deno.test(`a program that ${what}`, async () => {
    if (typeof expected === "string") assert.equal(await action(), expected);
    else await assert.rejects(action, { name: "Failure", message: expected });
  });
}

Deno.test("a program ends when it is stopped, and knows nothing of the host's settings", async () => {
  const stop = new AbortController();
  setTimeout(() => stop.abort(new Error("stopped")), 200);
  await assert.rejects(sh("exec sleep 60", { signal: stop.signal }), /stopped/);
  Deno.env.set("LC_TIME", "de_DE");
  assert.match(await run(["env"], { env: { OWN: "1" } }), /^(?=[^]*OWN=1)(?![^]*LC_TIME)/);
});
