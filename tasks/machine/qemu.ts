import { Failure } from "../formats/failure.ts";
import type { Accel } from "./accel.ts";
import { type Disk, diskArguments, escape, type Netboot, type Nic, nicArguments } from "./devices.ts";
import type { Forward } from "./forward.ts";

/** What the machine starts from: the PC's BIOS, or UEFI with its code and a copy of its variables that it may write. */
export type Firmware = { kind: "bios" } | {
  /** `secure-boot` starts only what is signed. */
  kind: "uefi" | "secure-boot";
  /** Path of the firmware's code, such as OVMF_CODE_4M.fd. */
  code: string;
  /** Path of its variables, such as a copy of OVMF_VARS_4M.fd: the machine writes into it. */
  vars: string;
};

/** A kernel that QEMU starts itself, without a firmware's boot loader. */
export interface DirectKernel {
  /** Path of the kernel. */
  kernel: string;
  /** Path of the initramfs. */
  initrd: string;
  /** The kernel's command line. */
  append?: string;
}

/** A machine, as {@link qemuCommand} needs it described. */
export interface QemuOptions {
  /** Architecture of the guest, by Debian's name; amd64 unless given. */
  architecture?: string;
  /** What runs the guest's instructions; tcg unless given. */
  accel?: Accel;
  /** MiB of memory; 512 unless given. */
  memory?: number;
  /** Number of processors; 2 unless given. */
  cpus?: number;
  /** `pc` or `q35`; pc with a BIOS and q35 with UEFI unless given. */
  machine?: "pc" | "q35";
  /** Firmware; the BIOS unless given. */
  firmware?: Firmware;
  /** ISO image in the CD drive. */
  cdrom?: string;
  /** ISO image as it would be on a USB stick; the image itself is not written to. */
  usbDisk?: string;
  /** Kernel that is started without a boot loader. */
  direct?: DirectKernel;
  /** Disks, in their order. */
  disks?: Disk[];
  /** Network card; virtio-net-pci unless given. */
  nic?: Nic;
  /** Ports of the host that lead into the guest. */
  forwards?: Forward[];
  /** Boot from the network. */
  netboot?: Netboot;
  /** What shows the screen; none unless given. */
  display?: "none" | "gtk" | "sdl" | "cocoa";
  /** Where the first serial line goes: the terminal, with QEMU's monitor behind Ctrl-A c, or a socket to connect to. */
  serial?: "stdio" | { socket: string };
  /** Socket to connect to for QMP, QEMU's machine protocol. */
  qmp?: string;
  /** True if QEMU ends where the guest would start anew. */
  noReboot?: boolean;
  /** Arguments that come last. */
  extra?: string[];
}

/** What of the QEMU itself bears on how it is called. */
export interface QemuTraits {
  /** First number of its version. */
  version: number;
  /** Folders with its firmware and ROMs, where they are not the built-in ones. */
  data?: string[];
}

/** Returns the arguments for a machine, to follow QEMU's name; throws {@link Failure} for an unknown architecture. */
export function qemuCommand(options: QemuOptions, qemu: QemuTraits): string[] {
  const { architecture = "amd64", memory = 512, cpus = 2, nic = "virtio-net-pci", display = "none" } =
    options;
  if (architecture !== "amd64") {
    throw new Failure(`QEMU is not set up for ${architecture}.`, "Machines can be of amd64 so far.");
  }
  if (nic === "igb" && qemu.version < 8) {
    throw new Failure(
      `QEMU ${qemu.version} has no network card igb.`,
      "Use QEMU 8 or later, or another card.",
    );
  }
  return [
    ...(qemu.data ?? []).flatMap((folder) => ["-L", folder]),
    // No floppy, parallel port or second CD drive: the firmware spends time on each.
    "-nodefaults",
    ...machineArguments(options, qemu),
    ...["-m", `${memory}`, "-smp", `${cpus}`],
    // A plain VGA, so that there is a screen to show and to take pictures of.
    ...["-vga", "std", "-display", display],
    // Entropy at once: an emulated machine gathers it slowly.
    ...["-device", "virtio-rng-pci"],
    ...bootArguments(options),
    ...(options.disks ?? []).flatMap((disk, index) => diskArguments(disk, `disk${index}`)),
    ...nicArguments(nic, options.forwards ?? [], options.netboot),
    ...lineArguments(options),
    ...(options.noReboot ? ["-no-reboot"] : []),
    ...(options.extra ?? []),
  ];
}

function machineArguments(
  { accel = "tcg", firmware = { kind: "bios" }, machine }: QemuOptions,
  qemu: QemuTraits,
): string[] {
  const secure = firmware.kind === "secure-boot";
  const chosen = machine ?? (firmware.kind === "bios" ? "pc" : "q35");
  if (secure && chosen === "pc") {
    throw new Failure("Secure Boot needs the machine q35.", "Leave the machine out.");
  }
  return [
    // Secure Boot keeps its variables behind the processor's management mode.
    ...["-machine", secure ? `${chosen},smm=on` : chosen],
    ...(secure ? ["-global", "driver=cfi.pflash01,property=secure,value=on"] : []),
    ...ACCEL_ARGUMENTS[accel](qemu),
    ...(firmware.kind === "bios" ? [] : [
      ...["-drive", `if=pflash,unit=0,format=raw,readonly=on,file=${escape(firmware.code)}`],
      ...["-drive", `if=pflash,unit=1,format=raw,file=${escape(firmware.vars)}`],
    ]),
  ];
}

const ACCEL_ARGUMENTS: Record<Accel, (qemu: QemuTraits) => string[]> = {
  kvm: () => ["-accel", "kvm", "-cpu", "host"],
  hvf: () => ["-accel", "hvf", "-cpu", "host"],
  // One host thread for each processor. QEMU 7.2's cmpxchg16b makes kernels double-fault at random.
  tcg: ({ version }) => ["-accel", "tcg,thread=multi", "-cpu", version < 10 ? "max,cx16=off" : "max"],
};

function bootArguments({ cdrom, usbDisk, direct }: QemuOptions): string[] {
  const stick: Disk = { file: usbDisk!, format: "raw", interface: "usb", temporary: true, boot: true };
  // A kernel that is given directly takes the first place itself.
  const place = direct ? "" : `,bootindex=${usbDisk ? 1 : 0}`;
  return [
    // Named as the first thing to boot, so that a disk with a boot loader doesn't come before it.
    ...(cdrom
      ? [
        ...["-drive", `file=${escape(cdrom)},if=none,id=cd,media=cdrom,format=raw,readonly=on`],
        ...["-device", `ide-cd,drive=cd${place}`],
      ]
      : []),
    ...(usbDisk ? diskArguments(stick, "stick") : []),
    ...(direct ? ["-kernel", direct.kernel, "-initrd", direct.initrd, "-append", direct.append ?? ""] : []),
  ];
}

function lineArguments({ serial, qmp }: QemuOptions): string[] {
  return [
    ...(serial === "stdio" ? ["-serial", "mon:stdio"] : []),
    ...(typeof serial === "object"
      ? ["-chardev", `socket,id=serial,path=${escape(serial.socket)}`, "-serial", "chardev:serial"]
      : []),
    ...(qmp ? ["-chardev", `socket,id=qmp,path=${escape(qmp)}`, "-mon", "chardev=qmp,mode=control"] : []),
  ];
}
