import assert from "node:assert/strict";
import { fileSha256 } from "../../tasks/host/cache.ts";
import { cacheFolder, openHost } from "../../tasks/host/open.ts";
import { quietProgress } from "../../tasks/host/progress.ts";
import { run } from "../../tasks/host/run.ts";
import { hostKit } from "../../tasks/host/tools.ts";
import { kernel } from "../../tasks/stages/kernel.ts";
import { plan } from "../../tasks/stages/plan.ts";
import { planSignature, sign } from "../../tasks/stages/sign.ts";
import { makeKey } from "../owner.ts";
import { cli } from "./cli.ts";

const host = await openHost({ progress: quietProgress() });
const folder = await Deno.makeTempDir();
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
const cache = cacheFolder().replace(/\/boot2podman$/, "");

Deno.test("the kernel signed by an owner's key verifies with his certificate alone, and is the same to the byte", async () => {
  const [mine, other] = await Promise.all(["mine", "other"].map((name) => makeKey(host, folder, name)));
  const signed = await kernel(await plan({ sign: mine }, host), host);
  const sbverify = (await hostKit(host, "sign")).program("sbverify");
  const verify = (key: string) => run([...sbverify, "--cert", key.replace(/key$/, "crt"), signed.image]);
  await verify(mine);
  await assert.rejects(verify(other), /verification failed/i);
  const before = await kernel(await plan({}, host), host);
  const again = await sign({ file: before.image, key: crypto.randomUUID() }, await planSignature(mine), host);
  assert.equal(await fileSha256(`${again.path}/signed`), await fileSha256(signed.image));
  for (const path of [again.path, signed.image.replace(/\/signed$/, "")]) {
    await Deno.remove(path, { recursive: true });
  }
});

/** Keys that can't sign: what is wrong, how it is made, and what has to be said. */
const WRONG: [what: string, make: () => Promise<string>, said: RegExp][] = [
  ["is not there", () => Promise.resolve(`${folder}/none.key`), /none\.key can't be read/],
  ["has no certificate beside it", async () => {
    const key = await makeKey(host, folder, "alone");
    await Deno.remove(`${folder}/alone.crt`);
    return key;
  }, /alone\.crt can't be read/],
  ["has another one's certificate", async () => {
    const [key] = [await makeKey(host, folder, "a"), await makeKey(host, folder, "b")];
    await Deno.copyFile(`${folder}/b.crt`, `${folder}/a.crt`);
    return key;
  }, /not of one pair/],
  [
    "is of a kind that firmware does not know",
    () => makeKey(host, folder, "curve", ["-newkey", "ed25519"]),
    /has to be an RSA key/,
  ],
  ["is no key", async () => {
    const key = await makeKey(host, folder, "text");
    await Deno.writeTextFile(key, "no key at all");
    return key;
  }, /can't sign a kernel/],
];

for (const [what, make, said] of WRONG) {
  Deno.test(`a key that ${what} is refused, and how to make one is told`, async () => {
    const outcome = await cli(["plan", "--sign", await make()], { cache });
    assert.equal(outcome.code, 1);
    assert.match(outcome.said, said);
    assert.match(outcome.said, /openssl req -x509/);
  });
}
