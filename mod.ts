/**
 * Build boot2podman from a script: make a plan, build its ISO, boot it, write plugins.
 *
 * ```ts
 * import { buildIso, openHost, plan, startGuest } from "./mod.ts";
 *
 * const host = await openHost();
 * const resolved = await plan({ plugins: ["skopeo"] }, host);
 * const { folder } = await buildIso(resolved, host);
 * ```
 * @module
 */
export * from "./plugins/plugin.ts";
export { DEFAULT_PLUGINS, type LoadedPlugin, loadPlugin, loadPlugins } from "./plugins/load.ts";
export { Failure } from "./tasks/formats/failure.ts";
export type { MergedConfig } from "./tasks/formats/merge.ts";
export type { Package } from "./tasks/formats/package.ts";
export type { Entry, EntryType } from "./tasks/formats/tar.ts";
export type { Origin } from "./tasks/formats/tree.ts";
export type { Host, Mirror } from "./tasks/host/host.ts";
export { type HostOptions, openHost } from "./tasks/host/open.ts";
export { type Progress, quietProgress, type Task } from "./tasks/host/progress.ts";
export { type Accel, type AccelChoice, chooseAccel } from "./tasks/machine/accel.ts";
export * from "./tasks/machine/devices.ts";
export { type Forward, parseForward } from "./tasks/machine/forward.ts";
export { type ExecuteOptions, type Guest, type GuestOptions, startGuest } from "./tasks/machine/guest.ts";
export type { GuestExit } from "./tasks/machine/watch.ts";
export type { QemuProgram } from "./tasks/machine/program.ts";
export type { DirectKernel, Firmware, QemuOptions, QemuTraits } from "./tasks/machine/qemu.ts";
export { findFirmware, findQemu } from "./tasks/machine/toolkit.ts";
export { buildIso } from "./tasks/stages/build.ts";
export type { Iso } from "./tasks/stages/iso.ts";
export { type Sbom, sbom } from "./tasks/stages/sbom.ts";
export {
  type Plan,
  plan,
  type PlannedExtension,
  type PlannedHook,
  type PlanRequest,
} from "./tasks/stages/plan.ts";
