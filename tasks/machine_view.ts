import { Command } from "@commander-js/extra-typings";
import type { Host } from "./host/host.ts";
import { podmanUrl } from "./machines/connection.ts";
import { driverOf } from "./machines/driver.ts";
import { envText, shellName } from "./machines/env.ts";
import { isoVersion } from "./machines/image.ts";
import { existing } from "./machines/place.ts";
import { allForwards } from "./machines/ports.ts";
import { report, reports, table } from "./machines/report.ts";
import { openMachine } from "./machines/settings.ts";
import { statusText } from "./machines/status.ts";
import { newestIso } from "./publish.ts";

/** Returns the commands that only look: ls, status, inspect, env, ip, url, port. */
export function viewCommands(open: () => Promise<Host>): Command[] {
  const machine = async (name: string) => await openMachine(await existing(name));

  const listCommand = new Command("ls").description("List all machines").option("--json", "as JSON")
    .action(async ({ json }) => {
      const all = await reports(await open(), await available());
      console.log(json ? JSON.stringify(all, null, 2) : table(all));
      for (const { name, problem } of all) if (problem) console.error(`${name}: ${problem}`);
    });

  const statusCommand = new Command("status").description("Say what a machine is doing").argument("<name>")
    .action(async (name) => {
      const it = await machine(name);
      console.log(await statusText(it, await report(it, await open(), await available())));
    });

  const inspectCommand = new Command("inspect").description("Show all about a machine, as JSON")
    .argument("<name>")
    .action(async (name) => {
      const it = await machine(name);
      console.log(JSON.stringify(await report(it, await open(), await available()), null, 2));
    });

  const envCommand = new Command("env").description(
    "Print variables that lead podman and docker to a machine",
  )
    .argument("<name>").option("--shell <name>", "sh, fish or powershell; by the variable SHELL unless given")
    .action(async (name, { shell = shellName(Deno.env.get("SHELL")) }) =>
      console.log(envText(await machine(name), shell))
    );

  const ipCommand = new Command("ip").description("Print the address of a machine's ports").argument("<name>")
    .action(async (name) => console.log(driverOf(await machine(name)).address));

  const urlCommand = new Command("url").description("Print the address of a machine's podman")
    .argument("<name>")
    .action(async (name) => console.log(podmanUrl(await machine(name))));

  const portCommand = new Command("port").description("List the ports that lead into a machine")
    .argument("<name>")
    .action(async (name) => {
      for (const { protocol, address, host, guest } of allForwards((await machine(name)).is)) {
        console.log(`${guest}/${protocol} -> ${address}:${host}`);
      }
    });

  return [
    ...[listCommand, statusCommand, inspectCommand],
    ...[envCommand, ipCommand, urlCommand, portCommand],
  ] as unknown as Command[];
}

/** Returns the version of the newest ISO in dist, if there is one. */
async function available(): Promise<string | undefined> {
  return await newestIso("dist").then(isoVersion).catch(() => undefined);
}
