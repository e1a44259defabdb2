import type { Host } from "../tasks/host/host.ts";
import { plan, type PlannedExtension, type PlanRequest } from "../tasks/stages/plan.ts";
import { buildSource } from "../tasks/stages/source.ts";
import { buildLinux } from "../tasks/stages/linux.ts";
import { kernel } from "../tasks/stages/kernel.ts";
import { tcz } from "../tasks/stages/tcz.ts";
import type { Extension } from "../tasks/stages/extension.ts";
import { type Figure, imageOf, median, round, startDirect, type Subject } from "./figure.ts";

const ORIGINS = ["debian", "source"];

/** What is timed in the guest as it starts and ends at once. */
const PROGRAMS = ["podman", "buildah", "skopeo", "crun"];

const RUNS = 5;

/**
 * Measures what a recipe with two origins comes to from each: MB (10^6 bytes) raw and compressed, seconds of the build
 * from source, and milliseconds that a program takes to say its version in the guest.
 */
export async function measureOrigins({ request, host }: Subject): Promise<Figure[]> {
  const sides = await Promise.all(ORIGINS.map(async (origin) => {
    const own: PlanRequest = {
      ...request,
      plugins: [...new Set([...request.plugins ?? [], "skopeo"])],
      from: [...request.from ?? [], origin],
    };
    return { origin, request: own, plan: await plan(own, host) };
  }));
  const figures: Figure[] = [];
  const built = new Set(sides[1].plan.extensions.filter(({ build }) => build).map(({ name }) => name));
  for (const { origin, request, plan } of sides) {
    const { size } = await imageOf({ request, host });
    figures.push({ what: `ISO with skopeo, from ${origin}`, value: round(size / 1e6), unit: "MB" });
    const linux = await kernel(plan, host);
    const bytes = (await Deno.stat(linux.image)).size + linux.modules.size;
    figures.push({ what: `  kernel with modules, from ${origin}`, value: round(bytes / 1e6), unit: "MB" });
    for (const extension of await tcz(plan, host, [...built])) {
      const { build, packages } = plan.extensions.find(({ name }) => name === extension.name)!;
      figures.push(...sizes(extension, `${build?.version ?? packages[0].version} from ${origin}`));
    }
  }
  const { base, extensions, kernel: { linux } } = sides[1].plan;
  figures.push(...await times([base, ...extensions], host));
  if (linux) figures.push(...await buildTimes("kernel", (await buildLinux(linux, host)).path));
  for (const { origin, request } of sides) figures.push(...await starts({ request, host }, origin));
  return figures;
}

function sizes({ name, size, files }: Extension, from: string): Figure[] {
  const raw = files.reduce((sum, file) => sum + file.size, 0);
  return [
    { what: `  ${name}.tcz, ${from}`, value: round(size / 1e6), unit: "MB" },
    { what: `    raw`, value: round(raw / 1e6), unit: "MB" },
  ];
}

async function times(extensions: PlannedExtension[], host: Host): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const { name, build } of extensions) {
    if (build?.recipe !== name) continue;
    figures.push(...await buildTimes(name, (await buildSource(build, host)).path));
  }
  return figures;
}

/** A build writes down how long it took, and what `times` of its shell said in the end. */
async function buildTimes(name: string, folder: string): Promise<Figure[]> {
  const [wall, , children] = (await Deno.readTextFile(`${folder}/time`)).trim().split("\n");
  const used = [...children.matchAll(/(\d+)m([\d.]+)s/g)].map(([, m, s]) => Number(m) * 60 + Number(s));
  return [
    { what: `${name} from source, wall time of the build in its room`, value: Number(wall), unit: "s" },
    { what: `  user time`, value: round(used[0]), unit: "s" },
  ];
}

async function starts(subject: Subject, origin: string): Promise<Figure[]> {
  await using guest = await startDirect(subject, 768);
  await guest.waitForReady(180);
  const figures: Figure[] = [];
  for (const program of PROGRAMS) {
    const runs: number[] = [];
    for (let run = 0; run <= RUNS; run++) {
      const said = await guest.succeed(`read -r a _ < /proc/uptime; ${program} --version > /dev/null
        read -r b _ < /proc/uptime; echo "$a $b"`);
      const [before, after] = said.trim().split(" ").map(Number);
      // The first one has to be read out of its extension.
      if (run > 0) runs.push((after - before) * 1000);
    }
    const what = `${program} --version in the guest, from ${origin}`;
    figures.push({ what, value: Math.round(median(runs)), unit: "ms" });
  }
  return figures;
}
