import { Command } from "@commander-js/extra-typings";
import type { Context } from "./commands.ts";
import { Failure, unknown } from "./formats/failure.ts";
import type { Host } from "./host/host.ts";
import { quote } from "./host/run.ts";
import { attachConsole, consoleLog } from "./machines/console.ts";
import { driverOf } from "./machines/driver.ts";
import { existing } from "./machines/place.ts";
import { type Machine, openMachine } from "./machines/settings.ts";
import { attach, findSsh, machineIn, scpArguments, sshArguments, type User } from "./machines/ssh.ts";
import { withConsole } from "./machines/wait.ts";

/** Returns the commands that lead into a machine: ssh, scp, logs, console. */
export function useCommands(open: () => Promise<Host>, { signal, setExitCode }: Context): Command[] {
  const sshCommand = new Command("ssh").description("Run a command in a machine, or a shell")
    .argument("<name>").argument("[command...]").option("--user <user>", "tc or root", "tc")
    .passThroughOptions()
    .action(async (name, words, { user }) => {
      if (!["tc", "root"].includes(user)) throw unknown("user", user, ["tc", "root"]);
      const host = await open();
      const machine = await running(name, host);
      const { ssh } = await findSsh(machine, host);
      // ssh asks for a terminal by itself only where there is no command.
      const terminal = words.length > 0 && Deno.stdin.isTerminal() && Deno.stdout.isTerminal() ? ["-t"] : [];
      const argv = [...ssh, ...terminal, ...sshArguments(machine, user as User, words)];
      setExitCode(await attach(argv, signal));
    });

  const scpCommand = new Command("scp").description("Copy files; NAME:PATH is on the machine")
    .usage("[options] <from...> <to>").argument("<path...>").option("-r, --recursive", "whole folders")
    .action(async (paths, { recursive }) => {
      if (paths.length < 2) throw new Failure("scp needs two paths at least: from where, and to where.");
      const host = await open();
      const machine = await running(machineIn(paths), host);
      const { scp } = await findSsh(machine, host);
      const argv = [...scp, ...(recursive ? ["-r"] : []), ...scpArguments(machine, paths)];
      setExitCode(await attach(argv, signal));
    });

  const logsCommand = new Command("logs").description("Show what the console said since the last start")
    .argument("<name>").option("-f, --follow", "go on with what it says from now on")
    .action(async (name, { follow = false }) => {
      const machine = await openMachine(await existing(name));
      for await (const chunk of consoleLog(machine, follow, signal)) {
        for (let at = 0; at < chunk.length;) at += await Deno.stdout.write(chunk.subarray(at));
      }
    });

  const consoleCommand = new Command("console").description("Use the serial console; Ctrl-] leaves it")
    .argument("<name>")
    .action(async (name) => {
      const machine = await running(name, await open());
      console.error(`The console of ${quote(name)}; Ctrl-] leaves it.`);
      await attachConsole(machine, signal);
    });

  return [sshCommand, scpCommand, logsCommand, consoleCommand] as unknown as Command[];
}

/** Returns a machine that runs; throws {@link Failure} if it is off, with its last words if it crashed. */
async function running(name: string, host: Host): Promise<Machine> {
  const machine = await openMachine(await existing(name));
  const state = await driverOf(machine).state(machine, host);
  if (state === "running") return machine;
  if (state === "crashed") throw await withConsole(`The machine ${name} is off: it crashed`, machine);
  throw new Failure(`The machine ${name} is off.`, `Start it with \`deno task machine start ${name}\`.`);
}
