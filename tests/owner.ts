import type { Host } from "../tasks/host/host.ts";
import { run } from "../tasks/host/run.ts";
import { hostKit } from "../tasks/host/tools.ts";

/** Makes NAME.key in a folder, with NAME.crt beside it, as the message for a missing one says; returns its path. */
export async function makeKey(
  host: Host,
  folder: string,
  name: string,
  kind: string[] = ["-newkey", "rsa:2048"],
): Promise<string> {
  // Nothing of the host's settings: not even where they would be.
  await Deno.writeTextFile(`${folder}/openssl.cnf`, "[req]\ndistinguished_name = name\n[name]\n");
  const openssl = (await hostKit(host, "registry")).program("openssl");
  const files = ["-keyout", `${name}.key`, "-out", `${name}.crt`];
  const words = ["-x509", ...kind, "-nodes", "-days", "3650", "-subj", `/CN=${name}`, ...files];
  await run([...openssl, "req", "-config", "openssl.cnf", ...words], { cwd: folder });
  return `${folder}/${name}.key`;
}
