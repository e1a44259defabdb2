import assert from "node:assert/strict";
import { hostKit } from "../../tasks/host/tools.ts";
import { run } from "../../tasks/host/run.ts";
import { parseForward } from "../../tasks/machine/forward.ts";
import type { Disk } from "../../tasks/machine/devices.ts";
import { image as makeImage } from "./disks.ts";
import { boot, build, host } from "./harness.ts";
import { freePort } from "./registry.ts";

const image = await build();

const USER_DATA = `#cloud-config
hostname: seeded
ssh_authorized_keys:
  - ssh-ed25519 AAAAseed one@lab
  - "ssh-ed25519 AAAAseed2 two@lab"
write_files:
  - path: /opt/greeting
    permissions: '0600'
    content: |
      first line
        second, indented
  - path: /opt/short
    content: one line
runcmd:
  - echo ran > /run/ran
  - [ touch, /run/listed ]
`;

/** Makes a NoCloud seed as a disk with FAT, or as a CD, with the label that cloud-init looks for. */
async function seed(kind: "disk" | "CD"): Promise<{ disks?: Disk[]; cdrom?: string }> {
  const kit = await hostKit(host, "image");
  const folder = await Deno.makeTempDir();
  const files = ["user-data", "meta-data"].map((name) => `${folder}/${name}`);
  await Deno.writeTextFile(files[0], USER_DATA);
  await Deno.writeTextFile(files[1], "instance-id: lab-1\nlocal-hostname: other\n");
  if (kind === "CD") {
    const words = [
      "-no_rc",
      "-as",
      "mkisofs",
      "-quiet",
      "-V",
      "cidata",
      "-J",
      "-r",
      "-o",
      `${folder}/seed.iso`,
    ];
    await run([...kit.program("xorriso"), ...words, ...files]);
    return { cdrom: `${folder}/seed.iso` };
  }
  const file = await makeImage(`${folder}/seed.img`, 4);
  await run([...kit.program("mformat"), "-i", file, "-v", "CIDATA", "::"]);
  await run([...kit.program("mcopy"), "-i", file, ...files, "::"]);
  return { disks: [{ file, format: "raw" }] };
}

for (const kind of ["disk", "CD"] as const) {
  Deno.test(`a NoCloud seed on a ${kind} gives a name, keys, files and commands`, async () => {
    await using guest = await boot(image, await seed(kind));
    assert.equal(await guest.succeed("hostname"), "seeded\n");
    assert.match(await guest.succeed("cat ~/.ssh/authorized_keys"), /AAAAseed one@lab\n.*AAAAseed2 two@lab/);
    await guest.waitUntil("test -e /run/ran && test -e /run/listed", 30);
    assert.equal(
      await guest.succeed("sudo cat /opt/greeting /opt/short"),
      "first line\n  second, indented\none line\n",
    );
    assert.match(await guest.succeed("ls -l /opt/greeting"), /^-rw-------/);
  });
}

Deno.test("QEMU hands over a key, a proxy and certificates", async () => {
  const folder = await Deno.makeTempDir();
  const kit = await hostKit(host, "ssh");
  const [ca, key, port] = [`${folder}/ca.pem`, `${folder}/key`, freePort()];
  await Deno.writeTextFile(ca, "-----BEGIN CERTIFICATE-----\nlab\n-----END CERTIFICATE-----\n");
  await run([...kit.program("ssh-keygen"), "-q", "-t", "ed25519", "-N", "", "-C", "lab", "-f", key]);
  const given = (name: string, value: string) => ["-fw_cfg", `name=opt/boot2podman/${name},${value}`];
  const extra = [
    ...given("sshkey", `file=${key}.pub`),
    ...given("proxy", "string=http://proxy.lab:3128"),
    ...given("ca", `file=${ca}`),
  ];
  const forwards = [parseForward(`${port}:22`)];
  await using guest = await boot(image, { extra, forwards, append: "noproxy=localhost,lab" });
  const settings = await guest.succeed(". /etc/profile; env; sudo env");
  assert.equal(settings.match(/^https_proxy=http:\/\/proxy\.lab:3128$/gm)?.length, 2);
  assert.match(settings, /^no_proxy=localhost,lab$/m);
  assert.match(await guest.succeed("tail -n 3 /etc/ssl/certs/ca-certificates.crt"), /^lab$/m);
  await guest.waitUntil("test -e /run/sshd.pid", 60);
  const options = [
    "-F",
    "none",
    "-i",
    key,
    "-o",
    "StrictHostKeyChecking=no",
    "-o",
    "UserKnownHostsFile=/dev/null",
  ];
  for (const user of ["tc", "root"]) {
    const ssh = [...kit.program("ssh"), ...options, "-p", `${port}`, `${user}@127.0.0.1`, "env"];
    assert.match(await run(ssh), /^http_proxy=http:\/\/proxy\.lab:3128$/m, "also without a login shell");
  }
  await Deno.remove(folder, { recursive: true });
});

Deno.test("it has IPv6, tells how long the boot took, and its clock is right after a pause", async () => {
  await using guest = await boot(image);
  await guest.waitUntil("ip -6 addr show dev eth0 | grep -q 'inet6 fec0:.* scope'", 90);
  const log = await guest.succeed("boot-log");
  assert.match(log, /^hook +took +done at$/m);
  for (const hook of ["kernel and /init", "persist", "network", "in all"]) {
    assert.match(log, new RegExp(`^${hook} +\\d+\\.\\d\\d`, "m"));
  }
  await guest.qmp("stop");
  await new Promise((resolve) => setTimeout(resolve, 20_000));
  await guest.qmp("cont");
  // A first look would say that it is behind; within a minute it has to have caught up.
  const off = async () => Math.abs(Number(await guest.succeed("date +%s")) - Date.now() / 1000);
  for (let tries = 0; await off() > 4; tries++) {
    assert.ok(tries < 60, `the clock is still ${await off()} s off`);
    await new Promise((resolve) => setTimeout(resolve, 1000));
  }
});

Deno.test("settings that the owner keeps on the data disk are there at the next boot", async () => {
  const folder = await Deno.makeTempDir();
  const disk: Disk = { file: await makeImage(`${folder}/data.img`, 128), format: "raw" };
  {
    await using guest = await boot(image, { disks: [disk], append: "format=/dev/vda" });
    await guest.succeed(
      `cd /var/lib/boot2podman && sudo mkdir -p etc/boot2podman etc/containers/registries.conf.d ca &&
      echo 10.0.2.99::10.0.2.2:255.255.255.0:::: | sudo tee etc/boot2podman/ip &&
      printf 'unqualified-search-registries = ["registry.lab"]\\n' | sudo tee etc/containers/registries.conf.d/lab.conf &&
      printf 'authority of the lab\\n' | sudo tee ca/lab.crt`,
    );
    await guest.poweroff();
  }
  await using guest = await boot(image, { disks: [disk] });
  await guest.waitUntil("ip -4 addr show dev eth0 | grep -q 10.0.2.99/24", 60);
  assert.match(
    await guest.succeed("podman info --format '{{.Registries}}'", { timeout: 60 }),
    /registry\.lab/,
  );
  assert.match(await guest.succeed("tail -n 1 /etc/ssl/certs/ca-certificates.crt"), /authority of the lab/);
  await guest.poweroff();
  await Deno.remove(folder, { recursive: true });
});
