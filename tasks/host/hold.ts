/**
 * Takes hold of a folder until the returned file is closed or the process ends, however it ends: what somebody holds is
 * in use. The hold stays when the folder is renamed (flock(2)).
 */
export async function holdFolder(path: string): Promise<Deno.FsFile> {
  const folder = await Deno.open(path);
  await folder.lock(true);
  return folder;
}

/** Returns true if a process that runs has hold of the folder. */
export async function isHeld(path: string): Promise<boolean> {
  try {
    using folder = await Deno.open(path);
    return !await folder.tryLock(true);
  } catch {
    // It is gone by now, or it is not ours to open.
    return false;
  }
}

/**
 * Claims a file that is made for it, and waits as long as another process that runs has claimed it; the claim ends when it
 * is disposed of, or with the process. Throws what the signal is aborted with.
 */
export async function claim(path: string, signal: AbortSignal): Promise<Disposable> {
  const file = await Deno.open(path, { create: true, write: true });
  try {
    while (!await file.tryLock(true)) {
      signal.throwIfAborted();
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  } catch (error) {
    file.close();
    throw error;
  }
  return {
    [Symbol.dispose]() {
      // Who waits for it still gets it, as a file without a name, and finds what was made meanwhile.
      try {
        Deno.removeSync(path);
      } catch { /* it was removed by another one */ }
      file.close();
    },
  };
}
