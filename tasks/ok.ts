/** One thing that has to hold before a change is shown to others. */
interface Gate {
  /** What it looks at. */
  title: string;
  /** Arguments of deno. */
  args: string[];
}

const ROOT = new URL("../", import.meta.url);

/** Folders with code in them, from the root. */
const CODE = ["tasks", "plugins", "bench"];

/** What definePlugin and commander say the type of: writing it out would say it twice. */
const INFERRED =
  /^(plugins\/[^/]+\/plugin|tasks\/(commands|options|data|machine|machine_use|machine_view))\.ts$/;

/**
 * Runs the one-minute gate (format, lint, types, docs, unit tests with the layering) and returns the exit code; what a
 * gate says is shown only if it fails.
 */
export async function ok(signal: AbortSignal): Promise<number> {
  const begun = performance.now();
  // Each mostly uses one processor, so together they take little longer than the slowest.
  const results = await Promise.all((await gates()).map((gate) => pass(gate, signal)));
  signal.throwIfAborted();
  const failed = results.filter((passed) => !passed).length;
  const time = `${seconds(performance.now() - begun)}, ${results.length} gates`;
  console.log(failed ? `\n${time}: ${failed} failed` : `\n${time}: all is well`);
  return failed ? 1 : 0;
}

async function gates(): Promise<Gate[]> {
  return [
    { title: "format", args: ["fmt", "--check", "--quiet"] },
    { title: "lint", args: ["lint", "--quiet"] },
    { title: "types", args: ["check", "--quiet", "mod.ts", ...CODE, "tests"] },
    { title: "docs", args: ["doc", "--lint", "--quiet", ...await exporting()] },
    // The types gate has checked them already.
    { title: "unit tests", args: ["test", "-A", "--no-check", "--parallel", "--quiet", "tests/unit"] },
  ];
}

async function pass({ title, args }: Gate, signal: AbortSignal): Promise<boolean> {
  const begun = performance.now();
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args,
    cwd: ROOT,
    env: { NO_COLOR: "1" },
    stdin: "null",
    signal,
  }).output();
  const time = seconds(performance.now() - begun);
  console.log(`${success ? "ok    " : "failed"}  ${title.padEnd(12)}${time.padStart(8)}`);
  if (!success) {
    const said = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes).trim()).filter(Boolean);
    console.log(`\n${said.join("\n")}\nIt was run as: deno ${shown(args)}\n`);
  }
  return success;
}

/** Files whose exports have to be documented: all that have some, but for tests. */
async function exporting(): Promise<string[]> {
  const files: string[] = ["mod.ts"];
  const visit = async (folder: string) => {
    for await (const { name, isDirectory } of Deno.readDir(new URL(folder, ROOT))) {
      const path = folder + name;
      if (isDirectory) await visit(`${path}/`);
      if (!name.endsWith(".ts") || INFERRED.test(path)) continue;
      if (/^export /m.test(await Deno.readTextFile(new URL(path, ROOT)))) files.push(path);
    }
  };
  for (const folder of CODE) await visit(`${folder}/`);
  return files.sort();
}

function shown(args: string[]): string {
  return args.length > 12 ? `${args.slice(0, 12).join(" ")} …` : args.join(" ");
}

function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
