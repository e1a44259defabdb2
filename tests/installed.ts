import assert from "node:assert/strict";
import type { Kit } from "../tasks/host/tools.ts";

const LINKER = "/lib64/ld-linux-x86-64.so.2\0";

/**
 * Copies a program of a kit so that it runs as if it were installed, given the kit's libraries in LD_LIBRARY_PATH. What
 * starts itself anew by /proc/self/exe has to be itself and not the dynamic linker: so the copy names the linker that it
 * came with, by a path that takes no more room than the usual one.
 */
export async function installProgram(kit: Kit, name: string, path: string): Promise<void> {
  const [linker, ...words] = kit.program(name);
  const short = `${await Deno.makeTempDir({ prefix: "" })}/l`;
  await Deno.symlink(linker, short);
  const program = await Deno.readFile(words.at(-1)!);
  const at = new TextDecoder("latin1").decode(program.subarray(0, 4096)).indexOf(LINKER);
  assert.ok(at > 0 && short.length < LINKER.length, `${short} takes the place of the linker`);
  program.set(new TextEncoder().encode(short.padEnd(LINKER.length, "\0")), at);
  await Deno.writeFile(path, program, { mode: 0o755 });
}
