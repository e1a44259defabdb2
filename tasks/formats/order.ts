import { HOOK_STAGES, type HookStage } from "../../plugins/plugin.ts";
import { Failure } from "./failure.ts";

/** What the order of a hook depends on. */
export interface Ordered {
  /** Its name. */
  name: string;
  /** The plugin that brings it. */
  plugin: string;
  /** Its stage. */
  stage: HookStage;
  /** Hooks that come first, by name. */
  after?: string[];
}

/**
 * Returns the hooks in the order of their stages, within a stage after those that they name and otherwise by name;
 * throws {@link Failure} for a circle, a name that is not there, and a hook that wants to come after a later stage.
 */
export function orderHooks<T extends Ordered>(hooks: readonly T[]): T[] {
  const byName = new Map<string, T>();
  for (const hook of hooks) {
    const twin = byName.get(hook.name);
    if (twin) {
      throw new Failure(
        `The plugins ${twin.plugin} and ${hook.plugin} both have a hook ${hook.name}.`,
        "Rename one.",
      );
    }
    byName.set(hook.name, hook);
  }
  const rank = (hook: Ordered) => HOOK_STAGES.indexOf(hook.stage);
  const ordered: T[] = [];
  const visit = (hook: T, path: string[]) => {
    if (ordered.includes(hook)) return;
    if (path.includes(hook.name)) {
      throw new Failure(
        `Hooks wait for each other in a circle: ${
          [...path.slice(path.indexOf(hook.name)), hook.name].join(" after ")
        }.`,
        "Take one `after` out.",
      );
    }
    for (const name of [...hook.after ?? []].sort()) {
      const first = byName.get(name);
      if (!first) {
        throw new Failure(
          `The hook ${hook.name} of ${hook.plugin} is to come after ${name}, which no plugin brings.`,
          `Known: ${[...byName.keys()].join(", ")}.`,
        );
      }
      if (rank(first) > rank(hook)) {
        throw new Failure(
          `The hook ${hook.name} (${hook.stage}) can't come after ${name} (${first.stage}).`,
          `Stages run in the order ${HOOK_STAGES.join(", ")}.`,
        );
      }
      visit(first, [...path, hook.name]);
    }
    ordered.push(hook);
  };
  const sorted = [...hooks].sort((a, b) => rank(a) - rank(b) || (a.name < b.name ? -1 : 1));
  for (const hook of sorted) visit(hook, []);
  return ordered;
}
