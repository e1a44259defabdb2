import { Failure } from "../formats/failure.ts";
import { run } from "../host/run.ts";
import type { QemuTraits } from "./qemu.ts";

/** A QEMU that can be started: the host's own, or one unpacked somewhere. */
export interface QemuProgram extends QemuTraits {
  /** The words that start it: its path, or a dynamic linker with its options and then the path. */
  command: string[];
  /** Variables that it needs, such as QEMU_MODULE_DIR. */
  env?: Record<string, string>;
}

/** Returns the QEMU that these words start, after asking for its version; throws {@link Failure} if it can't be run. */
export async function qemuProgram(
  command: string[],
  rest: { data?: string[]; env?: Record<string, string> } = {},
): Promise<QemuProgram> {
  const said = await run([...command, "--version"], { env: rest.env });
  const version = Number(/version (\d+)\./.exec(said)?.[1]);
  if (!version) throw new Failure(`${command.at(-1)} does not say its version: ${said.trim()}`);
  return { command, version, ...rest };
}

/** Returns the host's own QEMU for an architecture, by Debian's name, or undefined if there is none in PATH. */
export async function hostQemu(architecture = "amd64"): Promise<QemuProgram | undefined> {
  const name = `qemu-system-${{ amd64: "x86_64", arm64: "aarch64" }[architecture] ?? architecture}`;
  for (const folder of (Deno.env.get("PATH") ?? "").split(":").filter(Boolean)) {
    const path = `${folder}/${name}`;
    const file = await Deno.stat(path).catch(() => undefined);
    if (file?.isFile) return await qemuProgram([path]);
  }
}
