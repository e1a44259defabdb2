import assert from "node:assert/strict";
import { depText } from "../../tasks/formats/info.ts";
import { writeTar } from "../../tasks/formats/tar.ts";
import { directory, file } from "../../tasks/formats/tree.ts";
import { hostKit } from "../../tasks/host/tools.ts";
import { run } from "../../tasks/host/run.ts";
import { createHash } from "node:crypto";
import { zstdCompressSync } from "node:zlib";
import type { Guest } from "../../tasks/machine/guest.ts";
import { boot, build, holds, host, start } from "./harness.ts";

const image = await build({ plugins: ["skopeo", "passt", "kmod"] });

Deno.test("what the plugins say of the guest holds", async (t) => {
  await using guest = await boot(image, { memory: 768 });
  assert.ok(image.plan.checks.length > 5);
  await holds(t, guest, image.plan.checks);
});

Deno.test("bootcodes are heeded, and a slip of the pen is pointed out", async () => {
  const append =
    `host=lab tz=XYZ-5 "sshkey=ssh-ed25519 AAAAkey me@home" ip=10.0.2.77::10.0.2.2:255.255.255.0:::: norestroe`;
  await using guest = await boot(image, { append });
  assert.equal(await guest.succeed("hostname"), "lab\n");
  assert.match(await guest.succeed(". /etc/profile; date +%Z"), /XYZ/);
  assert.equal(await guest.succeed("cat ~/.ssh/authorized_keys"), "ssh-ed25519 AAAAkey me@home\n");
  await guest.waitUntil(
    "ip -4 addr show eth0 | grep -q 10.0.2.77/24 && ip route | grep -q 'default via 10.0.2.2'",
    60,
  );
  assert.match(guest.serialLog(), /There is no bootcode "norestroe"\. Did you mean "norestore"\?/);
  assert.match(await guest.succeed("bootcodes"), /tce=DEVICE\[\/FOLDER\]/);
});

Deno.test("base loads only what is needed to look around", async () => {
  await using guest = await boot(image, { append: "base nodhcp" });
  await guest.fail("which buildah skopeo");
  assert.equal(await guest.succeed("sudo id -un"), "root\n");
  await guest.waitUntil("test -e /run/coldplugged", 60);
  assert.doesNotMatch(await guest.succeed("ip -4 -o addr show"), /eth0/);
});

Deno.test("noautologin asks who is there", async () => {
  await using guest = await start(image, { append: "noautologin" });
  await guest.waitForText(/box login:/, 120);
});

Deno.test("the network has an address by DHCP, and the clock follows time servers", async () => {
  await using guest = await boot(image, { append: "ntp=10.0.2.2" });
  await guest.waitUntil(
    "ip -4 addr show eth0 | grep -q 10.0.2.15 && grep -q nameserver /etc/resolv.conf",
    60,
  );
  await guest.waitUntil("pidof ntpd", 90);
  assert.match(await guest.succeed("cat /etc/openntpd/ntpd.conf"), /^server 10\.0\.2\.2$/m);
});

Deno.test("tce-load installs extensions from a repository and from a disk, and what they depend on", async () => {
  const store = await Deno.makeTempDir();
  const needed = await makeTcz(store, "needed", []);
  const wanted = await makeTcz(store, "wanted", ["needed"]);
  await using server = serve(store);
  await using guest = await boot(image);
  await guest.waitUntil("ip route | grep -q ^default", 60);
  await guest.succeed(`echo http://10.0.2.2:${server.port}/tcz > /opt/tcemirror`);
  await guest.succeed("tce-load -wi wanted");
  assert.equal(await guest.succeed("wanted && needed"), "this is wanted\nthis is needed\n");
  assert.equal(
    await guest.succeed("ls /usr/local/tce.installed | grep -E 'wanted|needed'"),
    "needed\nwanted\n",
  );
  await guest.succeed("mount | grep /tmp/tcloop/wanted");
  assert.match(await guest.fail("tce-load -i nothing-like-it"), /There is no extension nothing-like-it/);
  await guest.succeed("cd /tmp && echo no image > broken.tcz");
  assert.match(await guest.fail("tce-load -i /tmp/broken.tcz"), /not a squashfs image/);
  await guest.succeed(`rm /tmp/tce/optional/*`);
  await Deno.writeFile(`${store}/tcz/wanted.tcz`, new TextEncoder().encode("changed on the way"));
  assert.match(
    await guest.fail(`tce-load -w http://10.0.2.2:${server.port}/tcz/wanted.tcz`),
    /does not match its \.md5\.txt/,
  );
  assert.ok(needed && wanted);
});

Deno.test("a disk named by tce= brings its extensions and files; filetool.sh keeps them", async () => {
  const store = await Deno.makeTempDir();
  await makeTcz(store, "kept", []);
  const disk = `${store}/disk.img`;
  await Deno.writeFile(disk, new Uint8Array());
  await Deno.truncate(disk, 64 << 20);
  const disks = [{ file: disk, format: "raw" as const }];
  await using server = serve(store);
  {
    await using guest = await boot(image, { disks });
    await guest.waitUntil("test -b /dev/vda && ip route | grep -q ^default", 60);
    await guest.succeed(
      `sudo mke2fs -q /dev/vda && sudo mkdir -p /mnt/vda && sudo mount /dev/vda /mnt/vda && sudo mkdir -p /mnt/vda/tce/optional
      cd /mnt/vda/tce && for ending in '' .dep .md5.txt; do sudo wget -q -O optional/kept.tcz$ending http://10.0.2.2:${server.port}/tcz/kept.tcz$ending; done
      echo kept.tcz | sudo tee onboot.lst && cd / && sudo umount /mnt/vda`,
    );
    assert.equal((await guest.poweroff()).reason, "guest-shutdown");
  }
  {
    await using guest = await boot(image, { disks, append: "tce=vda" });
    assert.equal(await guest.succeed("kept"), "this is kept\n");
    await guest.succeed("echo mine > ~/mine && sudo filetool.sh -b");
    await guest.poweroff();
  }
  {
    await using guest = await boot(image, { disks, append: "tce=vda" });
    assert.equal(await guest.succeed("cat ~/mine"), "mine\n");
    await guest.poweroff();
  }
  await using guest = await boot(image, { disks, append: "tce=vda norestore" });
  await guest.fail("cat ~/mine");
});

Deno.test("/opt/bootsync.sh and bootlocal.sh run, and switching off ends containers in their own time", async () => {
  await using guest = await boot(image, { memory: 768 });
  await guest.succeed("sudo sh -c 'echo date > /opt/bootlocal.sh'; sh /opt/bootsync.sh");
  await containerThatSaysGoodbye(guest);
  assert.equal((await guest.poweroff(120)).reason, "guest-shutdown");
  assert.match(guest.serialLog(), /goodbye/);
});

async function containerThatSaysGoodbye(guest: Guest): Promise<void> {
  await guest.succeed(
    "mkdir -p /tmp/i/bin && cp $(readlink -f /usr/bin/busybox) /tmp/i/bin/busybox && ln -s busybox /tmp/i/bin/sh && tar c -C /tmp/i . | podman import - localhost/b",
    { timeout: 120 },
  );
  const script = "trap 'echo goodbye > /dev/console; exit' TERM; while :; do busybox sleep 1; done";
  await guest.succeed(
    `podman run -d -v /dev/ttyS0:/dev/console --device /dev/ttyS0 localhost/b sh -c "${script}"`,
    { timeout: 90 },
  );
}

Deno.test({
  name: "the kernel finds a compressed module by kmod",
  // Ours has everything built in.
  ignore: image.plan.kernel.linux !== undefined,
  fn: async () => {
    const store = await Deno.makeTempDir();
    await using server = serve(store);
    await using guest = await boot(image);
    await guest.waitUntil("grep -q local /proc/sys/kernel/modprobe && ip route | grep -q ^default", 90);
    const [path] = (await guest.succeed("sudo modinfo -n dummy")).split("\n");
    const module = Uint8Array.fromBase64((await guest.succeed(`base64 ${path}`)).replaceAll("\n", ""));
    // kmod wants to know beforehand how large it becomes; the types don't know that option.
    const options: object = { pledgedSrcSize: module.length };
    await Deno.writeFile(`${store}/dummy.ko.zst`, zstdCompressSync(module, options));
    await guest.succeed(
      `cd ${
        path.slice(0, path.lastIndexOf("/"))
      } && sudo rm dummy.ko && sudo wget -q http://10.0.2.2:${server.port}/dummy.ko.zst && sudo depmod`,
    );
    // Nobody calls modprobe here: the kernel does, for a kind of network device that it does not know.
    await guest.succeed("sudo ip link add name made type dummy && ip link show made");
    assert.match(await guest.succeed("cat /proc/modules"), /^dummy /m);
  },
});

/** Makes an extension with one program that says its name. */
async function makeTcz(store: string, name: string, depends: string[]): Promise<string> {
  await Deno.mkdir(`${store}/tcz`, { recursive: true });
  const path = `${store}/tcz/${name}.tcz`;
  const kit = await hostKit(host, "image");
  const program = file(`/usr/local/bin/${name}`, `#!/bin/sh\necho this is ${name}\n`, 0o755);
  await run([...kit.program("sqfstar"), "-quiet", "-no-progress", path], {
    input: writeTar([directory("/usr"), directory("/usr/local"), directory("/usr/local/bin"), program]),
  });
  await Deno.writeTextFile(`${path}.dep`, depText(depends));
  const md5 = createHash("md5").update(await Deno.readFile(path)).digest("hex");
  await Deno.writeTextFile(`${path}.md5.txt`, `${md5}  ${name}.tcz\n`);
  return path;
}

/** Serves a folder on loopback, where the guest reaches it as 10.0.2.2. */
function serve(folder: string): AsyncDisposable & { port: number } {
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, async (request) => {
    const body = await Deno.readFile(folder + new URL(request.url).pathname).catch(() => null);
    return body ? new Response(body) : new Response("", { status: 404 });
  });
  return { port: server.addr.port, [Symbol.asyncDispose]: () => server.shutdown() };
}
