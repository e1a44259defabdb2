import assert from "node:assert/strict";
import { type AccelFacts, accelFrom, hasVirtualization } from "../../tasks/machine/accel.ts";
import { diskArguments, type DiskInterface } from "../../tasks/machine/devices.ts";
import { parseForward } from "../../tasks/machine/forward.ts";
import { keysFor } from "../../tasks/machine/keys.ts";
import { commandLine, startQemu } from "../../tasks/machine/process.ts";
import { qemuCommand, type QemuOptions } from "../../tasks/machine/qemu.ts";
import { lastLines } from "../../tasks/formats/lines.ts";
import { openDisk } from "../../tasks/run.ts";

const uefi = { kind: "uefi" as const, code: "code.fd", vars: "vars.fd" };
const command = (options: QemuOptions, version = 10) => qemuCommand(options, { version }).join(" ");

const HAS: [string, QemuOptions, string[]][] = [
  ["the defaults", {}, ["-machine pc", "-m 512", "-smp 2", "-vga std", "-display none", "virtio-rng-pci"]],
  ["software emulation", { accel: "tcg" }, ["-accel tcg,thread=multi -cpu max -"]],
  ["KVM", { accel: "kvm" }, ["-accel kvm -cpu host"]],
  ["a CD", { cdrom: "a,b.iso" }, ["file=a,,b.iso,if=none,id=cd,media=cdrom", "ide-cd,drive=cd,bootindex=0"]],
  ["a stick", { usbDisk: "x.iso" }, [
    "format=raw,snapshot=on",
    "qemu-xhci,id=stick-bus",
    "usb-storage,drive=stick,bus=stick-bus.0,bootindex=0",
  ]],
  ["a stick before a CD", { usbDisk: "x", cdrom: "y" }, ["ide-cd,drive=cd,bootindex=1"]],
  ["a kernel", { direct: { kernel: "k", initrd: "i", append: "a b" } }, ["-kernel k -initrd i -append a b"]],
  ["UEFI", { firmware: uefi }, [
    "-machine q35",
    "unit=0,format=raw,readonly=on,file=code.fd",
    "unit=1,format=raw,file=vars.fd",
  ]],
  ["UEFI on pc", { firmware: uefi, machine: "pc" }, ["-machine pc"]],
  ["Secure Boot", { firmware: { ...uefi, kind: "secure-boot" } }, [
    "-machine q35,smm=on",
    "property=secure,value=on",
  ]],
  ["forwards", { forwards: [parseForward("8080:80"), parseForward("udp:53:5353")] }, [
    "-netdev user,id=net,hostfwd=tcp:127.0.0.1:8080-:80,hostfwd=udp:127.0.0.1:53-:5353",
    "-device virtio-net-pci,netdev=net",
  ]],
  ["another card", { nic: "e1000" }, ["-device e1000,netdev=net,romfile="]],
  ["no network", { nic: "none" }, ["-nic none"]],
  ["booting by network", { netboot: { folder: "/t", file: "f" } }, [
    "tftp=/t,bootfile=f",
    "netdev=net,bootindex=0",
  ]],
  ["the terminal", { serial: "stdio" }, ["-serial mon:stdio"]],
  ["sockets", { serial: { socket: "s" }, qmp: "q" }, [
    "socket,id=serial,path=s -serial chardev:serial",
    "path=q -mon chardev=qmp,mode=control",
  ]],
  ["a reboot that ends it", { noReboot: true, extra: ["-S"] }, ["-no-reboot -S"]],
];

for (const [name, options, parts] of HAS) {
  Deno.test(`QEMU's command line for ${name}`, () => {
    for (const part of parts) assert.ok(command(options).includes(part), `${part} in ${command(options)}`);
  });
}

Deno.test("QEMU before 10 emulates no cmpxchg16b", () => {
  assert.ok(command({}, 7).includes("-cpu max,cx16=off"));
});

Deno.test("QEMU's own files are looked for where it was unpacked", () => {
  assert.deepEqual(qemuCommand({}, { version: 10, data: ["/a", "/b"] }).slice(0, 4), [
    "-L",
    "/a",
    "-L",
    "/b",
  ]);
});

Deno.test("what can't be is refused with a hint", () => {
  assert.throws(() => command({ architecture: "arm64" }), /arm64/);
  assert.throws(() => command({ machine: "pc", firmware: { ...uefi, kind: "secure-boot" } }), /q35/);
  assert.throws(() => command({ nic: "igb" }, 7), { name: "Failure", hint: /QEMU 8/ });
  assert.throws(() => command({ nic: "e100" as "e1000" }), { name: "Failure", hint: /Did you mean "e1000"/ });
  assert.throws(() => diskArguments({ file: "f", format: "raw", interface: "nvm" as DiskInterface }, "d"), {
    hint: /Did you mean "nvme"/,
  });
});

Deno.test("every disk has its own controller where the machine has none", () => {
  const args = command({
    disks: ["scsi", "sd", "nvme"].map((item) => ({
      file: item,
      format: "raw",
      interface: item as DiskInterface,
    })),
  });
  for (
    const part of [
      "scsi-hd,drive=disk0,bus=disk0-bus.0",
      "sd-card,drive=disk1,bus=sd-bus",
      "nvme,drive=disk2,serial=disk2",
    ]
  ) {
    assert.ok(args.includes(part), `${part} in ${args}`);
  }
});

Deno.test("port forwards", () => {
  const tcp = { protocol: "tcp", address: "127.0.0.1", host: 8080, guest: 80 };
  assert.deepEqual(parseForward("8080:80"), tcp);
  assert.deepEqual(parseForward("tcp:127.0.0.1:8080:80"), tcp);
  assert.deepEqual(parseForward("0.0.0.0:8080:80"), { ...tcp, address: "0.0.0.0" });
  assert.deepEqual(parseForward("udp:8080:80"), { ...tcp, protocol: "udp" });
  for (
    const text of [
      "",
      "80",
      "a:b",
      "8080:",
      "sctp:1:2",
      "1:2:3",
      "-1:80",
      "300.0.0.1:1:2",
      "0:80",
      "80:65536",
      "1:2,hostfwd=x",
    ]
  ) {
    assert.throws(() => parseForward(text), { name: "Failure", hint: /./ }, text);
  }
});

const linux: AccelFacts = {
  os: "linux",
  sameArchitecture: true,
  device: "opens",
  virtualization: true,
  starts: () => Promise.resolve(true),
};

const CHOICES: [Partial<AccelFacts>, string, RegExp][] = [
  [{}, "kvm", /works/],
  [{ os: "darwin" }, "hvf", /works/],
  [{ device: "absent" }, "tcg", /no \/dev\/kvm/],
  [{ device: "denied" }, "tcg", /group kvm/],
  [{ virtualization: false }, "tcg", /neither vmx nor svm/],
  [{ starts: () => Promise.resolve(false) }, "tcg", /can't start/],
  [{ sameArchitecture: false }, "tcg", /processor/],
  [{ os: "windows" }, "tcg", /windows/],
];

for (const [facts, accel, reason] of CHOICES) {
  Deno.test(`acceleration where ${JSON.stringify(facts)} is ${accel}`, async () => {
    const choice = await accelFrom({ ...linux, ...facts });
    assert.equal(choice.accel, accel);
    assert.match(choice.reason, reason);
  });
}

Deno.test("virtualization is read from /proc/cpuinfo", () => {
  assert.ok(hasVirtualization("processor\t: 0\nflags\t\t: fpu vmx sse\n"));
  assert.ok(hasVirtualization("flags\t\t: fpu svm\n"));
  assert.ok(hasVirtualization("CPU implementer\t: 0x41\n"));
  assert.ok(!hasVirtualization("flags\t\t: fpu svm_lock vmxnet\nmodel name\t: vmx\n"));
});

Deno.test("keys are those of a US keyboard", () => {
  assert.deepEqual(["a", "A", "7", "&", "\n", "-", "_", "é"].map(keysFor), [
    ["a"],
    ["shift", "a"],
    ["7"],
    ["shift", "7"],
    ["ret"],
    ["minus"],
    ["shift", "minus"],
    undefined,
  ]);
  for (let code = 32; code < 127; code++) {
    assert.ok(keysFor(String.fromCharCode(code)), String.fromCharCode(code));
  }
});

Deno.test("the last lines of a log", () => {
  assert.equal(lastLines("a\nb \r\nc\n\n", 2), "b\nc");
});

Deno.test("a command line can be pasted into a shell", () => {
  assert.equal(
    commandLine({ command: ["qemu"], version: 10 }, ["-append", "a 'b'"]),
    `qemu -append 'a '\\''b'\\'''`,
  );
});

Deno.test("a disk's format is told by its first bytes, and one that is not there by name", async () => {
  const folder = await Deno.makeTempDir();
  try {
    await Deno.writeFile(`${folder}/a`, new Uint8Array([0x51, 0x46, 0x49, 0xfb, 0, 0, 0, 3]));
    await Deno.writeFile(`${folder}/b`, new Uint8Array(512));
    assert.equal((await openDisk(`${folder}/a`)).format, "qcow2");
    assert.equal((await openDisk(`${folder}/b`)).format, "raw");
    await assert.rejects(openDisk(`${folder}/c`), { name: "Failure", hint: /truncate/ });
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

Deno.test("a started program ends when it is killed, and tells its own exit code", async () => {
  const log = await Deno.makeTempFile();
  try {
    const start = (script: string) => startQemu({ command: ["sh", "-c", script], version: 10 }, [], log);
    assert.equal(await start("echo said; exit 7").ended, 7);
    assert.equal(await Deno.readTextFile(log), "said\n");
    const sleeping = start("exec sleep 60");
    await sleeping.kill();
    assert.equal(await sleeping.ended, 128 + 9);
  } finally {
    await Deno.remove(log);
  }
});
