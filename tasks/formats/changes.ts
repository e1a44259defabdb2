import { isIndirect } from "./gomod.ts";

/** Lines that one text has and the other lacks. */
export interface Changes {
  /** Lines of the new text alone, in its order. */
  added: string[];
  /** Lines of the old text alone, in its order. */
  removed: string[];
}

/** Returns how the lines of a text change, wherever they stand: in a go.sum or a list of requirements order says nothing. */
export function lineChanges(before: string, after: string): Changes {
  return { added: without(after, before), removed: without(before, after) };
}

/** Returns how a go.mod changes: what it says for itself, and what it names because the modules require it in turn. */
export function goModChanges(before: string, after: string): { direct: Changes; indirect: Changes } {
  const { added, removed } = lineChanges(before, after);
  const only = (lines: string[], indirect: boolean) => lines.filter((line) => isIndirect(line) === indirect);
  return {
    direct: { added: only(added, false), removed: only(removed, false) },
    indirect: { added: only(added, true), removed: only(removed, true) },
  };
}

function without(text: string, other: string): string[] {
  const known = new Set(other.split("\n").map((line) => line.trim()));
  return text.split("\n").map((line) => line.trim()).filter((line) => line && !known.has(line));
}
