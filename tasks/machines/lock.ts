import type { Host } from "../host/host.ts";

/**
 * Does something while no other command does anything under the same lock file, and returns what it came to. Somebody who
 * has to wait is told; whoever dies lets go of the lock.
 */
export async function locked<T>(path: string, host: Host, work: () => Promise<T>): Promise<T> {
  using _file = await acquire(path, host);
  return await work();
}

async function acquire(path: string, host: Host): Promise<Deno.FsFile> {
  await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  for (let told = false;;) {
    const file = await Deno.open(path, { read: true, write: true, create: true, mode: 0o600 });
    if (!file.tryLockSync(true)) {
      if (!told) host.progress.note(`Another command is at work on ${title(path)}; waiting for it.`);
      told = true;
      file.close();
      await pause(100, host.signal);
      continue;
    }
    // Who removed a machine has removed its lock too: then this is the lock of nothing.
    const there = await Deno.stat(path).catch(() => undefined);
    if (there?.ino === (await file.stat()).ino) return file;
    file.close();
  }
}

/** Waits for so many milliseconds; throws the signal's reason if it is aborted before. */
export async function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  signal.throwIfAborted();
  const { promise, resolve } = Promise.withResolvers<void>();
  const timer = setTimeout(resolve, milliseconds);
  signal.addEventListener("abort", () => resolve(), { once: true });
  await promise;
  clearTimeout(timer);
  signal.throwIfAborted();
}

function title(path: string): string {
  return path.split("/").pop()!.replace(/^\./, "").replace(/\.lock$/, "");
}
