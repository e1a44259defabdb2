import { plan } from "../tasks/stages/plan.ts";
import { buildSource } from "../tasks/stages/source.ts";
import { type Figure, round, type Subject } from "./figure.ts";

/** Tells how long go itself took, in seconds: the script runs before the programs are built. */
const STOPWATCH = `
go() {
  begun=$(date +%s%N)
  /usr/local/go/bin/go "$@"
  echo $((($(date +%s%N) - begun) / 1000000)) > "$OUT/go-time"
}`;

/**
 * Measures what the build room adds to a `go build` of podman, with nothing of it built before: seconds of both in one
 * run, and their ratio.
 */
export async function measureRoom({ request, host }: Subject): Promise<Figure[]> {
  const { extensions } = await plan({ ...request, from: ["podman=source", "buildah=source"] }, host);
  const { build } = extensions.find(({ name }) => name === "podman")!;
  // A line that no build had before makes it one that is not in the cache.
  const script = `${build!.script}\n# ${crypto.randomUUID()}${STOPWATCH}`;
  const begun = performance.now();
  const { path } = await buildSource({ ...build!, script }, host);
  const whole = (performance.now() - begun) / 1000;
  const bare = Number(await Deno.readTextFile(`${path}/out/go-time`)) / 1000;
  await Deno.remove(path, { recursive: true });
  return [
    { what: "podman from source, from the fetched modules to the artifact", value: round(whole), unit: "s" },
    { what: "  of it, go build", value: round(bare), unit: "s" },
    {
      what: "  ratio of both",
      value: Math.round(whole / bare * 100) / 100,
      unit: "",
      goal: 1.1,
    },
  ];
}
