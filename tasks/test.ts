import { unknown } from "./formats/failure.ts";

/** Groups of tests, in the order in which they run: folders below tests/. */
export const SUITES = ["unit", "trust", "build", "guest"];

/**
 * Runs groups of tests, all unless some are named, and ends with a line of true counts; returns the exit code. Each group
 * is a process of its own, so that one that breaks down does not hide the others. `from` says where the guests' programs
 * come from. `all` repeats what happens at random moments twenty times, and the guests with everything from source,
 * which takes hours.
 */
export async function test(
  suites: readonly string[],
  { all, from }: { all?: boolean; from: readonly string[] },
  signal: AbortSignal,
): Promise<number> {
  for (const suite of suites) if (!SUITES.includes(suite)) throw unknown("group of tests", suite, SUITES);
  const chosen = SUITES.filter((name) => suites.length === 0 || suites.includes(name));
  const runs = chosen.map((suite) => ({ suite, origins: from }));
  if (all && from.length === 0 && chosen.includes("guest")) {
    runs.push({ suite: "guest", origins: ["source"] });
  }
  const total = { passed: 0, failed: 0 };
  for (const { suite, origins } of runs) {
    console.log(`\n== ${[suite, ...origins].join(", ")} ==`);
    const env = {
      NO_COLOR: "1",
      ...(all ? { BOOT2PODMAN_TEST_ALL: "1" } : {}),
      ...(origins.length ? { BOOT2PODMAN_TEST_FROM: origins.join(",") } : {}),
    };
    const { passed, failed } = await runSuite(suite, env, signal);
    total.passed += passed;
    total.failed += failed;
  }
  console.log(`\n${total.passed} passed, ${total.failed} failed`);
  return total.failed > 0 || total.passed === 0 ? 1 : 0;
}

async function runSuite(
  suite: string,
  env: Record<string, string>,
  signal: AbortSignal,
): Promise<{ passed: number; failed: number }> {
  const folder = new URL(`../tests/${suite}/`, import.meta.url).pathname;
  const child = new Deno.Command(Deno.execPath(), {
    args: ["test", "-A", "--no-check", "--quiet", folder],
    env,
    stdin: "null",
    stdout: "piped",
    stderr: "inherit",
    signal,
  }).spawn();
  let text = "";
  for await (const chunk of child.stdout.pipeThrough(new TextDecoderStream())) {
    text += chunk;
    await Deno.stdout.write(new TextEncoder().encode(chunk));
  }
  const { code } = await child.status;
  signal.throwIfAborted();
  // deno test closes with: ok | 12 passed (3 steps) | 0 failed …; steps are checks of their own and are counted.
  const counts = text.match(/(\d+) passed(?: \((\d+) steps?\))? \| (\d+) failed(?: \((\d+) steps?\))?/g)?.at(
    -1,
  );
  const [, passed, steps, failed, failedSteps] =
    counts?.match(/(\d+) passed(?: \((\d+) steps?\))? \| (\d+) failed(?: \((\d+) steps?\))?/)?.map(Number) ??
      [];
  const sum = { passed: (passed || 0) + (steps || 0), failed: (failed || 0) + (failedSteps || 0) };
  // A group that ended badly without saying so, or that had nothing to run, has failed.
  return (code !== 0 && sum.failed === 0) || sum.passed + sum.failed === 0
    ? { ...sum, failed: sum.failed + 1 }
    : sum;
}
