import { architecture } from "../formats/architecture.ts";
import { Failure } from "../formats/failure.ts";
import type { Entry } from "../formats/tar.ts";
import { newest } from "../formats/tree.ts";
import { cached, fileSha256 } from "../host/cache.ts";
import { fetchPackages } from "../host/debian.ts";
import type { Host } from "../host/host.ts";
import { unpackDeb } from "../host/unpack.ts";
import { run } from "../host/run.ts";
import { sourceHash } from "../host/source.ts";
import { hostKit, type Kit } from "../host/tools.ts";
import type { Extension } from "./extension.ts";
import type { Kernel } from "./kernel.ts";
import { grubConfig, isolinuxConfig, isolinuxScreens } from "./loader.ts";
import { manifest } from "./manifest.ts";
import type { Plan } from "./plan.ts";
import type { Initramfs } from "./remaster.ts";

/** A finished image with what stands beside it. */
export interface Iso {
  /** Folder in the cache that holds NAME.iso and the others. */
  folder: string;
  /** Names of the files, the ISO first. */
  names: string[];
  /** Size of the ISO in bytes. */
  size: number;
  /** Key of the artifact. */
  key: string;
  /** True if it was in the cache. */
  cached: boolean;
}

/**
 * Writes one hybrid image: El Torito for BIOS and UEFI, and a partition table that lets it start from a USB stick;
 * and beside it what PXE needs, the manifest and SHA256SUMS.
 */
export async function iso(
  plan: Plan,
  extensions: Extension[],
  linux: Kernel,
  root: Initramfs,
  host: Host,
): Promise<Iso> {
  const texts = {
    ...isolinuxScreens(plan),
    "isolinux.cfg": isolinuxConfig(plan),
    "grub.cfg": grubConfig(plan),
  };
  const inputs = {
    code: await sourceHash(import.meta.url),
    version: plan.version,
    kernel: linux.key,
    initramfs: root.key,
    loaders: plan.loaders.map((item) => item.sha256),
    texts,
  };
  const artifact = await cached(host, "iso", plan.name, inputs, async (folder) => {
    const progress = host.progress.task(`${plan.name}.iso`);
    const loaders = await readLoaders(plan, host);
    const time = Math.max(root.time, newest(loaders));
    const kit = await hostKit(host, "image");
    const efi = await efiFiles(plan, linux, loaders);
    await layOut(`${folder}/root`, plan, linux, root, loaders, texts);
    if (linux.owner) await Deno.writeFile(`${folder}/root/boot/mokmanager.efi`, mokManager(plan, loaders));
    await writeEsp(`${folder}/root/boot/efi.img`, efi, time, kit, host);
    await run([...kit.program("xorriso"), ...xorrisoArguments(plan, folder, time)], {
      env: { SOURCE_DATE_EPOCH: `${time}` },
      signal: host.signal,
    });
    await Deno.rename(`${folder}/root/boot/vmlinuz`, `${folder}/${plan.name}.vmlinuz`);
    await Deno.rename(`${folder}/root/boot/initramfs`, `${folder}/${plan.name}.initramfs`);
    await Deno.remove(`${folder}/root`, { recursive: true });
    await Deno.remove(`${folder}/hybrid.mbr`).catch(() => {});
    await Deno.writeTextFile(
      `${folder}/${plan.name}.manifest.json`,
      JSON.stringify(manifest(plan, extensions, linux, root), null, 1) + "\n",
    );
    await writeSums(folder, plan.name);
    progress.done();
  });
  const names = [".iso", ".vmlinuz", ".initramfs", ".manifest.json", ".SHA256SUMS"].map((ending) =>
    plan.name + ending
  );
  const { size } = await Deno.stat(`${artifact.path}/${plan.name}.iso`);
  return { folder: artifact.path, names, size, key: artifact.key, cached: artifact.cached };
}

async function readLoaders(plan: Plan, host: Host): Promise<Entry[]> {
  const files = await fetchPackages(host, plan.loaders);
  const entries: Entry[] = [];
  for (const item of plan.loaders) {
    entries.push(...await unpackDeb(files.get(item.sha256)!));
  }
  return entries;
}

function loader(entries: Entry[], path: string): Uint8Array {
  const entry = entries.find((candidate) => candidate.path === path && candidate.data);
  if (!entry) {
    throw new Failure(
      `The boot loader ${path} is not in its package.`,
      "Debian has moved it: correct tasks/formats/architecture.ts.",
    );
  }
  return entry.data!;
}

/** Puts the files of the ISO into a folder. */
async function layOut(
  folder: string,
  plan: Plan,
  linux: Kernel,
  root: Initramfs,
  loaders: Entry[],
  texts: Record<string, string>,
): Promise<void> {
  for (const below of ["boot/grub", "isolinux", ".disk"]) {
    await Deno.mkdir(`${folder}/${below}`, { recursive: true });
  }
  await Deno.copyFile(linux.image, `${folder}/boot/vmlinuz`);
  await Deno.copyFile(root.file, `${folder}/boot/initramfs`);
  await Deno.writeTextFile(`${folder}/boot/grub/grub.cfg`, texts["grub.cfg"]);
  // Debian's signed GRUB finds its CD by this file.
  await Deno.writeTextFile(`${folder}/.disk/info`, `boot2podman ${plan.version}\n`);
  if (!architecture(plan.architecture).bios) return;
  for (const name of ["isolinux.cfg", "banner.txt", "bootcodes.txt"]) {
    await Deno.writeTextFile(`${folder}/isolinux/${name}`, texts[name]);
  }
  await Deno.writeFile(`${folder}/isolinux/isolinux.bin`, loader(loaders, "/usr/lib/ISOLINUX/isolinux.bin"));
  await Deno.writeFile(
    `${folder}/isolinux/ldlinux.c32`,
    loader(loaders, "/usr/lib/syslinux/modules/bios/ldlinux.c32"),
  );
  await Deno.writeFile(`${folder}/../hybrid.mbr`, loader(loaders, "/usr/lib/ISOLINUX/isohdpfx.bin"));
}

/** Returns the files of EFI/BOOT: the signed shim and GRUB; for an owner's key also what makes firmware trust it. */
async function efiFiles(plan: Plan, { owner }: Kernel, loaders: Entry[]): Promise<[string, Uint8Array][]> {
  const { efi } = architecture(plan.architecture);
  const signed = Object.entries(efi).map((
    [name, path],
  ): [string, Uint8Array] => [name, loader(loaders, path)]);
  return owner ? [...signed, ["owner.cer", await Deno.readFile(owner)]] : signed;
}

function mokManager(plan: Plan, loaders: Entry[]): Uint8Array {
  return loader(loaders, architecture(plan.architecture).mokManager.path);
}

/** Writes the EFI system partition: a FAT image with these files in EFI/BOOT. */
async function writeEsp(
  image: string,
  files: [name: string, data: Uint8Array][],
  time: number,
  kit: Kit,
  host: Host,
): Promise<void> {
  const content = files.reduce((sum, [, data]) => sum + data.length, 0);
  const kib = Math.ceil(content / 1024 / 32) * 32 + 128;
  const options = { env: { SOURCE_DATE_EPOCH: `${time}`, MTOOLS_SKIP_CHECK: "1" }, signal: host.signal };
  const mtools = (program: string, ...words: string[]) => run([...kit.program(program), ...words], options);
  await mtools(
    "mformat",
    "-C",
    "-i",
    image,
    "-T",
    `${kib * 2}`,
    "-h",
    "16",
    "-s",
    "32",
    "-N",
    "b0072b0d",
    "-v",
    "ESP",
    "::",
  );
  await mtools("mmd", "-i", image, "::/EFI", "::/EFI/BOOT");
  for (const [name, data] of files) {
    await Deno.writeFile(`${image}.part`, data);
    await Deno.utime(`${image}.part`, time, time);
    await mtools("mcopy", "-m", "-i", image, `${image}.part`, `::/EFI/BOOT/${name}`);
    await Deno.remove(`${image}.part`);
  }
}

/** The shell one-liner would be: xorriso -as mkisofs … -o NAME.iso root */
function xorrisoArguments(plan: Plan, folder: string, time: number): string[] {
  const { bios } = architecture(plan.architecture);
  // xorriso's form of a date: YYYYMMDDhhmmsscc
  const date = new Date(time * 1000).toISOString().replace(/\D/g, "").slice(0, 14) + "00";
  return [
    // No start-up files of the user: they could change what is written.
    ..."-no_rc -as mkisofs -quiet".split(" "),
    ...["-V", `Boot2Podman-v${plan.version}`],
    ...["-A", `boot2podman ${plan.version}`],
    // Rock Ridge for long names, Joliet for Windows; files belong to root and have the image's date.
    ..."-r -J -joliet-long".split(" "),
    `--modification-date=${date}`,
    ...["--set_all_file_dates", `=${time}`],
    ...(bios
      ? [
        // BIOS from CD
        ..."-b isolinux/isolinux.bin -c isolinux/boot.cat -no-emul-boot -boot-load-size 4 -boot-info-table"
          .split(" "),
        // BIOS from a USB stick
        ...["-isohybrid-mbr", `${folder}/hybrid.mbr`],
        "-eltorito-alt-boot",
      ]
      : []),
    // UEFI from CD, and from a USB stick by the partition table
    ..."-e boot/efi.img -no-emul-boot -isohybrid-gpt-basdat".split(" "),
    ...["-o", `${folder}/${plan.name}.iso`],
    `${folder}/root`,
  ];
}

async function writeSums(folder: string, name: string): Promise<void> {
  const lines: string[] = [];
  for (const ending of [".initramfs", ".iso", ".manifest.json", ".vmlinuz"]) {
    lines.push(`${await fileSha256(`${folder}/${name}${ending}`)}  ${name}${ending}\n`);
  }
  await Deno.writeTextFile(`${folder}/${name}.SHA256SUMS`, lines.join(""));
}
