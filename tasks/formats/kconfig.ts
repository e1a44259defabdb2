import { Failure } from "./failure.ts";

/** One option that the configuration of a kernel is to have. */
export interface WantedOption {
  /** Its name, without `CONFIG_`. */
  option: string;
  /** Its value: y, n, a number, or text in double quotes. */
  value: string;
  /** Who asks for it: the path of a fragment, or a plugin. */
  from: string;
  /** What it is for. */
  reason: string;
}

/** An option that kconfig gave another value than it was asked for. */
export interface LostOption extends WantedOption {
  /** The value that it has. */
  became: string;
  /** What it depends on, as the kernel's Kconfig files say it. */
  depends: string[];
}

/** Returns the options of a fragment: lines `CONFIG_NAME=value   # reason`. Throws {@link Failure} for anything else. */
export function parseFragment(text: string, from: string): WantedOption[] {
  return text.split("\n").flatMap((line, at) => {
    if (/^\s*(#.*)?$/.test(line)) return [];
    const match = /^CONFIG_(\w+)=(y|n|-?\d+|0x[\da-fA-F]+|"[^"]*")\s+# (\S.*)$/.exec(line);
    if (match) return [{ option: match[1], value: match[2], from, reason: match[3].trim() }];
    throw new Failure(
      `Line ${at + 1} of ${from} is no option with a reason: ${line}`,
      "Write it as CONFIG_NAME=y   # what it is for; nothing is a module, as there is no place to load one from.",
    );
  });
}

/** Returns each option once, by name; throws {@link Failure} where two ask for different values. */
export function joinOptions(options: readonly WantedOption[]): WantedOption[] {
  const byName = new Map<string, WantedOption>();
  for (const wanted of options) {
    const before = byName.get(wanted.option) ?? wanted;
    if (before.value !== wanted.value) {
      const said = [before, wanted].map(({ value, from, reason }) => `  ${from} wants ${value}: ${reason}`);
      throw new Failure(
        `CONFIG_${wanted.option} can have one value only.\n${said.join("\n")}`,
        "Correct one of the two, or take its plugin away.",
      );
    }
    byName.set(wanted.option, before);
  }
  return [...byName.values()].sort((a, b) => a.option < b.option ? -1 : 1);
}

/** Returns the options as kconfig reads them (KCONFIG_ALLCONFIG), without reasons: they are no cause to build anew. */
export function configText(options: readonly WantedOption[]): string {
  return options.map(({ option, value }) =>
    value === "n" ? `# CONFIG_${option} is not set\n` : `CONFIG_${option}=${value}\n`
  ).join("");
}

/** Returns what a .config does not have as it was asked for; `kconfig` holds the lines `config` and `depends on`. */
export function lostOptions(
  options: readonly WantedOption[],
  config: string,
  kconfig: string,
): LostOption[] {
  const has = new Map([...config.matchAll(/^CONFIG_(\w+)=(.*)$/gm)].map(([, name, value]) => [name, value]));
  return options.flatMap((wanted) => {
    const became = has.get(wanted.option) ?? "n";
    return became === wanted.value ? [] : [{ ...wanted, became, depends: dependsOn(wanted.option, kconfig) }];
  });
}

function dependsOn(option: string, kconfig: string): string[] {
  const blocks = kconfig.split(/^\s*(?:menu)?config\s+/m).filter((block) =>
    block.match(/^\w+/)?.[0] === option
  );
  return blocks.flatMap((block) => [...block.matchAll(/^\s*depends on\s+(.*)$/gm)].map(([, what]) => what));
}
