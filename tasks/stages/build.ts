import { fetchPackages } from "../host/debian.ts";
import type { Host } from "../host/host.ts";
import { hostKit } from "../host/tools.ts";
import { type Iso, iso } from "./iso.ts";
import { kernel } from "./kernel.ts";
import { allPackages, type Plan } from "./plan.ts";
import { remaster } from "./remaster.ts";
import { tcz } from "./tcz.ts";

/** Returns the ISO of a plan: the pipeline from top to bottom, each stage only if its inputs changed. */
export async function buildIso(plan: Plan, host: Host): Promise<Iso> {
  const [extensions, linux] = await Promise.all([tcz(plan, host), kernel(plan, host)]);
  const root = await remaster(plan, extensions, linux, host);
  return await iso(plan, extensions, linux, root, host);
}

/** Downloads and verifies all that the plan and its tools need; afterwards the build needs no network. */
export async function fetch(plan: Plan, host: Host): Promise<number> {
  const files = await fetchPackages(host, allPackages(plan));
  await hostKit(host, "image");
  return files.size;
}
