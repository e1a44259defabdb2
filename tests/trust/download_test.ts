import assert from "node:assert/strict";
import { fetchPackages } from "../../tasks/host/debian.ts";
import { downloadAll } from "../../tasks/host/download.ts";
import type { Host } from "../../tasks/host/host.ts";
import type { Package } from "../../tasks/formats/package.ts";
import { type Answer, DEB, finished, HASTE, makeHost, Mirror, served, sha256 } from "./archive.ts";

const PATH = "/pool/hello.deb";
const HELLO = {
  name: "hello",
  version: "1.0-1",
  archive: "main",
  filename: "pool/hello.deb",
  size: DEB.length,
  sha256: sha256(DEB),
  depends: [] as string[],
} as Package;

const get = (host: Host) => fetchPackages(host, [HELLO], HASTE);

/** Sends the first bytes of the package, and then breaks off, or says no more. */
function begun(length: number, then: "break" | "stall"): Response {
  const body = new ReadableStream({
    start(controller) {
      controller.enqueue(DEB.subarray(0, length));
      // Fewer bytes than were announced: the server can only cut the connection.
      if (then === "break") setTimeout(() => controller.close(), 50);
    },
  });
  return new Response(body, { headers: { "content-length": `${DEB.length}` } });
}

const range = (request: Request) => request.headers.get("range");
const status = (code: number): Answer => () => new Response("", { status: code });
const once = (first: Answer): Answer => (request, count) =>
  count === 0 ? first(request, count) : served(DEB, range(request));

/** Ways in which a download ends well: what the mirror does, and how often it is asked. */
const WELL: [string, Answer, number][] = [
  ["at once", (request) => served(DEB, range(request)), 1],
  [
    "after the server said 503 twice",
    (request, count) => count < 2 ? new Response("", { status: 503 }) : served(DEB, range(request)),
    3,
  ],
  ["after the connection broke", once(() => begun(100_000, "break")), 2],
  ["after the connection stalled", once(() => begun(100_000, "stall")), 2],
  ["after it came damaged once", once(() => served(DEB.map((byte) => byte ^ 1), null)), 2],
  [
    "from a server that ignores Range",
    (_, count) => count === 0 ? begun(100_000, "break") : served(DEB, null),
    2,
  ],
  [
    "from a server that answers with another range than was asked for",
    (request, count) =>
      [begun(100_000, "break"), served(DEB, "bytes=5-"), served(DEB, range(request))][count],
    3,
  ],
  [
    "from a server that says it is encoded, and means that it is a .gz",
    () => new Response(DEB, { headers: { "content-encoding": "gzip" } }),
    1,
  ],
];

for (const [what, answer, times] of WELL) {
  Deno.test(`a package is downloaded ${what}`, async () => {
    await using mirror = new Mirror();
    mirror.files[PATH] = answer;
    const host = await makeHost(mirror);
    const path = (await get(host)).get(HELLO.sha256)!;
    assert.equal(sha256(await Deno.readFile(path)), HELLO.sha256);
    assert.equal(mirror.count(PATH), times);
    assert.deepEqual(await finished(host), [`${HELLO.sha256}.deb`]);
  });
}

const same = new Uint8Array(DEB);
same[1000] ^= 1;

/** Ways in which it ends badly: what the mirror does, what is said, and how often it is asked. */
const BADLY: [string, Answer, RegExp, number][] = [
  [
    "that was changed",
    () => served(same, null),
    /hello 1\.0-1 .* is not the file that the signed index names/,
    2,
  ],
  [
    "that is another file",
    () => served(new Uint8Array(DEB.length), null),
    /is not the file that the signed index names/,
    2,
  ],
  ["that is cut short", () => served(DEB.subarray(0, 1000), null), /only 1000 of 300000 bytes came/, 3],
  ["that is too long", () => served(new Uint8Array(DEB.length + 1), null), /larger than the 300000 bytes/, 1],
  ["that is gone", status(404), /The mirror no longer has hello 1\.0-1/, 1],
  ["that is forbidden", status(403), /answers 403/, 1],
  ["that a broken server does not give", status(500), /can't be downloaded: the server answers 500/, 3],
  ["that never comes", () => begun(0, "stall"), /can't be downloaded: nothing came for 1 s/, 3],
];

for (const [what, answer, message, times] of BADLY) {
  Deno.test(`a package ${what} is refused`, async () => {
    await using mirror = new Mirror();
    mirror.files[PATH] = answer;
    const host = await makeHost(mirror);
    await assert.rejects(() => get(host), { message });
    assert.equal(mirror.count(PATH), times);
    assert.deepEqual(await finished(host), []);
  });
}

Deno.test("a mirror that is not there is named, and what to do", async () => {
  const host = await makeHost({ url: "http://127.0.0.1:9" });
  await assert.rejects(() => get(host), (error: Error & { hint?: string }) => {
    assert.match(error.message, /hello 1\.0-1 can't be downloaded/);
    assert.match(error.hint ?? "", /http_proxy/);
    return true;
  });
});

Deno.test("a download that was aborted goes on from where it was", async () => {
  await using mirror = new Mirror();
  mirror.files[PATH] = once(() => begun(200_000, "stall"));
  const abort = new AbortController();
  const host = await makeHost(mirror, { signal: abort.signal });
  const running = get(host);
  setTimeout(() => abort.abort(new Error("Ctrl-C")), 300);
  await assert.rejects(running, { message: "Ctrl-C" });
  assert.deepEqual(await finished(host), []);
  await get({ ...host, signal: new AbortController().signal });
  assert.deepEqual(mirror.asked, [PATH, `${PATH} bytes=200000-`]);
});

Deno.test("two that download the same file at once get it once", async () => {
  await using mirror = new Mirror();
  mirror.files[PATH] = async (request) => {
    await new Promise((resolve) => setTimeout(resolve, 200));
    return served(DEB, range(request));
  };
  const host = await makeHost(mirror);
  await Promise.all([get(host), get(host)]);
  assert.equal(mirror.count(PATH), 1);
  assert.deepEqual(await finished(host), [`${HELLO.sha256}.deb`]);
});

Deno.test("who waits for another download of the same file can be stopped", async () => {
  await using mirror = new Mirror();
  const abort = new AbortController();
  const host = await makeHost(mirror, { signal: abort.signal });
  await Deno.mkdir(`${host.cache}/debs`);
  using other = await Deno.open(`${host.cache}/debs/${HELLO.sha256}.deb.part`, { write: true, create: true });
  await other.lock(true);
  setTimeout(() => abort.abort(new Error("Ctrl-C")), 300);
  await assert.rejects(get(host), { message: "Ctrl-C" });
  assert.deepEqual(mirror.asked, []);
});

Deno.test("what is in the cache is not asked for again, and offline is offline", async () => {
  await using mirror = new Mirror();
  mirror.files[PATH] = DEB;
  const host = await makeHost(mirror);
  await assert.rejects(() => get({ ...host, offline: true }), {
    message: /not in the cache, and --offline forbids/,
  });
  assert.equal(mirror.count(PATH), 0);
  await get(host);
  await get({ ...host, offline: true });
  assert.equal(mirror.count(PATH), 1);
});

Deno.test("one file that can't be had ends the others too", async () => {
  await using mirror = new Mirror();
  mirror.files["/slow"] = () => begun(10, "stall");
  const host = await makeHost(mirror);
  const file = (name: string) => ({
    url: `${mirror.url}/${name}`,
    path: `${host.cache}/debs/${name}`,
    size: DEB.length,
    sha256: HELLO.sha256,
    title: name,
  });
  const begunAt = performance.now();
  await assert.rejects(
    () => downloadAll(host, [file("slow"), file("missing")], { ...HASTE, stall: 20_000 }),
    {
      message: /no longer has missing/,
    },
  );
  assert.ok(performance.now() - begunAt < 10_000, "it did not wait for the slow one");
});
