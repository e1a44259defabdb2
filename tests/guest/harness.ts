import assert from "node:assert/strict";
import { findFirmware, findQemu } from "../../tasks/machine/toolkit.ts";
import { chooseAccel } from "../../tasks/machine/accel.ts";
import { type Guest, type GuestOptions, startGuest } from "../../tasks/machine/guest.ts";
import type { Firmware } from "../../tasks/machine/qemu.ts";
import { openHost } from "../../tasks/host/open.ts";
import { plainProgress } from "../../tasks/host/progress.ts";
import { buildIso } from "../../tasks/stages/build.ts";
import { plan, type PlanRequest } from "../../tasks/stages/plan.ts";

/** The host that all guest tests share. */
export const host = await openHost({ progress: plainProgress() });

/** The QEMU that they run, and what accelerates it. */
export const qemu = await findQemu(host);

/** What runs the guest's instructions. */
export const { accel } = await chooseAccel(qemu);

/** Paths of an image that was built for a test. */
export interface Built {
  /** The ISO. */
  iso: string;
  /** The kernel beside it. */
  kernel: string;
  /** The initramfs beside it. */
  initrd: string;
  /** The plan that it was built from. */
  plan: Awaited<ReturnType<typeof plan>>;
}

/** Returns the image that a request leads to; it is built if need be. */
export async function build(request: PlanRequest = {}): Promise<Built> {
  const from = Deno.env.get("BOOT2PODMAN_TEST_FROM")?.split(",") ?? [];
  const resolved = await plan({ from, ...request }, host);
  const { folder } = await buildIso(resolved, host);
  const path = (ending: string) => `${folder}/${resolved.name}.${ending}`;
  return { iso: path("iso"), kernel: path("vmlinuz"), initrd: path("initramfs"), plan: resolved };
}

/** What of a guest a test chooses. */
export type BootOptions = Omit<Partial<GuestOptions>, "firmware"> & { append?: string };

/** Starts a guest without a boot loader, which is the quickest way. */
export async function start(image: Built, { append = "", ...options }: BootOptions = {}): Promise<Guest> {
  const direct = {
    kernel: image.kernel,
    initrd: image.initrd,
    // An emulated timer that a loaded host holds up is no broken one.
    append: `console=tty0 console=ttyS0,115200 quiet loglevel=3 no_timer_check ${append}`,
  };
  return await startGuest({ qemu, accel, memory: 512, direct, ...options });
}

/** Starts a guest without a boot loader and waits for its shell. */
export async function boot(image: Built, options: BootOptions = {}): Promise<Guest> {
  return await onceMore(async () => await ready(await start(image, options)));
}

/**
 * What an emulation does by itself, once in some hundred boots on a loaded host: a race between a look-up and a change
 * of the memory map, or a timer that is late when the kernel looks for it.
 */
const ABORTED = /exit code 134.*Assertion|IO-APIC \+ timer doesn't work/s;

/** Does something with a guest, and once more if it was the emulation that failed. */
export async function onceMore<T>(action: () => Promise<T>): Promise<T> {
  try {
    return await action();
  } catch (error) {
    if (!(error instanceof Error) || !ABORTED.test(error.message)) throw error;
    console.log(`QEMU failed, and is started once more: ${error.message}`);
    return await action();
  }
}

/** Starts a guest from its image as a CD, or as what the options say, and waits for its shell. */
export async function bootImage(
  image: Built,
  kind: Firmware["kind"],
  options: BootOptions = {},
): Promise<Guest> {
  const firmware = await findFirmware(host, kind);
  const memory = kind === "bios" ? 512 : 1024;
  return await onceMore(async () =>
    await ready(await startGuest({ qemu, accel, memory, cdrom: image.iso, ...options, firmware }))
  );
}

async function ready(guest: Guest): Promise<Guest> {
  try {
    await guest.waitForReady(180);
    return guest;
  } catch (error) {
    await guest[Symbol.asyncDispose]();
    throw error;
  }
}

/** Tries what plugins say of a guest, a step each. */
export async function holds(
  t: Deno.TestContext,
  guest: Guest,
  checks: Built["plan"]["checks"],
): Promise<void> {
  for (const { plugin, name, run, expect } of checks) {
    await t.step(`${plugin}: ${name}`, async () => {
      // Under load, emulated, a large program takes its time.
      const said = await guest.succeed(run, { timeout: 300 });
      assert.ok(said.includes(expect), `${run} does not say ${expect}, but ${said}`);
    });
  }
}

/** Makes the image localhost/box out of the guest's own busybox. */
export const MAKE_IMAGE = `set -e
mkdir -p /tmp/image/bin /tmp/image/tmp /tmp/image/etc && cd /tmp/image
cp "$(readlink -f /usr/bin/busybox)" bin/busybox
for applet in $(busybox --list); do [ -e bin/$applet ] || ln -s busybox bin/$applet; done
echo 'root:x:0:0:root:/:/bin/sh' > etc/passwd
tar c . | podman import --change 'CMD ["sh"]' - localhost/box`;
