import assert from "node:assert/strict";
import type { Disk } from "../../tasks/machine/devices.ts";
import { image as makeImage } from "./disks.ts";
import { boot, build, onceMore, start } from "./harness.ts";

const image = await build({ plugins: ["luks"] });
const plain = await build();

Deno.test("an encrypted data disk is opened by the passphrase that is typed at the console", async () => {
  const folder = await Deno.makeTempDir();
  const disk: Disk = { file: await makeImage(`${folder}/luks.img`, 128), format: "raw" };
  {
    await using guest = await boot(image, { disks: [disk] });
    await guest.succeed(
      `printf secret | sudo cryptsetup luksFormat -q --label boot2podman-data --pbkdf pbkdf2 --pbkdf-force-iterations 1000 --key-file - /dev/vda
      printf secret | sudo cryptsetup open --key-file - /dev/vda new && sudo /usr/sbin/mke2fs -q -t ext4 /dev/mapper/new && sudo cryptsetup close new`,
      { timeout: 120 },
    );
    await guest.poweroff();
  }
  {
    await using guest = await boot(plain, { disks: [disk] });
    assert.match(guest.serialLog(), /\/dev\/vda is encrypted and stays closed/);
    await guest.poweroff();
  }
  for (const [before, after] of [["", "kept\n"], ["kept\n", "kept\n"]]) {
    await using guest = await onceMore(async () => {
      const guest = await start(image, { disks: [disk] });
      await guest.waitForText(/passphrase for \/dev\/vda/, 120);
      return guest;
    });
    await guest.sendKeys("wrong\n");
    await guest.waitForText(/No key available|Nothing/, 5).catch(() => {});
    await new Promise((resolve) => setTimeout(resolve, 3000));
    await guest.sendKeys("secret\n");
    await guest.waitForReady();
    assert.match(
      await guest.succeed("cat /run/data; mount"),
      /^\/dev\/mapper\/vda-open\n[^]*\/var\/lib\/containers type ext4/,
    );
    assert.equal(await guest.succeed("cat ~/mine 2>/dev/null || true"), before);
    await guest.succeed("echo kept > ~/mine; cat ~/mine").then((said) => assert.equal(said, after));
    await guest.poweroff();
  }
  await Deno.remove(folder, { recursive: true });
});
