import { unknown } from "../tasks/formats/failure.ts";
import { measureBoot } from "./boot.ts";
import { measureBuild } from "./build.ts";
import type { Figure, Subject } from "./figure.ts";
import { measureMachine } from "./machine.ts";
import { measureMemory } from "./memory.ts";
import { measureOrigins } from "./origins.ts";
import { measureRoom } from "./room.ts";
import { measureSize } from "./size.ts";

const ALL: Record<string, (subject: Subject) => Promise<Figure[]>> = {
  size: measureSize,
  build: measureBuild,
  boot: measureBoot,
  memory: measureMemory,
  machine: measureMachine,
  origins: measureOrigins,
  room: measureRoom,
};

/** Measured only by name: what of it is not yet built takes an hour. */
const LONG = ["origins", "room"];

/** What can be measured, by name. */
export const MEASURES: string[] = Object.keys(ALL);

/** Measures, says each figure beside what is to be reached, and writes them all as JSON. */
export async function bench(
  measures: readonly string[],
  path: string,
  subject: Subject,
  say: (line: string) => void,
): Promise<void> {
  for (const name of measures) if (!MEASURES.includes(name)) throw unknown("measure", name, MEASURES);
  const figures: Figure[] = [];
  for (
    const name of MEASURES.filter((name) => measures.length ? measures.includes(name) : !LONG.includes(name))
  ) {
    for (const figure of await ALL[name](subject)) {
      figures.push(figure);
      const goal = figure.goal === undefined ? "" : `to reach ${figure.goal}`;
      say(`${figure.what.padEnd(58)}${`${figure.value} ${figure.unit}`.padStart(14)}   ${goal}`.trimEnd());
    }
  }
  const folder = path.includes("/") ? path.slice(0, path.lastIndexOf("/")) : ".";
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(path, JSON.stringify({ date: new Date().toISOString(), figures }, null, 2) + "\n");
}
