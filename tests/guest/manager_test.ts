import assert from "node:assert/strict";
import { hostKit } from "../../tasks/host/tools.ts";
import { run } from "../../tasks/host/run.ts";
import type { Disk } from "../../tasks/machine/devices.ts";
import { parseForward } from "../../tasks/machine/forward.ts";
import { type Guest, startGuest } from "../../tasks/machine/guest.ts";
import { accel, build, host, qemu } from "./harness.ts";
import { request } from "./disks.ts";
import { freePort } from "./registry.ts";

const image = await build();
const folder = await Deno.makeTempDir();
const key = `${folder}/id_rsa`;

/** What the older machine manager does, step by step: it knows RSA keys and SHA-1 signatures, and runs as tc. */
async function ssh(port: number, command: string): Promise<string> {
  const kit = await hostKit(host, "ssh");
  const options = {
    StrictHostKeyChecking: "no",
    UserKnownHostsFile: "/dev/null",
    PubkeyAcceptedAlgorithms: "ssh-rsa",
    LogLevel: "ERROR",
  };
  const words = Object.entries(options).flatMap(([name, value]) => ["-o", `${name}=${value}`]);
  return await run([
    ...kit.program("ssh"),
    "-F",
    "none",
    "-i",
    key,
    ...words,
    "-p",
    `${port}`,
    "tc@127.0.0.1",
    command,
  ]);
}

/** Starts the machine as that manager does: an IDE disk in qcow2, the ISO as a CD to boot from, one processor. */
async function start(disk: Disk, port: number): Promise<Guest> {
  const guest = await startGuest({
    qemu,
    accel,
    memory: 1024,
    cpus: 1,
    cdrom: image.iso,
    disks: [disk],
    forwards: [parseForward(`${port}:22`)],
    extra: ["-boot", "d"],
  });
  for (let tries = 0;; tries++) {
    if (await ssh(port, "exit 0").then(() => true, () => false)) return guest;
    if (tries === 90) throw new Error(`It does not answer by ssh. ${guest.serialLog().slice(-1000)}`);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
}

Deno.test("the older machine manager creates, uses, stops and starts a machine of ours, unmodified", async () => {
  const kits = await hostKit(host, "registry");
  await run([...kits.program("openssl"), "genrsa", "-traditional", "-out", key, "2048"]);
  await Deno.chmod(key, 0o600);
  const keygen = (await hostKit(host, "ssh")).program("ssh-keygen");
  const publicKey = (await run([...keygen, "-y", "-f", key])).trim();
  const raw = await request(`${folder}/disk.raw`, 64, publicKey);
  const disk: Disk = { file: `${folder}/disk.qcow2`, format: "qcow2", interface: "ide" };
  const image = (await hostKit(host, "qemu")).program("qemu-img");
  await run([...image, "convert", "-q", "-f", "raw", "-O", "qcow2", raw, disk.file]);
  await run([...image, "resize", "-q", disk.file, "20G"]);
  const port = freePort();
  {
    await using guest = await start(disk, port);
    assert.match(await ssh(port, "cat /etc/os-release"), /^ID=boot2podman$/m);
    assert.doesNotMatch(await ssh(port, "cat /etc/os-release"), /=.*=/);
    await ssh(
      port,
      "sudo /usr/bin/sethostname old && sudo mkdir -p /var/lib/boot2podman/etc && echo old | sudo tee /var/lib/boot2podman/etc/hostname",
    );
    await ssh(port, "printf '%s' 'a certificate' | sudo tee /var/lib/boot2podman/server.pem");
    assert.match(await ssh(port, "podman --version"), /^podman version \d/);
    assert.match(await ssh(port, "podman version --format '{{ .Version }}'"), /^\d+\.\d+\.\d+$/m);
    assert.match(await ssh(port, "df -m /var/lib/containers | tail -n 1"), /^\/dev\/sda +1[89]\d\d\d/);
    await guest.powerButton();
    assert.equal((await guest.waitForExit(180)).reason, "guest-shutdown");
  }
  await using guest = await start(disk, port);
  assert.equal(await ssh(port, "hostname; cat /var/lib/boot2podman/server.pem"), "old\na certificate");
  await guest.powerButton();
  await guest.waitForExit(180);
  await Deno.remove(folder, { recursive: true });
});
