import assert from "node:assert/strict";
import { gzipSync, zstdCompressSync } from "node:zlib";
import { readAr } from "../../tasks/formats/ar.ts";
import { decompress, readDeb } from "../../tasks/formats/deb.ts";
import { directory, file, symlink } from "../../tasks/formats/tree.ts";
import { ar, bytes, joined, tar, textOf } from "./make.ts";

const ODD = { "debian-binary": bytes("2.0\n"), "odd/": bytes("abc"), "last": bytes("z") };

Deno.test("ar members have their names without padding and slash, and their bytes", () => {
  const members = readAr(ar(ODD)).map(({ name, data }) => [name, textOf(data)]);
  assert.deepEqual(members, [["debian-binary", "2.0\n"], ["odd", "abc"], ["last", "z"]]);
});

const whole = ar(ODD);
const BROKEN: [string, Uint8Array, RegExp][] = [
  ["what is no archive", bytes("!<arch>?"), /magic is missing/],
  ["an empty file", new Uint8Array(), /magic is missing/],
  [
    "a member that ends too early",
    ar({ a: bytes("12345") }).subarray(0, 70),
    /cut short or damaged at byte 8/,
  ],
  ["a header that ends too early", whole.subarray(0, 100), /cut short or damaged at byte 72/],
  ["a size that is no number", whole.with(8 + 48, 0x78), /damaged at byte 8/],
  ["a size below zero", whole.with(8 + 48, 0x2d), /damaged at byte 8/],
];

for (const [title, archive, message] of BROKEN) {
  Deno.test(`ar refuses ${title}`, () => {
    assert.throws(() => readAr(archive), { name: "Failure", message });
  });
}

const FILES = [
  directory("/usr"),
  file("/usr/perl", "#!perl", 0o755),
  { ...file("/usr/perl5.40", "", 0o755), data: undefined, type: "hardlink" as const, target: "/usr/perl" },
  symlink("/usr/p", "perl"),
];

const COMPRESSIONS: [string, (data: Uint8Array) => Uint8Array][] = [
  ["data.tar", (data) => data],
  ["data.tar.gz", gzipSync],
  ["data.tar.zst", zstdCompressSync],
];

for (const [name, compress] of COMPRESSIONS) {
  Deno.test(`a .deb with ${name} is read, and each hard link has the content`, async () => {
    const control = { "debian-binary": bytes("2.0\n"), "control.tar.xz": bytes("ignored") };
    const entries = await readDeb(ar({ ...control, [name]: compress(tar(FILES)) }));
    assert.deepEqual(entries.map(({ path, type, data }) => [path, type, data && textOf(data)]), [
      ["/usr", "directory", undefined],
      ["/usr/perl", "file", "#!perl"],
      ["/usr/perl5.40", "file", "#!perl"],
      ["/usr/p", "symlink", undefined],
    ]);
    assert.equal(entries[2].mode, 0o755);
  });
}

Deno.test("a .deb without data, or with a link into nowhere, is refused", async () => {
  await assert.rejects(readDeb(ar({ "control.tar": tar([]) })), { name: "Failure", message: /no data\.tar/ });
  await assert.rejects(readDeb(ar({ "data.tar": tar(FILES.slice(2)) })), {
    message: /links \/usr\/perl5\.40 to \/usr\/perl, which it does not hold/,
  });
});

// printf 'hello from xz\n' | xz -9e | base64
const XZ = "/Td6WFoAAATm1rRGAgAhARwAAAAQz1jMAQANaGVsbG8gZnJvbSB4egoAAABb+Ybd5id65gABJg4IG+AEH7bzfQEAAAAABFla";

const PACKED: [string, Uint8Array][] = [
  ["a.xz", Uint8Array.fromBase64(XZ)],
  ["a.gz", gzipSync("hello from xz\n")],
  ["a.zst", zstdCompressSync("hello from xz\n")],
];

for (const [name, data] of PACKED) {
  Deno.test(`${name} is unpacked, and damage to it is found`, async () => {
    assert.equal(textOf(await decompress(name, data)), "hello from xz\n");
    const expected = { name: "Failure", message: new RegExp(`${name} is damaged`) };
    await assert.rejects(decompress(name, data.with(3, data[3] ^ 0xff)), expected, "changed");
    // Deno's zstd takes the beginning of a file for all of it; there the end mark of the tar archive tells.
    if (name === "a.zst") return;
    await assert.rejects(decompress(name, data.subarray(0, data.length - 9)), expected, "cut short");
    await assert.rejects(decompress(name, new Uint8Array()), expected, "empty");
  });
}

Deno.test("a data.tar.zst that is cut short is refused", async () => {
  const data = zstdCompressSync(tar([file("/a", crypto.getRandomValues(new Uint8Array(60_000)))]));
  await assert.rejects(readDeb(ar({ "data.tar.zst": data.subarray(0, 30_000) })), { message: /cut short/ });
});

Deno.test("a file of two xz streams is the two texts", async () => {
  const one = Uint8Array.fromBase64(XZ);
  assert.equal(textOf(await decompress("a.xz", joined([one, one]))), "hello from xz\nhello from xz\n");
});
