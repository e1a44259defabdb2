import { lastLines } from "../formats/lines.ts";
import type { Report } from "./report.ts";
import type { Machine } from "./settings.ts";
import { consoleText } from "./wait.ts";

/** Returns what a person wants to know of a machine: its state, why it crashed, and whether its ISO is old. */
export async function statusText(machine: Machine, { state, version, newer }: Report): Promise<string> {
  const lines = [state === "crashed" ? "stopped (it crashed)" : state];
  if (state === "crashed") {
    const said = lastLines(await consoleText(machine), 8);
    lines.push(said ? `Its console ended with:\n${said.replaceAll(/^/gm, "  | ")}` : "Its console is empty.");
  }
  if (newer) {
    lines.push(
      `Its ISO is ${version}, and there is ${newer}: ` +
        `\`deno task machine upgrade ${machine.name}\` while it is off.`,
    );
  }
  return lines.join("\n");
}
