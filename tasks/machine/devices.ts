import { unknown } from "../formats/failure.ts";
import type { Forward } from "./forward.ts";

/** What a disk can hang on; see {@link diskArguments}. */
export type DiskInterface = keyof typeof DISK_INTERFACES;

/** A disk of the guest. */
export interface Disk {
  /** Path of the image. */
  file: string;
  /** Format of the image. */
  format: "qcow2" | "raw";
  /** What it hangs on; virtio unless given. */
  interface?: DiskInterface;
  /** True if what the guest writes is thrown away at the end. */
  temporary?: boolean;
  /** True if the firmware is to start from it. */
  boot?: boolean;
}

/** The network card of the guest; `none` for no network at all. */
export type Nic = typeof NICS[number] | "none";

/** Cards that QEMU knows and that the guest has a driver for. */
export const NICS = ["virtio-net-pci", "e1000", "e1000e", "igb", "rtl8139", "pcnet", "vmxnet3"] as const;

/** Devices behind each interface: the controller, if the machine lacks it, and the disk itself. */
export const DISK_INTERFACES = {
  virtio: { disk: "virtio-blk-pci" },
  // The machine's own controller: PIIX on pc, AHCI on q35.
  ide: { disk: "ide-hd" },
  ahci: { controller: "ahci", bus: "0", disk: "ide-hd" },
  scsi: { controller: "virtio-scsi-pci", bus: "0", disk: "scsi-hd" },
  pvscsi: { controller: "pvscsi", bus: "0", disk: "scsi-hd" },
  lsi: { controller: "lsi53c895a", bus: "0", disk: "scsi-hd" },
  nvme: { disk: "nvme" },
  usb: { controller: "qemu-xhci", bus: "0", disk: "usb-storage" },
  sd: { controller: "sdhci-pci", bus: "sd-bus", disk: "sd-card" },
} satisfies Record<string, { controller?: string; bus?: string; disk: string }>;

/** Returns the arguments for one disk; `name` has to be unique in the machine. */
export function diskArguments(disk: Disk, name: string): string[] {
  const wanted = disk.interface ?? "virtio";
  if (!(wanted in DISK_INTERFACES)) throw unknown("disk interface", wanted, Object.keys(DISK_INTERFACES));
  const kind: { controller?: string; bus?: string; disk: string } = DISK_INTERFACES[wanted];
  const drive = `file=${escape(disk.file)},if=none,id=${name},format=${disk.format}`;
  const device = [
    kind.disk,
    `drive=${name}`,
    // NVMe must have a serial number, and SD cards can't.
    kind.disk === "nvme" && `serial=${name}`,
    kind.controller && `bus=${busName(wanted, name, kind.bus!)}`,
    disk.boot && "bootindex=0",
  ];
  return [
    "-drive",
    disk.temporary ? `${drive},snapshot=on` : drive,
    ...(kind.controller ? ["-device", `${kind.controller},id=${name}-bus`] : []),
    "-device",
    device.filter(Boolean).join(","),
  ];
}

function busName(wanted: DiskInterface, name: string, bus: string): string {
  // QEMU names the bus after its controller, save for that of SD cards.
  return wanted === "sd" ? bus : `${name}-bus.${bus}`;
}

/** What a machine that boots from the network gets by TFTP. */
export interface Netboot {
  /** Folder that is served. */
  folder: string;
  /** Name of the file that the firmware starts. */
  file: string;
}

/** Returns the arguments for the network: QEMU's own NAT, with a DHCP and a DNS server in it. */
export function nicArguments(nic: Nic, forwards: Forward[], netboot?: Netboot): string[] {
  if (nic === "none") return ["-nic", "none"];
  if (!NICS.includes(nic)) throw unknown("network card", nic, [...NICS, "none"]);
  const rules = forwards.map((rule) =>
    `,hostfwd=${rule.protocol}:${rule.address}:${rule.host}-:${rule.guest}`
  );
  const tftp = netboot ? `,tftp=${escape(netboot.folder)},bootfile=${netboot.file}` : "";
  return [
    "-netdev",
    `user,id=net${rules.join("")}${tftp}`,
    "-device",
    // Without its ROM the firmware doesn't try the network, which saves a second at each start.
    `${nic},netdev=net,${netboot ? "bootindex=0" : "romfile="}`,
  ];
}

/** Returns a path as QEMU's comma-separated options need it. */
export function escape(path: string): string {
  return path.replaceAll(",", ",,");
}
