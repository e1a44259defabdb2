import { crc32, deflateSync } from "node:zlib";

/** A picture: three bytes a pixel, red, green and blue, row by row from the top. */
export interface Picture {
  /** Pixels in a row. */
  width: number;
  /** Rows. */
  height: number;
  /** The pixels. */
  pixels: Uint8Array;
}

/** Reads a binary PPM (P6, 8 bits a channel), which is what QEMU writes; throws an Error for anything else. */
export function readPpm(bytes: Uint8Array): Picture {
  const head = new TextDecoder("latin1").decode(bytes.subarray(0, 200));
  const match = /^P6\s(?:#.*\n)*(\d+)\s+(\d+)\s+255\s/.exec(head);
  if (!match) throw new Error("This is not a binary PPM of 8 bits.");
  const [width, height] = [Number(match[1]), Number(match[2])];
  const pixels = bytes.subarray(match[0].length, match[0].length + width * height * 3);
  if (pixels.length < width * height * 3) throw new Error("This PPM ends too early.");
  return { width, height, pixels };
}

/** Returns the picture as a PNG (ISO/IEC 15948), in true colour, the same bytes for the same picture. */
export function writePng({ width, height, pixels }: Picture): Uint8Array {
  const header = new DataView(new ArrayBuffer(13));
  header.setUint32(0, width);
  header.setUint32(4, height);
  // 8 bits a channel, colour type 2: red, green, blue; the rest is how PNG compresses and filters, of which there is one.
  header.setUint8(8, 8);
  header.setUint8(9, 2);
  const rows = new Uint8Array(height * (width * 3 + 1));
  for (let y = 0; y < height; y++) {
    // Each row begins with the number of its filter, 0 for none.
    rows.set(pixels.subarray(y * width * 3, (y + 1) * width * 3), y * (width * 3 + 1) + 1);
  }
  return concat([
    new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    chunk("IHDR", new Uint8Array(header.buffer)),
    chunk("IDAT", deflateSync(rows, { level: 9 })),
    chunk("IEND", new Uint8Array()),
  ]);
}

function chunk(type: string, data: Uint8Array): Uint8Array {
  const body = concat([new TextEncoder().encode(type), data]);
  return concat([number(data.length), body, number(crc32(body))]);
}

function number(value: number): Uint8Array {
  const view = new DataView(new ArrayBuffer(4));
  view.setUint32(0, value);
  return new Uint8Array(view.buffer);
}

function concat(parts: Uint8Array[]): Uint8Array {
  const all = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
