import assert from "node:assert/strict";
import { readCpio, writeCpio } from "../../tasks/formats/cpio.ts";
import { directory, file, symlink } from "../../tasks/formats/tree.ts";
import { bytes, joined, textOf } from "./make.ts";

/** One member as the kernel reads it: thirteen hexadecimal fields, then the name, then the content, each padded to 4. */
function members(archive: Uint8Array): { name: string; mode: string; content: string; fields: number[] }[] {
  const found = [];
  for (let at = 0; at < archive.length;) {
    const header = textOf(archive.subarray(at, at + 110));
    assert.match(header, /^070701[0-9a-f]{104}$/, `a header at byte ${at}`);
    const fields = header.slice(6).match(/.{8}/g)!.map((field) => parseInt(field, 16));
    const [, mode, , , , , size, , , , , nameSize] = fields;
    const start = Math.ceil((at + 110 + nameSize) / 4) * 4;
    assert.equal(archive[at + 110 + nameSize - 1], 0, "a name ends with a zero byte");
    const name = textOf(archive.subarray(at + 110, at + 110 + nameSize - 1));
    found.push({
      name,
      mode: mode.toString(8),
      content: textOf(archive.subarray(start, start + size)),
      fields,
    });
    at = Math.ceil((start + size) / 4) * 4;
  }
  return found;
}

const ENTRIES = [
  directory("/"),
  { ...directory("/dev"), mtime: 1700000000 },
  {
    path: "/dev/console",
    type: "char" as const,
    mode: 0o600,
    uid: 0,
    gid: 5,
    mtime: 0,
    device: [5, 1] as [number, number],
  },
  file("/init", "#!/bin/sh\n", 0o755),
  ...["", "1", "12", "123", "1234"].map((text) => file(`/${"n".repeat(text.length + 1)}`, text)),
  symlink("/linuxrc", "init"),
  { path: "/pipe", type: "fifo" as const, mode: 0o644, uid: 1, gid: 2, mtime: 0 },
  {
    path: "/loop",
    type: "block" as const,
    mode: 0o660,
    uid: 0,
    gid: 6,
    mtime: 0,
    device: [7, 300] as [number, number],
  },
];

Deno.test("cpio writes what the kernel unpacks, and a trailer", () => {
  const read = members(joined(writeCpio(ENTRIES)));
  assert.deepEqual(read.map(({ name, mode, content }) => [name, mode, content]), [
    [".", "40755", ""],
    ["dev", "40755", ""],
    ["dev/console", "20600", ""],
    ["init", "100755", "#!/bin/sh\n"],
    ["n", "100644", ""],
    ["nn", "100644", "1"],
    ["nnn", "100644", "12"],
    ["nnnn", "100644", "123"],
    ["nnnnn", "100644", "1234"],
    ["linuxrc", "120777", "init"],
    ["pipe", "10644", ""],
    ["loop", "60660", ""],
    ["TRAILER!!!", "0", ""],
  ]);
  // Owner, group, links and time; then the numbers of the device.
  assert.deepEqual(read[1].fields.slice(2, 6), [0, 0, 2, 1700000000]);
  assert.deepEqual(read[10].fields.slice(2, 4), [1, 2]);
  assert.deepEqual(read[2].fields.slice(9, 11), [5, 1]);
  assert.deepEqual(read[11].fields.slice(9, 11), [7, 300]);
});

Deno.test("cpio gives each file a number of its own, or the kernel would link them", () => {
  const numbers = members(joined(writeCpio(ENTRIES))).slice(0, -1).map(({ fields }) => fields[0]);
  assert.equal(new Set(numbers).size, ENTRIES.length);
});

Deno.test("cpio takes no hard link: it would be an empty file", () => {
  assert.throws(
    () => writeCpio([{ ...file("/b", ""), type: "hardlink", target: "/a" }]),
    /\/b is a hard link/,
  );
});

Deno.test("cpio is read as it was written, up to its trailer", () => {
  const entries = [
    directory("/etc"),
    { ...file("/etc/motd", "hello", 0o640), uid: 5, gid: 6, mtime: 7 },
    symlink("/bin", "usr/bin"),
    file("/empty", ""),
  ];
  const archive = joined([...writeCpio(entries), bytes("what follows")]);
  assert.deepEqual(readCpio(archive), entries);
  assert.throws(() => readCpio(archive.subarray(4)), /cpio archive is damaged at byte 0/);
});
