import assert from "node:assert/strict";
import { type Disk, type DiskInterface, NICS } from "../../tasks/machine/devices.ts";
import { findQemu } from "../../tasks/machine/toolkit.ts";
import { startGuest } from "../../tasks/machine/guest.ts";
import { accel, boot, build, host, qemu } from "./harness.ts";

const image = await build();

Deno.test("every kind of disk and of network card that QEMU emulates has its driver", async () => {
  const folder = await Deno.makeTempDir();
  const kinds: DiskInterface[] = ["virtio", "ide", "ahci", "scsi", "pvscsi", "lsi", "nvme", "usb", "sd"];
  const disks: Disk[] = [];
  for (const [i, kind] of kinds.entries()) {
    const file = `${folder}/${kind}.img`;
    // Each has a size of its own, by which it is known in the guest; SD cards have sizes of powers of two.
    await Deno.writeFile(file, new Uint8Array());
    await Deno.truncate(file, (kind === "sd" ? 64 : 16 + i) << 20);
    disks.push({ file, format: "raw", interface: kind });
  }
  const known = NICS.filter((nic) => nic !== "virtio-net-pci" && (nic !== "igb" || qemu.version >= 8));
  const extra = known.flatMap((nic) => ["-nic", `user,model=${nic}`]);
  await using guest = await boot(image, { disks, extra, memory: 768 });
  await guest.waitUntil("test -e /run/coldplugged", 120);
  for (const [i, kind] of kinds.entries()) {
    const blocks = (kind === "sd" ? 64 : 16 + i) * 1024;
    await guest.waitUntil(
      `awk '$3 == ${blocks} { found = 1 } END { exit !found }' /proc/partitions # ${kind}`,
      60,
    );
  }
  const cards = known.length + 1;
  await guest.waitUntil(`[ "$(ip -4 -o addr show | grep -c ' eth')" = ${cards} ]`, 120);
  const drivers = await guest.succeed(
    "for d in /sys/class/net/eth*/device/driver; do basename $(readlink $d); done",
  );
  assert.equal(drivers.trim().split("\n").length, cards, drivers);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("it boots from the network by iPXE", async () => {
  const folder = await Deno.makeTempDir();
  await Deno.copyFile(image.kernel, `${folder}/vmlinuz`);
  await Deno.copyFile(image.initrd, `${folder}/initramfs`);
  await Deno.writeTextFile(
    `${folder}/boot.ipxe`,
    "#!ipxe\nkernel vmlinuz console=tty0 console=ttyS0,115200 quiet initrd=initramfs\ninitrd initramfs\nboot\n",
  );
  await using guest = await startGuest({ qemu, accel, memory: 768, netboot: { folder, file: "boot.ipxe" } });
  await guest.waitForReady(240);
  assert.match(await guest.succeed("podman --version"), /podman version/);
  await Deno.remove(folder, { recursive: true });
});

Deno.test("the QEMU that the toolkit finds says its version", async () => {
  assert.ok((await findQemu(host)).version >= 7);
});
