import type { Plan } from "./plan.ts";

/** What every boot loader passes to the kernel; the last console is where /dev/console leads. */
const ALWAYS = ["quiet", "loglevel=3", "console=ttyS0,115200", "console=tty0"];

/** Returns the kernel's command line as the boot loaders of this plan write it. */
export function commandLine(plan: Plan): string {
  return [...ALWAYS, ...plan.append].join(" ");
}

/** Returns the configuration of ISOLINUX, which boots with a BIOS. */
export function isolinuxConfig(plan: Plan): string {
  return `serial 0 115200
default boot2podman
prompt 1
timeout 10
display banner.txt
f1 banner.txt
f2 bootcodes.txt
label boot2podman
  kernel /boot/vmlinuz
  initrd /boot/initramfs
  append ${commandLine(plan)}
`;
}

/** Returns the two screens of ISOLINUX: the banner, and the help on bootcodes. */
export function isolinuxScreens(plan: Plan): Record<string, string> {
  const banner =
    `\nboot2podman ${plan.version}\n\nIt starts by itself. To pass bootcodes type: boot2podman NAME=VALUE\nF2 lists them.\n\n`;
  const codes = plan.bootcodes.map(({ name, value, summary }) => {
    const word = value ? `${name}=${value}` : name;
    return (word.length > 24 ? `  ${word}\n  ${"".padEnd(24)}` : `  ${word.padEnd(24)}`) + ` ${summary}`;
  });
  return { "banner.txt": banner, "bootcodes.txt": `\n${codes.join("\n")}\n\n` };
}

/** Leads to the firmware's own list of keys, where the owner adds his. */
const ENROLMENT = `menuentry "Make this machine trust EFI/BOOT/owner.cer (MokManager)" {
  chainloader /boot/mokmanager.efi
}
`;

/** Returns the configuration of GRUB, which boots with UEFI. */
export function grubConfig(plan: Plan): string {
  return `serial --unit=0 --speed=115200
terminal_input console serial
terminal_output console serial
set timeout=1
set default=0
menuentry "boot2podman ${plan.version}" {
  linux /boot/vmlinuz ${commandLine(plan)}
  initrd /boot/initramfs
}
menuentry "boot2podman ${plan.version}, only the base" {
  linux /boot/vmlinuz ${commandLine(plan)} base
  initrd /boot/initramfs
}
${plan.signature ? ENROLMENT : ""}`;
}
