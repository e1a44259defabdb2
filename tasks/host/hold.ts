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
