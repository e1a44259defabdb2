import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { createReadStream } from "node:fs";
import { run } from "../../tasks/host/run.ts";
import { hostKit } from "../../tasks/host/tools.ts";
import type { Disk, DiskInterface } from "../../tasks/machine/devices.ts";
import type { Guest } from "../../tasks/machine/guest.ts";
import { FOREIGN, image as makeImage, request } from "./disks.ts";
import { boot, build, host, MAKE_IMAGE, start } from "./harness.ts";
import { startRegistry } from "./registry.ts";

const image = await build();
const folder = await Deno.makeTempDir();
const KEY = "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIHVudXNlZC1rZXktb2YtYS10ZXN0LW5vLXNlY3JldA test";

const raw = (path: string, kind: DiskInterface = "virtio"): Disk => ({
  file: path,
  format: "raw",
  interface: kind,
});

async function kept(guest: Guest): Promise<string> {
  return await guest.succeed("cat /run/data; mount | grep /var/lib/containers; cat ~/.ssh/authorized_keys");
}

Deno.test("a disk that asks for it becomes the data disk, on every bus, and keeps what matters", async (t) => {
  const disk = await request(`${folder}/asks.img`, 512, KEY);
  await t.step("the first boot formats it and lets the key in", async () => {
    await using guest = await boot(image, { disks: [raw(disk)] });
    assert.match(await kept(guest), /^\/dev\/vda\n.*ext4[^]*AAAAC3/);
    assert.match(await guest.succeed("sudo cat /root/.ssh/authorized_keys"), /AAAAC3/);
    assert.equal(await guest.succeed("tar -xOf /var/lib/boot2podman/userdata.tar note | wc -c"), "100000\n");
    await guest.succeed(MAKE_IMAGE, { timeout: 120 });
    const run = "podman run -d --restart=%s --name %s localhost/box sleep 100000";
    for (const policy of ["always", "unless-stopped", "no"]) {
      await guest.succeed(run.replace("%s", policy).replace("%s", policy), { timeout: 60 });
    }
    await guest.succeed("podman run -d --restart=unless-stopped --name ended localhost/box sleep 100000", {
      timeout: 60,
    });
    await guest.succeed("podman stop -t 0 ended", { timeout: 60 });
    await guest.succeed(
      "sudo mkdir -p /var/lib/boot2podman/etc /srv/mine && echo data | sudo tee /srv/mine/file && echo mine > ~/mine && echo lab | sudo tee /var/lib/boot2podman/etc/hostname && echo /srv/mine | sudo tee /var/lib/boot2podman/persist",
    );
    assert.equal((await guest.poweroff(120)).reason, "guest-shutdown");
  });
  await t.step(
    "switched off in order, it has nothing to mend, and the containers come up again",
    async () => {
      await using guest = await boot(image, { disks: [raw(disk)], memory: 768 });
      assert.match(await guest.succeed("cat /var/log/boot.log"), /boot2podman-data: clean/);
      assert.equal(await guest.succeed("hostname; cat ~/mine"), "lab\nmine\n");
      await guest.waitUntil("test -e /run/restarted", 180);
      const names = await guest.succeed("podman ps --format '{{.Names}}' | sort", { timeout: 60 });
      assert.equal(names, "always\nunless-stopped\n");
      assert.equal(await guest.succeed("ls /srv/mine"), "");
      await guest.succeed("echo data | sudo tee /srv/mine/file");
      await guest.succeed("podman rm -fa -t 0", { timeout: 60 });
      await guest.poweroff(120);
    },
  );
  for (const kind of ["ide", "ahci", "scsi", "nvme", "usb", "sd"] as const) {
    await t.step(`it is found on ${kind}`, async () => {
      await using guest = await boot(image, { disks: [raw(disk, kind)] });
      assert.equal(await guest.succeed("cat ~/mine /srv/mine/file"), "mine\ndata\n");
      await guest.poweroff();
    });
  }
  await t.step("made larger on the host, its file system grows", async () => {
    await Deno.truncate(disk, 1024 << 20);
    await using guest = await boot(image, { disks: [raw(disk)], append: "swap=64M" });
    await guest.waitUntil("[ $(df -m /var/lib/containers | awk 'END { print $2 }') -gt 800 ]", 60);
    await guest.waitUntil("grep -q /var/lib/boot2podman/swap /proc/swaps", 60);
    await guest.poweroff();
  });
});

Deno.test("disks of other people are left alone, also when somebody names one by mistake", async () => {
  const disks: Disk[] = [];
  for (const [name, [mib, parts]] of Object.entries(FOREIGN)) {
    disks.push(raw(await makeImage(`${folder}/${name}.img`, mib, parts)));
  }
  const empty = await makeImage(`${folder}/empty.img`, 80);
  const before = await Promise.all(disks.map(({ file }) => hash(file)));
  await using guest = await boot(image, { disks: [...disks, raw(empty)], append: "format=/dev/vda" });
  assert.match(guest.serialLog(), /format=\/dev\/vda is refused: \/dev\/vda .*Nothing was written/);
  assert.equal(await guest.succeed("cat /run/data"), "none\n");
  for (const letter of "abcdefg") {
    const said = await guest.succeed(
      `sudo sh -c '. /etc/init.d/tc-functions; . /usr/lib/boot2podman/disks; formatNamed /dev/vd${letter}'`,
      { timeout: 120 },
    );
    assert.match(said, /is refused: .* Nothing was written/, `/dev/vd${letter}`);
  }
  await guest.poweroff();
  assert.deepEqual(await Promise.all(disks.map(({ file }) => hash(file))), before);
});

Deno.test("format= makes an empty disk the data disk, and a disk that comes late is waited for", async () => {
  const disk = await makeImage(`${folder}/named.img`, 256);
  {
    await using guest = await boot(image, { disks: [raw(disk)], append: "format=/dev/vda" });
    assert.match(
      await guest.succeed("cat /run/data; mount"),
      /^\/dev\/vda\n[^]*\/dev\/vda on \/mnt\/vda type ext4/,
    );
    await guest.succeed("echo here > ~/here");
    await guest.poweroff();
  }
  const extra = ["-device", "qemu-xhci,id=late", "-drive", `file=${disk},if=none,id=stick,format=raw`];
  await using guest = await start(image, { extra, append: "waitdata=60" });
  await guest.waitForText(/Waiting for the disk boot2podman-data, up to 60 seconds/, 120);
  await guest.qmp("device_add", { driver: "usb-storage", bus: "late.0", drive: "stick" });
  await guest.waitForReady();
  assert.equal(await guest.succeed("cat ~/here"), "here\n");
});

Deno.test("data= names a disk without our label, here one with XFS; without it that disk is left alone", async () => {
  const disk = await makeImage(`${folder}/xfs.img`, 320);
  await run([...(await hostKit(host, "xfs")).program("mkfs.xfs"), "-q", disk]);
  for (const [append, data] of [["data=/dev/vda", "/dev/vda"], ["", "none"]]) {
    await using guest = await boot(image, { disks: [raw(disk)], append });
    assert.equal(await guest.succeed("cat /run/data"), `${data}\n`);
    if (append) await guest.succeed("mount | grep '/dev/vda on /home/tc type xfs' && echo mine >> ~/mine");
    await guest.poweroff();
  }
  await using guest = await boot(image, { disks: [raw(disk)], append: "data=/dev/vda" });
  assert.equal(await guest.succeed("cat ~/mine"), "mine\n");
});

Deno.test("after the plug was pulled everything that was complete is there, and starts", async () => {
  const disk = await request(`${folder}/plug.img`, 1024, KEY);
  const moments = Deno.env.has("BOOT2PODMAN_TEST_ALL") ? 20 : 3;
  await using registry = await startRegistry(false);
  {
    await using guest = await boot(image, { disks: [raw(disk)], memory: 768 });
    await guest.succeed(MAKE_IMAGE, { timeout: 120 });
    await guest.succeed("podman create --name whole localhost/box sleep 100000", { timeout: 60 });
    await guest.succeed(`podman push --tls-verify=false localhost/box ${registry.name}/box`, {
      timeout: 120,
    });
    await guest.poweroff(120);
  }
  for (let moment = 0; moment < moments; moment++) {
    {
      await using guest = await boot(image, { disks: [raw(disk)], memory: 768 });
      await guest.succeed("cp $(readlink -f /usr/bin/podman) /tmp/payload; sync");
      const work =
        `printf 'FROM localhost/box\\nRUN dd if=/dev/urandom of=/big bs=1M count=9\\n' > /tmp/Dockerfile
        while :; do
        podman run --name c$RANDOM localhost/box dd if=/dev/urandom of=/file bs=1M count=20
        podman commit whole localhost/committed; podman build -t localhost/built -f /tmp/Dockerfile /tmp
        podman pull --tls-verify=false ${registry.name}/box
        tar c -C /tmp payload | podman import - localhost/imported
        podman rmi -f localhost/committed localhost/built localhost/imported ${registry.name}/box; done`;
      await guest.succeed(`(${work}) > /tmp/work.log 2>&1 &`);
      await new Promise((resolve) => setTimeout(resolve, 3000 + Math.random() * 40_000));
      await guest.kill();
    }
    await using guest = await boot(image, { disks: [raw(disk)], memory: 768 });
    assert.equal(await guest.succeed("cat /run/data"), "/dev/vda\n");
    await guest.waitUntil("test -e /run/restarted", 240);
    assert.match(await guest.succeed("podman images", { timeout: 60 }), /localhost\/box/);
    await guest.succeed("podman system check --quick", { timeout: 120 });
    await guest.succeed("podman start whole && podman stop -t 0 whole", { timeout: 90 });
    for (const id of (await guest.succeed("podman ps -aq", { timeout: 60 })).trim().split("\n")) {
      await guest.succeed(`podman inspect ${id} > /dev/null`, { timeout: 60 });
    }
    await guest.poweroff(120);
  }
});

async function hash(path: string): Promise<string> {
  const sum = createHash("sha256");
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) sum.update(chunk);
  return sum.digest("hex");
}
