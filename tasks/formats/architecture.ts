import { unknown } from "./failure.ts";

/** What differs between architectures; nothing else in the toolkit knows their names. */
export interface Architecture {
  /** Debian's name. */
  name: string;
  /** Folder of libraries below /usr/lib. */
  triplet: string;
  /** Path of the dynamic linker in the guest. */
  linker: string;
  /** Debian package that depends on the newest kernel. */
  kernel: string;
  /** Debian packages of the boot loaders. */
  loaders: string[];
  /** Boot loaders for UEFI: name in EFI/BOOT to path in the packages. */
  efi: Record<string, string>;
  /** MokManager, by which an owner makes firmware trust a key of his: its package, its name in EFI/BOOT, its path. */
  mokManager: { package: string; name: string; path: string };
  /** True where the image boots with a BIOS too. */
  bios: boolean;
  /** The branch filter that makes its programs smaller in xz, where the kernel has one. */
  bcj?: string;
}

const ARCHITECTURES: Record<string, Architecture> = {
  amd64: {
    name: "amd64",
    triplet: "x86_64-linux-gnu",
    linker: "/usr/lib64/ld-linux-x86-64.so.2",
    kernel: "linux-image-amd64",
    loaders: ["shim-signed", "grub-efi-amd64-signed", "isolinux", "syslinux-common"],
    efi: {
      "BOOTX64.EFI": "/usr/lib/shim/shimx64.efi.signed",
      "grubx64.efi": "/usr/lib/grub/x86_64-efi-signed/gcdx64.efi.signed",
    },
    mokManager: {
      package: "shim-helpers-amd64-signed",
      name: "mmx64.efi",
      path: "/usr/lib/shim/mmx64.efi.signed",
    },
    bios: true,
    bcj: "x86",
  },
  arm64: {
    name: "arm64",
    triplet: "aarch64-linux-gnu",
    linker: "/usr/lib/ld-linux-aarch64.so.1",
    kernel: "linux-image-arm64",
    loaders: ["shim-signed", "grub-efi-arm64-signed"],
    efi: {
      "BOOTAA64.EFI": "/usr/lib/shim/shimaa64.efi.signed",
      "grubaa64.efi": "/usr/lib/grub/arm64-efi-signed/gcdaa64.efi.signed",
    },
    mokManager: {
      package: "shim-helpers-arm64-signed",
      name: "mmaa64.efi",
      path: "/usr/lib/shim/mmaa64.efi.signed",
    },
    bios: false,
  },
};

/** Returns what there is to know of an architecture, by Debian's name; throws a failure if it is unknown. */
export function architecture(name: string): Architecture {
  const found = ARCHITECTURES[name];
  if (!found) throw unknown("architecture", name, Object.keys(ARCHITECTURES));
  return found;
}

/** Returns Debian's name of the architecture that this host runs. */
export function hostArchitecture(): string {
  return Deno.build.arch === "aarch64" ? "arm64" : "amd64";
}
