import { Failure } from "../formats/failure.ts";
import type { Host } from "../host/host.ts";
import { run } from "../host/run.ts";
import { hostKit } from "../host/tools.ts";
import { makeDisk } from "./disk.ts";

/** The label by which a guest knows its data. */
export const LABEL = "boot2podman-data";

/** Where the guest looks for its users' keys, on the data disk. */
const KEYS = "var/lib/boot2podman/ssh/authorized_keys";

/**
 * Makes a sparse disk of so many bytes with an ext4 that a guest keeps its data on, without root; with public keys, they are
 * let in. Throws {@link Failure} if the file is there already.
 */
export async function makeDataDisk(path: string, size: number, keys: string, host: Host): Promise<void> {
  const kit = await hostKit(host, "ext4");
  const env = { MKE2FS_CONFIG: `${kit.root}/etc/mke2fs.conf` };
  await makeDisk(path, size).catch((cause) => {
    if (!(cause instanceof Deno.errors.AlreadyExists)) throw cause;
    throw new Failure(
      `${path} is there already.`,
      "Choose another name, or make the disk larger with --resize.",
      { cause },
    );
  });
  try {
    // The file is all zeros, so nothing has to be zeroed: neither now nor, for the journal, later.
    const mke2fs = [
      "-q",
      "-F",
      "-t",
      "ext4",
      "-L",
      LABEL,
      "-E",
      "lazy_itable_init=1,lazy_journal_init=1,root_owner=0:0",
    ];
    await run([...kit.program("mke2fs"), ...mke2fs, path], { env, signal: host.signal });
    if (keys) {
      await install(path, keys, (words) => run([...kit.program("debugfs"), ...words], { env }));
    }
  } catch (error) {
    await Deno.remove(path);
    throw error;
  }
}

/** Puts keys into the file system as root's own; `mke2fs -d` would make them whoever's runs it. */
async function install(
  path: string,
  keys: string,
  debugfs: (words: string[]) => Promise<string>,
): Promise<void> {
  const temporary = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(temporary, keys);
    const folders = KEYS.split("/").slice(0, -1).map((_, index, parts) =>
      parts.slice(0, index + 1).join("/")
    );
    const request = [
      ...folders.map((folder) => `mkdir ${folder}`),
      `write ${temporary} ${KEYS}`,
      `sif ${KEYS} mode 0100600`,
      `sif ${folders.at(-1)} mode 040700`,
      ...[...folders, KEYS].flatMap((item) => [`sif ${item} uid 0`, `sif ${item} gid 0`]),
    ];
    const script = `${temporary}.debugfs`;
    await Deno.writeTextFile(script, request.join("\n") + "\n");
    await debugfs(["-w", "-f", script, path]);
    await Deno.remove(script);
    // debugfs ends well whatever becomes of its requests.
    if (!/authorized_keys/.test(await debugfs(["-R", `ls ${folders.at(-1)}`, path]))) {
      throw new Failure(`The keys could not be written to ${path}.`);
    }
  } finally {
    await Deno.remove(temporary);
  }
}
