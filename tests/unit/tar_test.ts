import assert from "node:assert/strict";
import { type Entry, readTar } from "../../tasks/formats/tar.ts";
import { bytes, tar, textOf } from "./make.ts";

const entry = (path: string, rest: Partial<Entry>): Entry => ({
  ...{ path, type: "file", mode: 0o644, uid: 0, gid: 0, mtime: 1700000000 },
  ...rest,
});
const deep = `/${"folder/".repeat(30)}name`;

const ENTRIES: [string, Entry][] = [
  ["the root", entry("/", { type: "directory", mode: 0o755 })],
  ["a directory", entry("/etc", { type: "directory", mode: 0o1777 })],
  ["a file", entry("/etc/os-release", { data: bytes("ID=boot2podman\n") })],
  ["an empty file", entry("/etc/empty", { data: new Uint8Array() })],
  ["a file of one whole block", entry("/block", { data: new Uint8Array(512).fill(7) })],
  ["a setuid program of somebody", entry("/su", { mode: 0o4755, uid: 1001, gid: 50, data: bytes("x") })],
  ["a symbolic link that goes up", entry("/a", { type: "symlink", mode: 0o777, target: "../../b" })],
  ["a hard link", entry("/c", { type: "hardlink", target: "/etc/os-release" })],
  ["a character device", entry("/dev/console", { type: "char", mode: 0o600, device: [5, 1] })],
  ["a block device", entry("/dev/loop300", { type: "block", device: [7, 300] })],
  ["a pipe", entry("/run/pipe", { type: "fifo" })],
  ["a path of 101 bytes", entry(`/${"x".repeat(101)}`, { data: bytes("y") })],
  ["a path of 100 bytes", entry(`/${"x".repeat(100)}`, { data: bytes("z") })],
  ["a long path", entry(deep, { data: bytes("deep") })],
  ["a long link", entry("/long", { type: "symlink", target: deep })],
  ["a long hard link", entry("/longer", { type: "hardlink", target: deep })],
  ["a name that is not ASCII", entry("/usr/share/ca/Főtanúsítvány.crt", { data: bytes("á") })],
];

for (const [title, item] of ENTRIES) {
  Deno.test(`tar keeps ${title}`, () => assert.deepEqual(readTar(tar([item])), [item]));
}

Deno.test("tar keeps everything in its order", () => {
  const all = ENTRIES.map(([, item]) => item);
  assert.deepEqual(readTar(tar(all)), all);
});

Deno.test("the host's tar reads what is written", async () => {
  const child = new Deno.Command("tar", { args: ["-tf", "-"], stdin: "piped", stdout: "piped" }).spawn();
  const writer = child.stdin.getWriter();
  await writer.write(tar(ENTRIES.map(([, item]) => item)));
  await writer.close();
  const { code, stdout } = await child.output();
  assert.equal(code, 0);
  assert.ok(textOf(stdout).includes(`${deep.slice(1)}\n`), textOf(stdout));
});

const whole = tar([entry("/a", { data: bytes("some text") }), entry("/b", { data: new Uint8Array(600) })]);
const changed = (at: number, value: number) => whole.with(at, value);
// pax keeps what ustar can't: the length of a record counts itself.
const pax = tar([entry("/pax", { data: bytes("18 path=/long-one\n23 linkpath=/elsewhere\n") })]);
pax[156] = "x".charCodeAt(0);
const sum = pax.subarray(0, 512).reduce((total, byte, i) => total + (i >= 148 && i < 156 ? 32 : byte), 0);
pax.set(bytes(sum.toString(8).padStart(6, "0")), 148);

const DAMAGE: [string, Uint8Array, RegExp][] = [
  ["a changed name", changed(0, 0x62), /damaged at byte 0: its check sum/],
  ["a changed size in the second header", changed(1024 + 130, 0x37), /damaged at byte 1024/],
  ["content that ends too early", whole.subarray(0, 1600), /cut short at byte 1024/],
  ["half a header", whole.subarray(0, 1200), /cut short/],
  ["no end mark", whole.subarray(0, 1024), /cut short/],
  ["nothing at all", new Uint8Array(), /cut short/],
  ["a path that leads out", tar([entry("/../etc/passwd", {})]), /unsafe path: \.\.\/etc\/passwd/],
  ["a path that leads up and out", tar([entry("/a/../../b", {})]), /unsafe path/],
  ["a hard link out of it", tar([entry("/a", { type: "hardlink", target: "/../b" })]), /unsafe path/],
];

for (const [title, archive, message] of DAMAGE) {
  Deno.test(`tar refuses ${title}`, () => {
    assert.throws(() => readTar(archive), { name: "Failure", message });
  });
}

Deno.test("tar takes names out of pax records, for the next entry alone", () => {
  const link = entry("/short", { type: "symlink", target: "near" });
  const archive = new Uint8Array([...pax.subarray(0, 1024), ...tar([link, link])]);
  assert.deepEqual(readTar(archive).map(({ path, target }) => [path, target]), [
    ["/long-one", "/elsewhere"],
    ["/short", "near"],
  ]);
});
