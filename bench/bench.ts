import type { Host } from "../tasks/host/host.ts";
/** What can be measured. */
export const MEASURES = ["size", "build", "boot", "memory"];
/** Measures. */
export async function bench(
  _measures: readonly string[],
  _json: string,
  _host: Host,
  _say: (line: string) => void,
): Promise<void> {}
