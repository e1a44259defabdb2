import type { Host } from "../host/host.ts";
import { podmanUrl } from "./connection.ts";
import { driverOf, type State } from "./driver.ts";
import { isOlder, isoVersion } from "./image.ts";
import { machineNames, placeOf } from "./place.ts";
import { type Machine, openMachine, type Settings } from "./settings.ts";
import { formatSize } from "./size.ts";

/** What can be said of a machine. */
export interface Report {
  /** Its name. */
  name: string;
  /** What it is doing; `broken` where its settings can't be read. */
  state: State | "broken";
  /** Why it is broken. */
  problem?: string;
  /** Version of its ISO. */
  version?: string;
  /** Version of the newest ISO that there is, if that is a later one. */
  newer?: string;
  /** Its settings. */
  settings?: Settings;
  /** Address of its podman. */
  url?: string;
  /** Folder of all that belongs to it. */
  folder: string;
}

/** Returns what can be said of a machine; `available` is the version of the newest ISO. */
export async function report(machine: Machine, host: Host, available?: string): Promise<Report> {
  const version = await isoVersion(machine.iso).catch(() => undefined);
  return {
    name: machine.name,
    state: await driverOf(machine).state(machine, host),
    version,
    ...(version && available && isOlder(version, available) ? { newer: available } : {}),
    url: podmanUrl(machine),
    folder: machine.folder,
    settings: machine.is,
  };
}

/** Returns what can be said of all machines, by name. */
export async function reports(host: Host, available?: string): Promise<Report[]> {
  return await Promise.all((await machineNames()).map(async (name) => {
    const place = await placeOf(name);
    try {
      return await report(await openMachine(place), host, available);
    } catch (error) {
      return { name, state: "broken" as const, problem: (error as Error).message, folder: place.folder };
    }
  }));
}

/** Returns reports as a table, one machine a line. */
export function table(all: Report[]): string {
  const rows = all.map(({ name, state, version, newer, settings: is }) => [
    name,
    state,
    is ? `${is.cpus}` : "",
    is ? `${is.memory} MiB` : "",
    is ? formatSize(is.diskSize) : "",
    is ? `${is.sshPort}` : "",
    `${version ?? ""}${newer ? ` (older than ${newer})` : ""}`,
  ]);
  const lines = [["NAME", "STATE", "CPUS", "MEMORY", "DISK", "SSH", "VERSION"], ...rows];
  const widths = lines[0].map((_, column) => Math.max(...lines.map((line) => line[column].length)));
  return lines.map((line) => line.map((cell, column) => cell.padEnd(widths[column])).join("  ").trimEnd())
    .join("\n");
}
