import { Failure } from "../formats/failure.ts";
import type { Entry } from "../formats/tar.ts";

/** What the worker answers. */
export type Unpacked = { entries: Entry[] } | { failure: string };

/**
 * Returns the files of a Debian package in the cache; throws {@link Failure} if it is damaged. It is unpacked beside
 * this thread, so that two packages take two processors.
 */
export async function unpackDeb(path: string): Promise<Entry[]> {
  const worker = new Worker(new URL("./unpack_worker.ts", import.meta.url), { type: "module" });
  try {
    const answer = await new Promise<Unpacked>((resolve, reject) => {
      worker.onmessage = ({ data }) => resolve(data);
      worker.onerror = (event) => reject(new Error(event.message));
      worker.postMessage(path);
    });
    if ("failure" in answer) {
      throw new Failure(`${path}: ${answer.failure}`, "Remove the file; it is fetched again.");
    }
    return answer.entries;
  } finally {
    worker.terminate();
  }
}
