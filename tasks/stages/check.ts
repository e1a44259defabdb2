import { Failure } from "../formats/failure.ts";
import type { Host } from "../host/host.ts";
import type { PlannedBuild } from "./origins.ts";
import { buildSource } from "./source.ts";

/**
 * Runs the makers' own tests of what a recipe builds, in its build room, and returns what go says of each package; throws
 * {@link Failure} with the end of the log if one fails. What has passed is not run again.
 */
export async function checkSource({ tests, ...build }: PlannedBuild, host: Host): Promise<string> {
  if (!build.go || !tests?.length) {
    throw new Failure(
      `The recipe ${build.recipe} names no tests that can be run.`,
      "Add them to `tests` of its source, or leave --check out.",
    );
  }
  const script = [
    build.script,
    `tags='${(build.go.tags ?? []).join(",")}'`,
    // Without vet, which looks at the tests and not at what they test, and without what only a debugger reads.
    `go test -p "$JOBS" -vet=off -tags "$tags" -ldflags '-s -w' ${tests.join(" ")} > "$OUT/tests" 2>&1 ||`,
    '  { cat "$OUT/tests"; exit 1; }',
  ].join("\n");
  const { path } = await buildSource({ ...build, go: { ...build.go, programs: {} }, script }, host);
  return await Deno.readTextFile(`${path}/out/tests`);
}
