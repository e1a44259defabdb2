import assert from "node:assert/strict";
import { inflateSync } from "node:zlib";
import { readPpm, writePng } from "../../tasks/formats/ppm.ts";

const bytes = (head: string, pixels: number[]) =>
  new Uint8Array([...new TextEncoder().encode(head), ...pixels]);
const PIXELS = [255, 0, 0, 0, 255, 0, 0, 0, 255, 9, 10, 32];

Deno.test("a PPM is read, with and without a comment", () => {
  for (const head of ["P6\n2 2\n255\n", "P6\n# made by hand\n2 2\n255\n"]) {
    const { width, height, pixels } = readPpm(bytes(head, PIXELS));
    assert.deepEqual([width, height, [...pixels]], [2, 2, PIXELS]);
  }
});

Deno.test("what is no PPM, or half of one, is refused", () => {
  assert.throws(() => readPpm(bytes("P5\n2 2\n255\n", PIXELS)), /not a binary PPM/);
  assert.throws(() => readPpm(bytes("P6\n2 3\n255\n", PIXELS)), /too early/);
});

Deno.test("a PNG holds the pixels, each row behind its filter, and checksums that are right", () => {
  const png = writePng({ width: 2, height: 2, pixels: new Uint8Array(PIXELS) });
  const view = new DataView(png.buffer);
  assert.equal(view.getUint32(0), 0x89504e47);
  // CRC-32 of IHDR for 2 by 2 pixels, 8 bits, true colour, as libpng computes it.
  assert.deepEqual([view.getUint32(16), view.getUint32(20), view.getUint32(29)], [2, 2, 0xfdd49a73]);
  const length = view.getUint32(33);
  const rows = inflateSync(png.subarray(41, 41 + length));
  assert.deepEqual([...rows], [0, ...PIXELS.slice(0, 6), 0, ...PIXELS.slice(6)]);
});
