import { Command } from "@commander-js/extra-typings";
import { buildingPage, PAGE } from "./building.ts";
import { checkSource } from "./stages/check.ts";
import { kernel } from "./stages/kernel.ts";
import { buildIso, fetch } from "./stages/build.ts";
import { plan } from "./stages/plan.ts";
import { sbom } from "./stages/sbom.ts";
import { remaster } from "./stages/remaster.ts";
import { tcz } from "./stages/tcz.ts";
import { type HostOptions, openHost } from "./host/open.ts";
import { bench, MEASURES } from "../bench/bench.ts";
import { findFirmware, findQemu } from "./machine/toolkit.ts";
import { dataCommand } from "./data.ts";
import { machineCommand } from "./machine.ts";
import { clean } from "./clean.ts";
import { doctor } from "./doctor.ts";
import { collect, hostCommand, integer, planCommand } from "./options.ts";
import { ok } from "./ok.ts";
import { planTable } from "./plan.ts";
import { buildsOf, openRoom } from "./shell.ts";
import { newestIso, publish } from "./publish.ts";
import { runIso } from "./run.ts";
import { sbomLines } from "./sbom.ts";
import { SUITES, test } from "./test.ts";
import { update } from "./update.ts";
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
  from: string[];
  sign?: string;
}

/** Returns the commands of the toolkit, one for each task in deno.json. */
export function commands(context: Context): Command[] {
  const open = async (options: PlanOptions) => {
    const host = await openHost({ ...options, signal: context.signal });
    const { plugin: plugins, without, suite, arch: architecture, bootcode: bootcodes, from, sign } = options;
    return { host, request: { plugins, without, suite, architecture, bootcodes, from, sign } };
  };
  const prepare = async (options: PlanOptions) => {
    const { host, request } = await open(options);
    return { host, plan: await plan(request, host) };
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
    .option("--shell", "open a shell in the build room of one that comes from source")
    .option("--check", "run the makers' own tests of those that come from source, instead")
    .action(async (names, options) => {
      const { plan, host } = await prepare(options);
      if (options.check) {
        for (const build of buildsOf(names, plan)) console.log((await checkSource(build, host)).trim());
        return;
      }
      if (options.shell) return context.setExitCode(await openRoom(names, plan, host));
      const known = [plan.base, ...plan.extensions].map(({ name }) => name).concat("libs");
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

  const docsTask = new Command("docs").description("Write docs/building.md from the recipes")
    .action(async () => {
      await Deno.writeTextFile(new URL(`../${PAGE}`, import.meta.url), await buildingPage());
      console.log(PAGE);
    });

  const sbomTask = planCommand("sbom", "Write the ISO's bill of materials: SPDX 2.3 and CycloneDX 1.6")
    .option("--output <folder>", "where the files go", "dist")
    .action(async (options) => {
      const { plan, host } = await prepare(options);
      const bill = await sbom(plan, await buildIso(plan, host), host);
      await publish(bill, options.output);
      for (const line of sbomLines(bill, options.output)) console.log(line);
    });

  const updateTask = hostCommand("update", "Propose newer versions of what is built from Go modules")
    .argument("[recipe...]", "recipes; all that are built from Go modules unless named")
    .option("--plugin <name>", "look at a plugin of yours too, by path", collect, [])
    .option("--verbose", "show each line that changes")
    .option("--write", "write go.mod and go.sum, and hash a newer Go")
    .action(async (recipes, options) => {
      const host = await openHost({ ...options, signal: context.signal });
      await update(recipes, options, host, (line) => console.log(line));
    });

  const runTask = hostCommand("run", "Boot the newest ISO in QEMU")
    .argument("[iso]", "image; the newest in dist unless given")
    .option("--memory <MiB>", "memory of the machine", integer(32, 1 << 20))
    .option("--cpus <n>", "processors of the machine", integer(1, 256))
    .option("--gui", "a window with the screen")
    .option("--uefi", "start with UEFI instead of the BIOS")
    .option("--secure-boot", "start with UEFI and Secure Boot")
    .option("--disk <file>", "disk image to attach")
    .option("--forward <host:guest>", "port of the host that leads into the guest", collect, [])
    .action(async (image, options) => {
      const host = await openHost({ ...options, signal: context.signal });
      const kind = options.secureBoot ? "secure-boot" : options.uefi ? "uefi" : "bios";
      const { memory, cpus, gui, disk, forward: forwards } = options;
      const iso = image ?? await newestIso("dist");
      const [qemu, firmware] = [await findQemu(host), await findFirmware(host, kind)];
      const say = (line: string) => console.error(line);
      const { signal } = context;
      context.setExitCode(
        await runIso({ iso, qemu, firmware, memory, cpus, gui, disk, forwards, say, signal }),
      );
    });

  const testTask = new Command("test").description("Run every test: units, trust, faults, and guests in QEMU")
    .argument("[suite...]", `which: ${SUITES.join(", ")}`)
    .option("--all", "hours more: random moments twenty times, and guests with all from source")
    .option("--from <origin>", "where the guests' programs come from, as for iso", collect, [])
    .action(async (suites, options) => context.setExitCode(await test(suites, options, context.signal)));

  const okTask = new Command("ok").description("The one-minute gate: format, lint, types, docs, unit tests")
    .action(async () => context.setExitCode(await ok(context.signal)));

  const benchTask = planCommand("bench", "Measure size, memory, boot and build")
    .argument("[measure...]", `which: ${MEASURES.join(", ")}`)
    .option("--json <file>", "where the figures go", "dist/bench.json")
    .action(async (measures, options) => {
      const { request, host } = await open(options);
      await bench(measures, options.json, { request, host }, (line) => console.log(line));
    });

  const cleanTask = new Command("clean").description("Show what the cache holds, and prune it")
    .option("--prune", "remove what was not used for a while")
    .option("--all", "remove everything")
    .option("--days <n>", "how long a while is", integer(0, 3650), 30)
    .action(async (options) => await clean(options, (line) => console.log(line)));

  const doctorTask = hostCommand("doctor", "Check this host: mirror, disk, QEMU, acceleration")
    .action(async (options) => {
      const host = await openHost({ ...options, signal: context.signal });
      context.setExitCode(await doctor(host, (line) => console.log(line)));
    });

  return [
    cleanTask,
    doctorTask,
    runTask,
    testTask,
    okTask,
    benchTask,
    planTask,
    fetchTask,
    tczTask,
    kernelTask,
    remasterTask,
    isoTask,
    sbomTask,
    docsTask,
    updateTask,
    machineCommand(context),
    dataCommand(context),
  ] as unknown as Command[];
}

function megabytes(bytes: number): string {
  return `${(bytes / 1e6).toFixed(1)} MB`;
}
