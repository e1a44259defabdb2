import assert from "node:assert/strict";
import { startGuest } from "../../tasks/machine/guest.ts";
import { accel, boot, bootImage, build, qemu } from "./harness.ts";

const image = await build();

Deno.test("it boots from CD with a BIOS and shows its login on the screen", async () => {
  await using guest = await bootImage(image, "bios");
  assert.match(await guest.succeed("cat /etc/os-release"), /^ID=boot2podman$/m);
  await guest.screendump("/dev/null").catch(() => {});
  await guest.sendKeys("echo typed on the screen > /tmp/typed\n");
  await guest.waitUntil("grep 'typed on the screen' /tmp/typed", 30);
});

Deno.test("it boots from a USB stick with a BIOS", async () => {
  await using guest = await bootImage(image, "bios", { cdrom: undefined, usbDisk: image.iso });
  await guest.succeed("podman --version");
});

Deno.test("it boots from CD with UEFI", async () => {
  await using guest = await bootImage(image, "uefi");
  await guest.succeed("test -d /sys/firmware/efi && podman --version");
});

Deno.test({
  name: "it boots with Secure Boot on and Microsoft's keys, and the kernel says so",
  // A kernel of our own has no signature that they vouch for: tests/guest/sign_test.ts.
  ignore: image.plan.kernel.linux !== undefined,
  fn: async () => {
    await using guest = await bootImage(image, "secure-boot");
    assert.match(await guest.succeed("sudo dmesg"), /secureboot: Secure boot enabled/);
    await guest.succeed("sudo podman info > /dev/null");
  },
});

Deno.test("it runs a container in 256 MiB", async () => {
  await using guest = await boot(image, { memory: 256 });
  await guest.succeed(
    "mkdir -p /tmp/i/bin && cp $(readlink -f /usr/bin/busybox) /tmp/i/bin/busybox && tar c -C /tmp/i . | podman import - localhost/b",
    { timeout: 120 },
  );
  const said = await guest.succeed("podman run --rm localhost/b /bin/busybox echo it runs", { timeout: 120 });
  assert.match(said, /it runs/);
});

for (const memory of [128, 144]) {
  Deno.test(`with ${memory} MiB it says what it needs, and stops cleanly`, async () => {
    const direct = {
      kernel: image.kernel,
      initrd: image.initrd,
      append: "console=tty0 console=ttyS0,115200 quiet",
    };
    await using guest = await startGuest({ qemu, accel, memory, direct, noReboot: true });
    const [, needs, has] = await guest.waitForText(
      /needs (\d+) MiB of memory, this machine has (\d+) MiB/,
      90,
    );
    assert.equal(Number(has), memory);
    assert.ok(Number(needs) > memory, `${needs} > ${memory}`);
    const { reason } = await guest.waitForExit(90);
    assert.equal(reason, "guest-shutdown");
    assert.doesNotMatch(guest.serialLog(), /panic/i);
  });
}

Deno.test("the power button switches it off cleanly", async () => {
  await using guest = await boot(image);
  await guest.waitUntil("pidof acpid && test -e /run/coldplugged", 60);
  await guest.powerButton();
  assert.equal((await guest.waitForExit(90)).reason, "guest-shutdown");
});

Deno.test("reboot starts it anew", async () => {
  await using guest = await boot(image);
  await guest.succeed("touch /tmp/before");
  await guest.reboot(180);
  await guest.succeed("test ! -e /tmp/before");
});
