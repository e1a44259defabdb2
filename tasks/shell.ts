import { Failure } from "./formats/failure.ts";
import type { Host } from "./host/host.ts";
import { linuxBuild } from "./stages/linux.ts";
import type { PlannedBuild } from "./stages/origins.ts";
import type { Plan } from "./stages/plan.ts";
import { roomShell } from "./stages/source.ts";

/** Returns how extensions are built that come from source; throws {@link Failure} for one that does not. */
export function buildsOf(names: readonly string[], plan: Plan): PlannedBuild[] {
  const all = [plan.base, ...plan.extensions];
  const builds = names.map((name) => all.find((item) => item.name === name)?.build);
  const lost = names.find((_, i) => !builds[i]);
  if (lost || names.length === 0) {
    throw new Failure(
      lost ? `No extension ${lost} comes from source in this plan.` : "No extension is named.",
      "Name one, and add --from NAME=source.",
    );
  }
  return [...new Set(builds as PlannedBuild[])];
}

/** Opens a shell in the build room of an extension that comes from source, and returns its exit code. */
export async function openRoom(names: readonly string[], plan: Plan, host: Host): Promise<number> {
  const all = [plan.base, ...plan.extensions];
  const { linux } = plan.kernel;
  const build = names[0] === "kernel" && linux
    ? await linuxBuild(linux, host)
    : names[0] === "go"
    ? all.find(({ build }) => build?.go?.golang)?.build?.go?.golang
    : all.find(({ name, build }) => build && name === names[0])?.build;
  if (names.length !== 1 || !build) {
    const built = all.filter(({ build }) => build).map(({ name }) => name).concat(linux ? "kernel" : []);
    throw new Failure(
      `--shell opens the build room of one extension that comes from source, not of ${
        names.join(", ") || "none"
      }.`,
      built.length ? `Name one of ${built.join(", ")}.` : "Add --from source, or --from NAME=source.",
    );
  }
  const { argv: [command, ...args], leave } = await roomShell(build, host);
  console.error(`This is where ${build.recipe} is built: \`sh build.sh\` builds it, exit leaves.`);
  const { code } = await new Deno.Command(command, { args, stdin: "inherit" }).spawn().status.finally(leave);
  return code;
}
