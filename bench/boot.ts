import { chooseAccel } from "../tasks/machine/accel.ts";
import { startGuest } from "../tasks/machine/guest.ts";
import { findQemu } from "../tasks/machine/toolkit.ts";
import { type Figure, imageOf, median, round, startDirect, type Subject } from "./figure.ts";

const RUNS = 3;

/** Measures boots in seconds: from the kernel's start to the prompt, and from QEMU's start by CD on a BIOS. */
export async function measureBoot(subject: Subject): Promise<Figure[]> {
  const { host } = subject;
  const image = await imageOf(subject);
  const kernel: number[] = [], init: number[] = [], disc: number[] = [];
  for (let run = 0; run < RUNS; run++) {
    await using guest = await startDirect(subject, 512);
    await guest.waitForReady(180);
    init.push(Number((await guest.succeed("sudo dmesg")).match(/\[ *([\d.]+)\] Run \/init/)?.[1]));
    kernel.push(Number((await guest.succeed("tail -n 1 /run/boot-times")).split("\t")[2]));
  }
  const qemu = await findQemu(host);
  const { accel } = await chooseAccel(qemu);
  for (let run = 0; run < RUNS; run++) {
    const begun = performance.now();
    await using guest = await startGuest({ qemu, accel, memory: 512, cdrom: image.iso });
    await guest.waitForText(/boot2podman: ready[^]*\$ /, 180);
    disc.push((performance.now() - begun) / 1000);
  }
  return [
    { what: `kernel start to /init (${accel}, 2 cpus)`, value: round(median(init)), unit: "s" },
    { what: "kernel start to prompt", value: round(median(kernel)), unit: "s", goal: 5 },
    { what: "QEMU start to prompt, by CD on BIOS", value: round(median(disc)), unit: "s", goal: 11 },
  ];
}
