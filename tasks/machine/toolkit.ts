import { Failure } from "../formats/failure.ts";
import type { Host } from "../host/host.ts";
import { hostKit } from "../host/tools.ts";
import { hostQemu, type QemuProgram, qemuProgram } from "./program.ts";
import type { Firmware } from "./qemu.ts";

/** Oldest QEMU of a host that is used; an older one is passed over for the toolkit's own. */
export const OLDEST_QEMU = 7;

/** Returns the host's own QEMU if it has one that serves, else one fetched from signed packages into the cache. */
export async function findQemu(host: Host): Promise<QemuProgram> {
  const installed = await hostQemu().catch(() => undefined);
  if (installed && installed.version >= OLDEST_QEMU) return installed;
  if (Deno.build.os !== "linux") {
    throw new Failure("There is no QEMU on this host.", "Install it (on macOS: brew install qemu).");
  }
  return await fetchedQemu(host);
}

/** Returns the QEMU out of Debian's packages, fetched into the cache. */
export async function fetchedQemu(host: Host): Promise<QemuProgram> {
  const kit = await hostKit(host, "qemu");
  return await qemuProgram(kit.program("qemu-system-x86_64"), {
    data: ["qemu", "seabios", "../lib/ipxe/qemu"].map((folder) => `${kit.root}/usr/share/${folder}`),
    env: { QEMU_MODULE_DIR: `${kit.libraries}/qemu` },
  });
}

/** Returns firmware of a kind, fetched from signed packages; whoever starts a machine copies the variables. */
export async function findFirmware(host: Host, kind: Firmware["kind"]): Promise<Firmware> {
  if (kind === "bios") return { kind };
  const { root } = await hostKit(host, "firmware");
  const [code, vars] = kind === "uefi"
    ? ["OVMF_CODE_4M.fd", "OVMF_VARS_4M.fd"]
    : ["OVMF_CODE_4M.secboot.fd", "OVMF_VARS_4M.ms.fd"];
  return { kind, code: `${root}/usr/share/OVMF/${code}`, vars: `${root}/usr/share/OVMF/${vars}` };
}
