import { resolve } from "node:path";
import { Failure } from "../formats/failure.ts";

/** A folder of the host that the guest sees. */
export interface Volume {
  /** Absolute path on the host. */
  host: string;
  /** Absolute path in the guest. */
  guest: string;
}

/** Reads `HOST:GUEST`, two absolute paths; throws {@link Failure} for anything else. */
export function parseVolume(text: string): Volume {
  const match = /^(\/[^:]*):(\/[^:]+)$/.exec(text);
  // deno-lint-ignore no-control-regex
  if (match && !/[\x00-\x1f]/.test(text) && !match[2].split("/").includes("..") && !/^\/+$/.test(match[2])) {
    return { host: match[1], guest: match[2] };
  }
  throw new Failure(
    `"${text}" is not a volume.`,
    "Write HOST:GUEST, a folder of the host and where the guest shall see it, such as /home/me/src:/src.",
  );
}

/** Makes the host's side of a volume absolute, as a user may write `.:/src` or `~/src:/src`. */
export function absoluteVolume(text: string, folder = startFolder()): string {
  const colon = text.lastIndexOf(":");
  if (colon < 1) return text;
  const path = text.slice(0, colon).replace(/^~(?=\/|$)/, Deno.env.get("HOME") ?? "~");
  return resolve(folder, path) + text.slice(colon);
}

/** Returns the folder that the user is in: deno task changes to that of deno.json, and says where it came from. */
export function startFolder(): string {
  return Deno.env.get("INIT_CWD") || Deno.cwd();
}

/** Throws {@link Failure} if the host's folder of a volume is not there. */
export async function mustBeFolder({ host }: Volume): Promise<void> {
  const found = await Deno.stat(host).catch(() => undefined);
  if (found?.isDirectory) return;
  throw new Failure(`The volume ${host} is not a folder of this host.`, `Make it with \`mkdir -p ${host}\`.`);
}
