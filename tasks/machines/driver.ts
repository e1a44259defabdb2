import type { Host } from "../host/host.ts";
import { qemu } from "./qemu.ts";
import type { Machine, Settings } from "./settings.ts";
import { virtualbox } from "./virtualbox.ts";

/** What a machine is doing; `crashed` is stopped too, but it wasn't switched off. */
export type State = "running" | "stopped" | "crashed";

/** What runs machines. Whoever calls one of these that changes a machine holds its lock. */
export interface Driver {
  /** Makes known what the driver has to know of a new machine, whose files are all there. */
  create(machine: Machine, host: Host): Promise<void>;
  /** Switches on; throws Failure if that can't be. */
  start(machine: Machine, host: Host): Promise<void>;
  /** Presses the power button, and does not wait for what comes of it. */
  stop(machine: Machine, host: Host): Promise<void>;
  /** Cuts the power and returns when the machine is off; a machine that is off is no error. */
  kill(machine: Machine, host: Host): Promise<void>;
  /** Forgets the machine, which is off; its files are removed by others. */
  remove(machine: Machine, host: Host): Promise<void>;
  /** Returns what the machine is doing. */
  state(machine: Machine, host: Host): Promise<State>;
  /** Address at which the host reaches the machine's forwarded ports. */
  readonly address: string;
}

const DRIVERS: Record<Settings["driver"], Driver> = { qemu, virtualbox };

/** Returns the driver of a machine. */
export function driverOf({ is }: Machine): Driver {
  return DRIVERS[is.driver];
}
