import assert from "node:assert/strict";
import { readTar } from "../../tasks/formats/tar.ts";
import { change } from "../../tasks/machines/change.ts";
import { defaultSettings } from "../../tasks/machines/create.ts";
import { formatRequest, growDisk, makeDisk } from "../../tasks/machines/disk.ts";
import { envText, shellName } from "../../tasks/machines/env.ts";
import { isOlder, isoVersion } from "../../tasks/machines/image.ts";
import { makeKey, mustBePrivate, writeKey } from "../../tasks/machines/key.ts";
import { placeOf } from "../../tasks/machines/place.ts";
import { choosePort, mustBeFree } from "../../tasks/machines/ports.ts";
import { machineCommand } from "../../tasks/machines/qemu.ts";
import { table } from "../../tasks/machines/report.ts";
import { type Machine, readSettings, type Settings } from "../../tasks/machines/settings.ts";
import { formatSize, parseSize } from "../../tasks/machines/size.ts";
import { machineIn, scpArguments, sshArguments } from "../../tasks/machines/ssh.ts";
import * as box from "../../tasks/machines/virtualbox.ts";
import { absoluteVolume, parseVolume } from "../../tasks/machines/volume.ts";

const settings: Settings = { ...defaultSettings(), sshPort: 2222, cpus: 2 };
const machine: Machine = { ...await placeOf("box"), is: settings };
const at = "/data/machines/box/machine.json";
const read = (changed: Record<string, unknown>) =>
  readSettings(JSON.stringify({ ...settings, ...changed }), at);

Deno.test("settings are read as they were written", () => {
  const full = { ...settings, forwards: ["8080:80"], volumes: ["/a:/b"] };
  assert.deepEqual(readSettings(JSON.stringify(full), at), full);
});

const WRONG_SETTINGS: [string, Record<string, unknown>, RegExp][] = [
  ["memory as a word", { memory: "1024" }, /"memory" is "1024"; expected a whole number from 256/],
  ["half a processor", { cpus: 0.5 }, /"cpus" is 0\.5; expected/],
  ["a driver of others", { driver: "xen" }, /"driver" is "xen"; expected "qemu" or "virtualbox"/],
  ["a forward of nothing", { forwards: ["80"] }, /"forwards" is \["80"\]; expected a list of port forwards/],
  ["a volume that is no list", { volumes: "/a:/b" }, /"volumes" is .*; expected a list of volumes/],
  ["a port out of range", { sshPort: 70000 }, /"sshPort" is 70000/],
  ["a proxy that is no address", { proxy: "proxy" }, /"proxy" is "proxy"; expected an address/],
  ["what is missing", { accel: undefined }, /"accel" is missing; expected "auto"/],
  ["what isn't known", { memmory: 1 }, /There is no setting in .* called "memmory"/],
  ["a later schema", { schema: 2 }, /has schema 2, and this boot2podman knows 1/],
];

for (const [title, changed, message] of WRONG_SETTINGS) {
  Deno.test(`settings with ${title} are refused`, () => assert.throws(() => read(changed), { message }));
}

Deno.test("a settings file cut anywhere is refused, and it is said what to do", () => {
  const whole = JSON.stringify(settings, null, 2);
  for (let length = 0; length < whole.length; length++) {
    assert.throws(
      () => readSettings(whole.slice(0, length), at),
      (error: Error & { hint?: string }) =>
        /machine\.json is damaged/.test(error.message) && /machine rm --force box/.test(error.hint!),
    );
  }
});

const SIZES: [string, number][] = [["256M", 2 ** 28], ["20G", 20 * 2 ** 30], ["20GiB", 20 * 2 ** 30], [
  "1t",
  2 ** 40,
]];
for (const [text, bytes] of SIZES) {
  Deno.test(`the size ${text} is ${bytes} bytes`, () => assert.equal(parseSize(text), bytes));
}
for (const text of ["20", "G", "-1G", "1.5G", "100M", "17T", "20K", ""]) {
  Deno.test(`${JSON.stringify(text)} is no size of a disk`, () =>
    assert.throws(() => parseSize(text), /is not/));
}
Deno.test("sizes are said as people say them", () => {
  assert.deepEqual([2 ** 28, 20 * 2 ** 30, 1.5 * 2 ** 30, 2 ** 40].map(formatSize), [
    "256M",
    "20G",
    "1.5G",
    "1T",
  ]);
});

Deno.test("volumes are two absolute paths", () => {
  assert.deepEqual(parseVolume("/home/me/a b:/src"), { host: "/home/me/a b", guest: "/src" });
  for (const text of ["src:/src", "/src", "/src:", "/src:src", "/a:/b/../../etc", "/a:/", "/a:/b:/c"]) {
    assert.throws(() => parseVolume(text), /is not a volume/, text);
  }
  assert.equal(absoluteVolume(".:/src", "/home/me/a b"), "/home/me/a b:/src");
  assert.equal(absoluteVolume("../x:/src", "/home/me"), "/home/x:/src");
});

Deno.test("a setting is changed by its key, and lists are replaced", () => {
  assert.equal(change(settings, "memory", ["2048"]).memory, 2048);
  assert.equal(change(settings, "disk-size", ["30G"]).diskSize, 30 * 2 ** 30);
  const forwarded = change(settings, "forward", ["8080:80", "udp:53:53"]);
  assert.deepEqual(forwarded.forwards, ["8080:80", "udp:53:53"]);
  assert.deepEqual(change(forwarded, "forward", ["none"]).forwards, []);
});

const WRONG_CHANGES: [string, string[], RegExp][] = [
  ["memory", ["12"], /"12" is not the MiB of memory/],
  ["memory", ["1024", "2048"], /takes one value, and 2 were given/],
  ["cpus", ["two"], /"two" is not a number of processors/],
  ["accel", ["kwm"], /There is no acceleration "kwm"/],
  ["forward", ["80"], /"80" is not a port forward/],
  ["forward", ["2222:80"], /tcp port 2222 of the host is forwarded twice/],
  ["memmory", ["1"], /There is no setting "memmory"/],
];

for (const [key, values, message] of WRONG_CHANGES) {
  Deno.test(`${key} can't be ${values.join(" ")}`, () => {
    assert.throws(() => change(settings, key, values), { message });
  });
}

Deno.test("names that would lead elsewhere are refused", async () => {
  for (const name of ["", "-a", "a/b", "..", "Box", "a b", "a".repeat(64)]) {
    await assert.rejects(placeOf(name), /can't be the name of a machine/, name);
  }
  const { serial } = await placeOf("a".repeat(63));
  assert.ok(serial.length < 107, `${serial} is too long for a socket`);
});

Deno.test("QEMU gets the disk, the forwards and the volumes, and goes to the background", () => {
  const proxy = { proxy: "http://proxy:3128", noProxy: "localhost,lab" };
  const is = { ...settings, ...proxy, forwards: ["8080:80"], volumes: ["/home/a,b:/src"] };
  const line = machineCommand({ ...machine, is }, { version: 10 }, "kvm").join(" ");
  for (
    const part of [
      "-m 1024 -smp 2",
      `file=${machine.disk},if=none,id=disk0,format=raw`,
      `file=${machine.iso},if=none,id=cd,media=cdrom`,
      "hostfwd=tcp:127.0.0.1:2222-:22,hostfwd=tcp:127.0.0.1:8080-:80",
      "-daemonize",
      `-pidfile ${machine.pid}`,
      `path=${machine.serial},server=on,wait=off,logfile=${machine.console}`,
      "-fsdev local,id=volume0,path=/home/a,,b,security_model=none",
      "-device virtio-9p-pci,fsdev=volume0,mount_tag=volume0",
      "-fw_cfg name=opt/boot2podman/proxy,string=http://proxy:3128",
      "-fw_cfg name=opt/boot2podman/noproxy,string=localhost,,lab",
    ]
  ) assert.ok(line.includes(part), `${part} is not in ${line}`);
});

Deno.test("VirtualBox is told the same", () => {
  const is = { ...settings, forwards: ["udp:0.0.0.0:53:5353"] };
  const lines = (commands: string[][]) => commands.map((words) => words.join(" ")).join("\n");
  const made = lines(box.createCommands({ ...machine, is }));
  assert.match(made, /^convertfromraw \S+data\.img \S+data\.vdi --format VDI$/m);
  assert.match(made, /^createvm --name boot2podman-box --ostype Linux26_64 .*--register$/m);
  assert.match(made, /^storageattach .* --port 0 --device 0 --type dvddrive --medium \S+boot2podman\.iso$/m);
  assert.match(made, /^storageattach .* --port 1 --device 0 --type hdd --medium \S+data\.vdi$/m);
  const settled = lines(box.settleCommands({ ...machine, is }));
  assert.match(settled, /--memory 1024 --cpus 2 --ioapic on --acpi on/);
  assert.match(settled, /--nic1 nat --nictype1 virtio/);
  assert.match(settled, /--natpf1 forward0,tcp,127\.0\.0\.1,2222,,22$/m);
  assert.match(settled, /--natpf1 forward1,udp,0\.0\.0\.0,53,,5353$/m);
});

Deno.test("what VirtualBox says is understood", () => {
  const info = 'name="x"\nForwarding(0)="forward0,tcp,127.0.0.1,2222,,22"\nVMState="aborted"\n';
  assert.deepEqual(box.unforwardCommands(machine, info), [
    ["modifyvm", "boot2podman-box", "--natpf1", "delete", "forward0"],
  ]);
  assert.equal(box.boxState(info), "crashed");
  assert.equal(box.boxState('VMState="poweroff"'), "stopped");
  assert.equal(box.boxState('VMState="stopping"'), "running");
});

const ENVIRONMENTS: [string, string][] = [
  ["sh", `export CONTAINER_SSHKEY='/it'\\''s/key'`],
  ["fish", `set -gx CONTAINER_SSHKEY '/it\\'s/key';`],
  ["powershell", `$Env:CONTAINER_SSHKEY = '/it''s/key'`],
];

for (const [shell, line] of ENVIRONMENTS) {
  Deno.test(`${shell} is told where podman is`, () => {
    const lines = envText({ ...machine, key: "/it's/key" }, shell).split("\n");
    assert.ok(lines.includes(line), lines.join("\n"));
    assert.match(lines[0], /CONTAINER_HOST.*'ssh:\/\/root@127\.0\.0\.1:2222\/run\/podman\/podman\.sock'/);
    assert.match(lines.at(-1)!, /^# .*machine env box/);
  });
}

Deno.test("the user's shell is known by its path", () => {
  assert.deepEqual(
    ["/bin/bash", "/usr/bin/fish", "/usr/bin/pwsh", undefined].map(shellName),
    ["sh", "fish", "powershell", "sh"],
  );
  assert.throws(() => envText(machine, "fisch"), /There is no shell "fisch"/);
});

Deno.test("the table has a line for each machine, also for one that is broken", () => {
  const text = table([
    { name: "box", state: "running", version: "0.1.0", newer: "0.2.0", settings, folder: "/x" },
    { name: "old", state: "broken", problem: "…", folder: "/y" },
  ]);
  assert.equal(
    text,
    `NAME  STATE    CPUS  MEMORY    DISK  SSH   VERSION
box   running  2     1024 MiB  20G   2222  0.1.0 (older than 0.2.0)
old   broken`,
  );
});

Deno.test("ssh uses the machine's key, and nothing of the user's", () => {
  const words = sshArguments({ ...machine, key: "/a b/100%" }, "tc", ["ls", "-l"]);
  assert.ok(words.includes('IdentityFile="/a b/100%%"'));
  assert.ok(words.join(" ").startsWith("-F /dev/null "));
  assert.deepEqual(words.slice(-5), ["-p", "2222", "tc@127.0.0.1", "ls", "-l"]);
});

Deno.test("scp finds the machine among the paths", () => {
  assert.equal(machineIn(["notes.txt", "box:/tmp"]), "box");
  assert.deepEqual(scpArguments(machine, ["a:b", "box:/tmp"]).slice(-2), ["a:b", "tc@127.0.0.1:/tmp"]);
  assert.throws(() => machineIn(["a", "b"]), /None of the paths is on a machine/);
  assert.throws(() => machineIn(["a:x", "b:y"]), /on 2 machines/);
});

Deno.test("a new disk asks for being formatted, with the keys behind it", async () => {
  const path = await Deno.makeTempFile();
  await Deno.remove(path);
  await makeDisk(path, 2 ** 28, formatRequest("ssh-ed25519 AAAA me\n"));
  const { size, blocks } = await Deno.stat(path);
  assert.equal(size, 2 ** 28);
  assert.ok(blocks! < 100, "it is not sparse");
  const entries = readTar((await Deno.readFile(path)).subarray(0, 20480));
  assert.deepEqual(entries.map((entry) => entry.path), [
    "/boot2podman, please format-me",
    "/.ssh",
    "/.ssh/authorized_keys",
    "/.ssh/authorized_keys2",
  ]);
  assert.equal(new TextDecoder().decode(entries[0].data), "boot2podman, please format-me");
  assert.equal(new TextDecoder().decode(entries[2].data), "ssh-ed25519 AAAA me\n");
  await growDisk(path, 2 ** 29);
  assert.equal((await Deno.stat(path)).size, 2 ** 29);
  await assert.rejects(growDisk(path, 2 ** 28), /has 512M, and a disk can't be made smaller/);
  await assert.rejects(makeDisk(`${path}/x`, 1), /./);
  await assert.rejects(makeDisk(`${path}.big`, 2 ** 52), /can't hold a file of/);
  await assert.rejects(Deno.stat(`${path}.big`));
  await Deno.remove(path);
});

Deno.test("a key is written as ssh-keygen writes it", async () => {
  const { secret, open } = await makeKey("me@home");
  assert.match(open, /^ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAI[\w+/]{43} me@home\n$/);
  const path = await Deno.makeTempFile();
  await Deno.writeTextFile(path, secret);
  await Deno.chmod(path, 0o600);
  // Where there is no ssh-keygen, the fixed form below has to do.
  const said = await new Deno.Command("ssh-keygen", { args: ["-y", "-P", "", "-f", path] }).output()
    .then(({ stdout }) => new TextDecoder().decode(stdout), () => open);
  assert.equal(said.trim(), open.trim());
  await mustBePrivate(path);
  await Deno.chmod(path, 0o644);
  await assert.rejects(mustBePrivate(path), { message: /mode is 644/, hint: `Type: chmod 600 ${path}` });
  await Deno.remove(path);
  await assert.rejects(mustBePrivate(path), /can't be read/);
});

Deno.test("a key's file is what it was when ssh-keygen read it", () => {
  const open = Uint8Array.fromHex("8a88e3dd7409f195fd52db2d3cba5d72ca6709bf1d94121bf3748801b40f6f5c");
  const { secret } = writeKey(new Uint8Array(32).fill(1), open, "me@home");
  assert.equal(
    secret,
    `-----BEGIN OPENSSH PRIVATE KEY-----
b3BlbnNzaC1rZXktdjEAAAAABG5vbmUAAAAEbm9uZQAAAAAAAAABAAAAMwAAAAtzc2gtZW
QyNTUxOQAAACCKiOPddAnxlf1S2y08ul1yymcJvx2UEhvzdIgBtA9vXAAAAJBiMnBkYjJw
ZAAAAAtzc2gtZWQyNTUxOQAAACCKiOPddAnxlf1S2y08ul1yymcJvx2UEhvzdIgBtA9vXA
AAAEABAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAQEBAYqI4910CfGV/VLbLTy6XXLK
Zwm/HZQSG/N0iAG0D29cAAAAB21lQGhvbWUBAgMEBQY=
-----END OPENSSH PRIVATE KEY-----
`,
  );
});

Deno.test("the version of an ISO is read from its volume, and others are refused", async () => {
  const path = await Deno.makeTempFile({ suffix: ".iso" });
  const image = async (magic: string, volume: string) => {
    const bytes = new Uint8Array(34816);
    bytes.set(new TextEncoder().encode(`\x01${magic}\x01`), 32768);
    bytes.set(new TextEncoder().encode(volume.padEnd(32)), 32808);
    await Deno.writeFile(path, bytes);
    return path;
  };
  assert.equal(await isoVersion(await image("CD001", "Boot2Podman-v0.1.0")), "0.1.0");
  await assert.rejects(
    isoVersion(await image("CD001", "Debian 13")),
    /is not an ISO of boot2podman, but "Debian 13"/,
  );
  await assert.rejects(isoVersion(await image("", "Boot2Podman-v1")), /no ISO at all/);
  await Deno.writeTextFile(path, "short");
  await assert.rejects(isoVersion(path), /no ISO at all/);
  await Deno.remove(path);
  await assert.rejects(isoVersion(path), /There is no ISO that can be read/);
  assert.ok(isOlder("0.9.0", "0.10.0") && !isOlder("0.1.0", "0.1.0"));
});

Deno.test("a taken port is found out, and another is chosen", () => {
  const port = choosePort(new Set());
  using _listener = Deno.listen({ hostname: "127.0.0.1", port });
  assert.ok(choosePort(new Set([port + 1])) > port + 1);
  const is = { ...settings, sshPort: port };
  assert.throws(
    () => mustBeFree({ name: "box", is }),
    { message: new RegExp(`Port ${port} of 127.0.0.1 is taken`), hint: /--ssh-port/ },
  );
});
