import { run } from "../host/run.ts";
import type { QemuProgram } from "./program.ts";

/** What runs the guest's instructions: Linux' KVM, macOS' Hypervisor, or QEMU's own translator, some ten times slower. */
export type Accel = "kvm" | "hvf" | "tcg";

/** An acceleration, and why it was chosen. */
export interface AccelChoice {
  /** The acceleration. */
  accel: Accel;
  /** The reason, as a sentence. */
  reason: string;
}

/** What {@link accelFrom} goes by. */
export interface AccelFacts {
  /** The host's system, as Deno names it. */
  os: string;
  /** True if host and guest have the same kind of processor. */
  sameArchitecture: boolean;
  /** What opening /dev/kvm for reading and writing came to. */
  device: "opens" | "absent" | "denied";
  /** True if the processor has, and shows, virtualization. */
  virtualization: boolean;
  /** True if QEMU made a machine with it. */
  starts: () => Promise<boolean>;
}

/**
 * Returns the fastest acceleration that really works here; takes a moment of QEMU to find out. Where there is no QEMU
 * yet, what the host shows is taken at its word.
 */
export async function chooseAccel(qemu?: QemuProgram, architecture = "amd64"): Promise<AccelChoice> {
  const { os } = Deno.build;
  const name = os === "darwin" ? "hvf" : "kvm";
  return await accelFrom({
    os,
    sameArchitecture: { amd64: "x86_64", arm64: "aarch64" }[architecture] === Deno.build.arch,
    device: await openDevice(),
    virtualization: hasVirtualization(await Deno.readTextFile("/proc/cpuinfo").catch(() => "")),
    starts: async () => !qemu || await starts(qemu, name),
  });
}

/** Returns the acceleration for what is known of the host. */
export async function accelFrom(facts: AccelFacts): Promise<AccelChoice> {
  const software = (reason: string): AccelChoice => ({
    accel: "tcg",
    reason: `Software emulation: ${reason}.`,
  });
  if (!facts.sameArchitecture) return software("the guest's processor is not the host's");
  if (facts.os === "darwin") {
    return await facts.starts()
      ? { accel: "hvf", reason: "Hypervisor.framework works." }
      : software("QEMU can't start a machine with Hypervisor.framework");
  }
  if (facts.os !== "linux") return software(`there is no acceleration for ${facts.os} yet`);
  if (facts.device === "absent") return software("there is no /dev/kvm");
  if (facts.device === "denied") return software("your user may not open /dev/kvm (the group kvm may)");
  if (!facts.virtualization) {
    return software("/dev/kvm is there, but the processor shows neither vmx nor svm");
  }
  return await facts.starts()
    ? { accel: "kvm", reason: "/dev/kvm works." }
    : software("QEMU can't start a machine with /dev/kvm");
}

/** Returns true if /proc/cpuinfo shows virtualization; on arm64 it never does, there /dev/kvm is the sign. */
export function hasVirtualization(cpuinfo: string): boolean {
  return /^flags\s*:.*\b(vmx|svm)\b/m.test(cpuinfo) || /^CPU implementer/m.test(cpuinfo);
}

async function openDevice(): Promise<AccelFacts["device"]> {
  try {
    (await Deno.open("/dev/kvm", { read: true, write: true })).close();
    return "opens";
  } catch (error) {
    return error instanceof Deno.errors.NotFound ? "absent" : "denied";
  }
}

async function starts(qemu: QemuProgram, accel: Accel): Promise<boolean> {
  // A machine without any device is enough to see whether the kernel makes one for us.
  const argv = [
    ...qemu.command,
    "-accel",
    accel,
    "-machine",
    "none",
    "-nodefaults",
    "-display",
    "none",
    "-qmp",
    "stdio",
  ];
  const input = [new TextEncoder().encode('{"execute":"qmp_capabilities"}\n{"execute":"quit"}\n')];
  return await run(argv, { input, env: qemu.env, signal: AbortSignal.timeout(5000) }).then(
    () => true,
    () => false,
  );
}
