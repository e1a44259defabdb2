/// <reference lib="deno.worker" />
import { readDeb } from "../formats/deb.ts";
import type { Unpacked } from "./unpack.ts";

self.onmessage = async ({ data: path }: MessageEvent<string>) => {
  try {
    const entries = await readDeb(await Deno.readFile(path));
    // All files are views into one buffer, which changes hands instead of being copied.
    const buffers = new Set(entries.flatMap(({ data }) => data ? [data.buffer as ArrayBuffer] : []));
    self.postMessage({ entries } satisfies Unpacked, [...buffers]);
  } catch (error) {
    self.postMessage({ failure: error instanceof Error ? error.message : String(error) } satisfies Unpacked);
  }
};
