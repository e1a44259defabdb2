import { hostKit } from "../../tasks/host/tools.ts";
import { run } from "../../tasks/host/run.ts";
import { host } from "./harness.ts";

/** A registry that runs on this host's loopback, where a guest reaches it as 10.0.2.2. */
export interface Registry extends AsyncDisposable {
  /** How the guest names it: address and port. */
  name: string;
  /** Certificate of its authority in PEM, if it speaks TLS. */
  authority?: string;
}

/** Starts Debian's docker-registry, with or without TLS, over an empty store. */
export async function startRegistry(tls: boolean): Promise<Registry> {
  const kit = await hostKit(host, "registry");
  const folder = await Deno.makeTempDir();
  const port = freePort();
  const certificate = `${folder}/cert.pem`, key = `${folder}/key.pem`;
  if (tls) {
    await Deno.writeTextFile(`${folder}/openssl.cnf`, "[req]\ndistinguished_name=dn\n[dn]\n");
    const subject = ["-subj", "/CN=registry of the tests", "-addext", "subjectAltName=IP:10.0.2.2"];
    const newKey = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-keyout", key];
    const request = [
      "req",
      "-x509",
      "-config",
      `${folder}/openssl.cnf`,
      ...newKey,
      ...subject,
      "-days",
      "2",
      "-out",
      certificate,
    ];
    await run([...kit.program("openssl"), ...request]);
  }
  const http = { addr: `127.0.0.1:${port}`, ...(tls ? { tls: { certificate, key } } : {}) };
  const storage = { filesystem: { rootdirectory: `${folder}/store` } };
  // JSON is YAML too.
  await Deno.writeTextFile(
    `${folder}/config.yml`,
    JSON.stringify({ version: 0.1, log: { level: "error" }, storage, http }),
  );
  const child = new Deno.Command(kit.program("docker-registry")[0], {
    args: [...kit.program("docker-registry").slice(1), "serve", `${folder}/config.yml`],
    stdin: "null",
    stdout: "null",
    stderr: "null",
  }).spawn();
  await listening(port);
  return {
    name: `10.0.2.2:${port}`,
    ...(tls ? { authority: await Deno.readTextFile(certificate) } : {}),
    async [Symbol.asyncDispose]() {
      child.kill("SIGKILL");
      await child.status;
      await Deno.remove(folder, { recursive: true });
    },
  };
}

/** Returns a port of loopback that nobody listens on. */
export function freePort(): number {
  using listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  return listener.addr.port;
}

async function listening(port: number): Promise<void> {
  for (let i = 0; i < 100; i++) {
    const open = await Deno.connect({ hostname: "127.0.0.1", port }).then(
      (c) => (c.close(), true),
      () => false,
    );
    if (open) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  throw new Error("the registry does not listen");
}
