import { createHash } from "node:crypto";
import { Failure } from "../formats/failure.ts";
import { exists, explainError, touch } from "./cache.ts";
import type { Host } from "./host.ts";
import type { Task } from "./progress.ts";

/** A file to download, and how it is known to be the right one. */
export interface Download {
  /** Where it is. */
  url: string;
  /** Where it goes; it appears there by one rename when it is whole and right. */
  path: string;
  /** Size in bytes. */
  size: number;
  /** SHA-256 in hex. */
  sha256: string;
  /** What a person calls it. */
  title: string;
}

/** How patient a download is. */
export interface Patience {
  /** How often it is tried. */
  attempts: number;
  /** Pause after the first failure in milliseconds; doubled each time. */
  pause: number;
  /** How long no byte may come, in milliseconds. */
  stall: number;
}

/** Patience with mirrors of the real world. */
export const PATIENCE: Patience = { attempts: 5, pause: 500, stall: 30_000 };

/** What makes no sense to be tried again. */
class Final extends Failure {}

/** Downloads the files that are not there yet, a few at a time; throws {@link Failure} for the first that can't be had. */
export async function downloadAll(
  host: Host,
  files: readonly Download[],
  patience = PATIENCE,
  parallel = 4,
): Promise<void> {
  const queue: Download[] = [];
  for (const file of files) {
    if (await exists(file.path)) await touch(file.path);
    else queue.push(file);
  }
  if (queue.length === 0) return;
  if (host.offline) {
    throw new Failure(
      `${queue[0].title} is not in the cache, and --offline forbids to fetch it.`,
      "Run the same command once without --offline.",
    );
  }
  const others = new AbortController();
  const signal = AbortSignal.any([host.signal, others.signal]);
  const worker = async () => {
    for (let file = queue.shift(); file; file = queue.shift()) {
      const progress = host.progress.task(file.title, file.size);
      try {
        await downloadOne(file, signal, patience, progress);
      } catch (error) {
        others.abort(error);
        throw explainError(error, file.path);
      } finally {
        progress.done();
      }
    }
  };
  const results = await Promise.allSettled(Array.from({ length: parallel }, worker));
  host.signal.throwIfAborted();
  const failed = results.find((result) => result.status === "rejected");
  if (failed) throw others.signal.reason instanceof Failure ? others.signal.reason : failed.reason;
}

/** Returns a small file, such as an index of indexes; null if the server says that there is none. */
export async function fetchBytes(
  host: Host,
  url: string,
  limit: number,
  patience = PATIENCE,
): Promise<Uint8Array | null> {
  return await retried(url, patience, host.signal, async () => {
    const chunks: Uint8Array[] = [];
    const response = await open(url, 0, host.signal, patience.stall);
    if (!response) return null;
    let size = 0;
    for await (const chunk of response.chunks) {
      chunks.push(chunk);
      size += chunk.length;
      if (size > limit) {
        throw new Final(`${url} is larger than ${limit} bytes, which it can't be.`, OTHER_MIRROR);
      }
    }
    return new Uint8Array(await new Blob(chunks as BlobPart[]).arrayBuffer());
  });
}

const OTHER_MIRROR = "Try another mirror: --mirror URL.";

async function downloadOne(
  file: Download,
  signal: AbortSignal,
  patience: Patience,
  progress: Task,
): Promise<void> {
  await Deno.mkdir(file.path.slice(0, file.path.lastIndexOf("/")), { recursive: true });
  using part = await Deno.open(`${file.path}.part`, { read: true, write: true, create: true });
  // Whoever else downloads the same file right now is waited for, until Ctrl-C; a dead process holds no lock.
  while (!await part.tryLock(true)) await sleep(100, signal);
  if (await exists(file.path)) return void await removeIfSame(part, `${file.path}.part`, file.path);
  let fromZero = false;
  await retried(file.title, patience, signal, async () => {
    await transfer(file, part, signal, patience.stall, progress);
    if (await hashOf(part) === file.sha256) return true;
    await part.truncate(0);
    if (fromZero) {
      throw new Final(
        `${file.title} from ${file.url} is not the file that the signed index names: its SHA-256 differs.`,
        `The mirror is damaged, or lies. ${OTHER_MIRROR}`,
      );
    }
    fromZero = true;
    throw new Error("its SHA-256 differs");
  });
  await part.sync();
  await Deno.rename(`${file.path}.part`, file.path);
}

/** Another process finished first: its part file was renamed, ours is a new and empty one. */
async function removeIfSame(part: Deno.FsFile, path: string, _final: string): Promise<void> {
  if ((await part.stat()).size === 0) await Deno.remove(path).catch(() => {});
}

/** Gets what is missing of a file, from where an earlier try ended. */
async function transfer(
  file: Download,
  part: Deno.FsFile,
  signal: AbortSignal,
  stall: number,
  progress: Task,
): Promise<void> {
  let size = (await part.stat()).size;
  if (size > file.size) {
    await part.truncate(0);
    size = 0;
  }
  if (size === file.size) return;
  const response = await open(file.url, size, signal, stall);
  if (!response) {
    throw new Final(
      `The mirror no longer has ${file.title} (${file.url}).`,
      `Its index has moved on: run with --refresh. Or: ${OTHER_MIRROR}`,
    );
  }
  if (response.offset !== size) {
    await part.truncate(0);
    if (response.offset !== 0) throw new Error("the server sends another range than was asked for");
    size = 0;
  }
  await part.seek(size, Deno.SeekMode.Start);
  for await (const chunk of response.chunks) {
    size += chunk.length;
    if (size > file.size) {
      await part.truncate(0);
      throw new Final(
        `${file.title} from ${file.url} is larger than the ${file.size} bytes that the signed index names.`,
        `The mirror is damaged, or lies. ${OTHER_MIRROR}`,
      );
    }
    for (let at = 0; at < chunk.length;) at += await part.write(chunk.subarray(at));
    progress.advance(chunk.length);
  }
  if (size < file.size) throw new Error(`only ${size} of ${file.size} bytes came`);
}

interface Opened {
  /** Where in the file the bytes begin. */
  offset: number;
  chunks: AsyncIterable<Uint8Array>;
}

/** Asks for a file from an offset on; null if there is none. Ends with an error when nothing comes for too long. */
async function open(url: string, offset: number, signal: AbortSignal, stall: number): Promise<Opened | null> {
  const silence = new AbortController();
  let timer = setTimeout(() => silence.abort(), stall);
  const describe = (error: unknown) =>
    silence.signal.aborted ? new Error(`nothing came for ${stall / 1000} s`) : error;
  const headers: Record<string, string> = {
    // Signed are the bytes as they lie on the mirror: fetch would unpack what comes as "Content-Encoding: gzip".
    "accept-encoding": "identity",
    ...(offset > 0 ? { range: `bytes=${offset}-` } : {}),
  };
  const response = await fetch(url, { headers, signal: AbortSignal.any([signal, silence.signal]) }).catch(
    (error) => {
      clearTimeout(timer);
      throw describe(error);
    },
  );
  if (!response.ok) {
    clearTimeout(timer);
    await response.body?.cancel();
    if (response.status === 404 || response.status === 410) return null;
    const again = response.status >= 500 || [408, 416, 429].includes(response.status);
    if (!again) {
      throw new Final(
        `${url} answers ${response.status} ${response.statusText}.`.replace(" .", "."),
        OTHER_MIRROR,
      );
    }
    throw new Error(`the server answers ${response.status}`);
  }
  async function* chunks() {
    try {
      for await (const chunk of response.body ?? []) {
        clearTimeout(timer);
        timer = setTimeout(() => silence.abort(), stall);
        yield chunk;
      }
    } catch (error) {
      throw describe(error);
    } finally {
      clearTimeout(timer);
    }
  }
  const start = response.headers.get("content-range")?.match(/^bytes (\d+)-/)?.[1];
  return { offset: response.status === 206 ? Number(start ?? NaN) : 0, chunks: chunks() };
}

/** Runs something until it succeeds, with growing pauses, a few times at the most. */
async function retried<T>(
  title: string,
  patience: Patience,
  signal: AbortSignal,
  action: () => Promise<T>,
): Promise<T> {
  for (let attempt = 1;; attempt++) {
    try {
      return await action();
    } catch (error) {
      signal.throwIfAborted();
      if (error instanceof Failure || explainError(error, title) !== error) throw error;
      if (attempt >= patience.attempts) {
        const reason = error instanceof Error ? error.message : String(error);
        throw new Failure(
          `${title} can't be downloaded: ${reason}.`,
          "Is the network up? Where a proxy is needed, set http_proxy and https_proxy. --mirror URL names another mirror, --offline uses the cache.",
          { cause: error },
        );
      }
      // Not all at the same moment: up to half of the pause more.
      await sleep(patience.pause * 2 ** (attempt - 1) * (1 + Math.random() / 2), signal);
    }
  }
}

async function sleep(milliseconds: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const stop = () => {
      clearTimeout(timer);
      reject(signal.reason);
    };
    const timer = setTimeout(() => {
      signal.removeEventListener("abort", stop);
      resolve();
    }, milliseconds);
    signal.addEventListener("abort", stop, { once: true });
  });
}

async function hashOf(part: Deno.FsFile): Promise<string> {
  const hash = createHash("sha256");
  const buffer = new Uint8Array(1 << 20);
  await part.seek(0, Deno.SeekMode.Start);
  for (let read = await part.read(buffer); read !== null; read = await part.read(buffer)) {
    hash.update(buffer.subarray(0, read));
  }
  return hash.digest("hex");
}
