import { Command } from "@commander-js/extra-typings";
import { commands } from "./commands.ts";
import { Failure } from "./formats/failure.ts";

/** Runs the command line and returns the exit code; the only place that reads argv, prints errors and exits. */
async function main(argv: string[]): Promise<number> {
  const interrupt = new AbortController();
  const stop = () =>
    interrupt.abort(
      new Failure("Stopped.", "What is in the cache is whole; the same command goes on from there."),
    );
  for (const signal of ["SIGINT", "SIGTERM"] as const) Deno.addSignalListener(signal, stop);
  const program = new Command("deno task").description("Build boot2podman, and run it.")
    .showSuggestionAfterError().enablePositionalOptions();
  let code = 0;
  for (const command of commands({ signal: interrupt.signal, setExitCode: (value) => code = value })) {
    program.addCommand(command.exitOverride().showSuggestionAfterError() as Command);
  }
  try {
    await program.exitOverride().parseAsync(argv, { from: "user" });
    return code;
  } catch (error) {
    return report(interrupt.signal.aborted ? interrupt.signal.reason : error);
  }
}

function report(error: unknown): number {
  if (!(error instanceof Error)) return report(new Error(String(error)));
  // commander has printed its own by now: help and versions are no errors.
  if ("exitCode" in error && error.name === "CommanderError") return Number(error.exitCode);
  if (error.name === "Failure" || error.name === "AbortError") {
    const hint = (error as Failure).hint;
    console.error(`boot2podman: ${error.message}${hint ? `\n${hint}` : ""}`);
    return 1;
  }
  console.error(`boot2podman: something that should not happen has happened.\n${error.stack}`);
  return 70;
}

if (import.meta.main) Deno.exit(await main(Deno.args));
