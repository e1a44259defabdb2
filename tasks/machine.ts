import { Command } from "@commander-js/extra-typings";
import { resolve } from "node:path";
import type { Context } from "./commands.ts";
import { Failure } from "./formats/failure.ts";
import type { Host } from "./host/host.ts";
import { openHost } from "./host/open.ts";
import { useCommands } from "./machine_use.ts";
import { viewCommands } from "./machine_view.ts";
import { configure, remove, upgrade } from "./machines/alter.ts";
import { change, KEYS } from "./machines/change.ts";
import { create, defaultSettings } from "./machines/create.ts";
import { existing } from "./machines/place.ts";
import { kill, start, stop } from "./machines/power.ts";
import { openMachine, type Settings } from "./machines/settings.ts";
import { startFolder } from "./machines/volume.ts";
import { ANSWER_WITHIN } from "./machines/wait.ts";
import { collect, hostCommand, integer } from "./options.ts";
import { newestIso, publish } from "./publish.ts";
import { buildIso } from "./stages/build.ts";
import { plan } from "./stages/plan.ts";

/** Returns `deno task machine`, with a command below it for each thing that can be done with a machine. */
export function machineCommand(context: Context): Command {
  const machine = new Command("machine").description("Keep virtual machines that run containers")
    .enablePositionalOptions().exitOverride();
  const host = () => openHost({ signal: context.signal });
  const commands = [createCommand(context), ...changeCommands(host), ...useCommands(host, context)];
  for (const command of [...commands, ...viewCommands(host)]) {
    machine.addCommand(command.exitOverride().showSuggestionAfterError());
  }
  return machine as unknown as Command;
}

function createCommand(context: Context): Command {
  return hostCommand("create", "Make a machine and start it").argument("<name>")
    .option("--memory <MiB>", "memory; 1024 unless given")
    .option("--cpus <n>", "processors; two, or one where the host has one, unless given")
    .option("--disk-size <size>", "most that the data disk may hold; 20G unless given")
    .option("--iso <file>", "image; the newest in dist unless given, and built if there is none")
    .option("--forward <host:guest>", "port of the host that leads into the guest", collect, [])
    .option("--volume <host:guest>", "folder of the host that the guest sees", collect, [])
    .option("--proxy <url>", "proxy that the guest uses")
    .option("--proxy-except <hosts>", "hosts that it reaches without the proxy, with commas between them")
    .option("--ca <file>", "certificates that the guest trusts besides the public ones")
    .option("--ssh-port <port>", "port of the host that leads to ssh; a free one unless given")
    .option("--driver <name>", "what runs it: qemu, or virtualbox (never tried)")
    .option("--accel <name>", "kvm, hvf or tcg; the fastest that works unless given")
    .option("--timeout <seconds>", "how long it may take to answer", integer(1, 86400), ANSWER_WITHIN)
    .option("--no-start", "make it only")
    .action(async (name, options) => {
      const host = await openHost({ ...options, signal: context.signal });
      const { forward, volume, timeout: seconds, start } = options;
      const { memory, cpus, diskSize, sshPort, driver, accel, proxy, proxyExcept, ca } = options;
      const machine = { memory, cpus, "disk-size": diskSize, "ssh-port": sshPort, driver, accel };
      const single = { ...machine, proxy, "proxy-except": proxyExcept, ca };
      let settings: Settings = defaultSettings();
      for (const [key, value] of Object.entries(single)) if (value) settings = change(settings, key, [value]);
      settings = change(change(settings, "forward", forward), "volume", volume);
      await create({ name, settings, start, seconds, iso: () => isoFor(options.iso, host) }, host);
      console.log(start ? next(name) : `${name} is there. Start it with: deno task machine start ${name}`);
    }) as unknown as Command;
}

function changeCommands(open: () => Promise<Host>): Command[] {
  const startCommand = new Command("start").description("Switch a machine on, and wait until it answers")
    .argument("<name>").option("--timeout <seconds>", "how long it may take", integer(1, 86400))
    .action(async (name, { timeout }) => void await start(await existing(name), await open(), timeout));

  const stopCommand = new Command("stop").description("Switch a machine off in order").argument("<name>")
    .option("--timeout <seconds>", "how long it may take", integer(1, 86400))
    .action(async (name, { timeout }) => await stop(await existing(name), await open(), timeout));

  const restartCommand = new Command("restart").description("Switch a machine off and on").argument("<name>")
    .action(async (name) => {
      const [place, host] = [await existing(name), await open()];
      await stop(place, host);
      await start(place, host);
    });

  const killCommand = new Command("kill").description("Cut a machine's power").argument("<name>")
    .action(async (name) => await kill(await existing(name), await open()));

  const removeCommand = new Command("rm").description("Remove a machine with its data").argument("<name>")
    .option("--force", "don't ask, and end it if it runs")
    .action(async (name, { force = false }) => {
      const place = await existing(name);
      if (!force) agree(`Remove the machine ${name} with all that is on its disk? (y/N)`, name);
      await remove(place, force, await open());
    });

  const upgradeCommand = new Command("upgrade").description(
    "Give a stopped machine another ISO; its data stays",
  )
    .argument("<name>").option("--iso <file>", "image; the newest in dist unless given")
    .action(async (name, { iso }) => {
      const [place, host] = [await existing(name), await open()];
      const { before, after } = await upgrade(place, await isoFor(iso, host), host);
      console.log(`${name} had ${before} and has ${after}; it is used from the next start on.`);
    });

  const configCommand = new Command("config").description("Show settings, or change one of a stopped machine")
    .argument("<name>").argument("[key]", KEYS.join(", "))
    .argument("[value...]", "the new value; more than one for forward and volume, or none for an empty list")
    .action(async (name, key, values) => {
      const place = await existing(name);
      if (key && values.length === 0) {
        throw new Failure(`${key} needs a value.`, "Without a key all are shown.");
      }
      const is = key ? await configure(place, key, values, await open()) : (await openMachine(place)).is;
      console.log(JSON.stringify(is, null, 2));
    });

  return [
    ...[startCommand, stopCommand, restartCommand, killCommand],
    ...[removeCommand, upgradeCommand, configCommand],
  ] as unknown as Command[];
}

/** Returns the path of the ISO named, else of the newest in dist, else of one that is built. */
async function isoFor(named: string | undefined, host: Host): Promise<string> {
  if (named) return resolve(startFolder(), named);
  try {
    return await newestIso("dist");
  } catch (error) {
    if (!(error instanceof Failure)) throw error;
    return await publish(await buildIso(await plan({}, host), host), "dist");
  }
}

function agree(question: string, name: string): void {
  if (!Deno.stdin.isTerminal()) {
    throw new Failure(
      "There is no terminal to ask on whether the machine and its data are to go.",
      `If they are: \`deno task machine rm --force ${name}\`.`,
    );
  }
  if (!/^y(es)?$/i.test(prompt(question) ?? "")) throw new Failure("Nothing was removed.");
}

function next(name: string): string {
  const task = "deno task --quiet machine";
  return `${name} is running. What to do next:
  ${task} ssh ${name}                  a shell in it
  ${task} ssh ${name} sudo podman ps   one command
  eval "$(${task} env ${name})"        then podman --remote and docker on this host use it
  ${task} stop ${name}                 switch it off; its data stays`;
}
