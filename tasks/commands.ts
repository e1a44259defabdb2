import type { Command } from "@commander-js/extra-typings";
import { kernel } from "./stages/kernel.ts";
import { buildIso, fetch } from "./stages/build.ts";
import { plan } from "./stages/plan.ts";
import { remaster } from "./stages/remaster.ts";
import { tcz } from "./stages/tcz.ts";
import { type HostOptions, openHost } from "./host/open.ts";
import { planCommand } from "./options.ts";
import { planTable } from "./plan.ts";
import { publish } from "./publish.ts";
import { unknown } from "./formats/failure.ts";

/** What a command gets from the one that runs it. */
export interface Context {
  /** Aborted at Ctrl-C. */
  signal: AbortSignal;
  /** Sets the exit code where there is more than right and wrong. */
  setExitCode(code: number): void;
}

interface PlanOptions extends HostOptions {
  plugin: string[];
  without: string[];
  suite: string;
  arch: string;
  bootcode: string[];
}

/** Returns the commands of the toolkit, one for each task in deno.json. */
export function commands(context: Context): Command[] {
  const prepare = async (options: PlanOptions) => {
    const host = await openHost({ ...options, signal: context.signal });
    const { plugin: plugins, without, suite, arch: architecture, bootcode: bootcodes } = options;
    return { host, plan: await plan({ plugins, without, suite, architecture, bootcodes }, host) };
  };

  const planTask = planCommand("plan", "Resolve and print what would be built")
    .option("--json", "the whole plan as JSON")
    .action(async (options) => {
      const { plan } = await prepare(options);
      console.log(options.json ? JSON.stringify(plan, null, 2) : planTable(plan));
    });

  const fetchTask = planCommand("fetch", "Download and verify what the plan names").action(
    async (options) => {
      const { plan, host } = await prepare(options);
      console.log(`${await fetch(plan, host)} packages are in ${host.cache}.`);
    },
  );

  const tczTask = planCommand("tcz", "Make the extensions of the plan, or those named")
    .argument("[name...]", "extensions")
    .action(async (names, options) => {
      const { plan, host } = await prepare(options);
      const known = [...plan.extensions.map(({ name }) => name), "libs"];
      for (const name of names) if (!known.includes(name)) throw unknown("extension", name, known);
      for (const { file, size } of await tcz(plan, host, names.length ? names : undefined)) {
        console.log(`${file}  ${megabytes(size)}`);
      }
    });

  const kernelTask = planCommand("kernel", "Take the kernel and the modules that the plan needs").action(
    async (options) => {
      const { plan, host } = await prepare(options);
      const { image, release, modules } = await kernel(plan, host);
      console.log(`${image}  ${release}\n${modules.file}  ${megabytes(modules.size)}`);
    },
  );

  const remasterTask = planCommand("remaster", "Join base, extensions, configs and hooks into the initramfs")
    .action(async (options) => {
      const { plan, host } = await prepare(options);
      const { file, size, memory } = await remaster(
        plan,
        await tcz(plan, host),
        await kernel(plan, host),
        host,
      );
      console.log(`${file}  ${megabytes(size)}, boots in ${memory} MiB`);
    });

  const isoTask = planCommand("iso", "Build dist/boot2podman.iso, from nothing if need be")
    .option("--output <folder>", "where the image goes", "dist")
    .action(async (options) => {
      const { plan, host } = await prepare(options);
      const built = await buildIso(plan, host);
      const path = await publish(built, options.output);
      console.log(`${path}  ${megabytes(built.size)}${built.cached ? ", nothing had changed" : ""}`);
    });

  return [planTask, fetchTask, tczTask, kernelTask, remasterTask, isoTask] as unknown as Command[];
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
