import { chooseAccel } from "../tasks/machine/accel.ts";
import { type Guest, startGuest } from "../tasks/machine/guest.ts";
import { findQemu } from "../tasks/machine/toolkit.ts";
import type { Host } from "../tasks/host/host.ts";
import { buildIso } from "../tasks/stages/build.ts";
import { plan, type PlanRequest } from "../tasks/stages/plan.ts";

/** One measured figure. */
export interface Figure {
  /** What was measured. */
  what: string;
  /** The figure. */
  value: number;
  /** Its unit. */
  unit: string;
  /** What is to be reached, where something is. */
  goal?: number;
}

/** What is measured. */
export interface Subject {
  /** Plan of the image. */
  request: PlanRequest;
  /** Where it is built. */
  host: Host;
}

/** An image that is measured. */
export interface Image {
  /** Size of the ISO in bytes. */
  size: number;
  /** Path of the ISO. */
  iso: string;
  /** Path of the kernel. */
  kernel: string;
  /** Path of the initramfs. */
  initrd: string;
}

/** Returns the image, built if need be. */
export async function imageOf({ request, host }: Subject): Promise<Image> {
  const resolved = await plan(request, host);
  const { folder, size } = await buildIso(resolved, host);
  const path = (ending: string) => `${folder}/${resolved.name}.${ending}`;
  return { size, iso: path("iso"), kernel: path("vmlinuz"), initrd: path("initramfs") };
}

/** Starts the image without a boot loader, with so many MiB of memory. */
export async function startDirect(subject: Subject, memory: number): Promise<Guest> {
  const { kernel, initrd } = await imageOf(subject);
  const qemu = await findQemu(subject.host);
  const { accel } = await chooseAccel(qemu);
  const direct = { kernel, initrd, append: "console=tty0 console=ttyS0,115200 quiet loglevel=3" };
  return await startGuest({ qemu, accel, memory, direct, cpus: 2 });
}

/** Returns the number in the middle. */
export function median(values: number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
}

/** Returns a number with one place behind the point. */
export function round(value: number): number {
  return Math.round(value * 10) / 10;
}
