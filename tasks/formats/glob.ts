/** Returns a test of absolute paths: `*` within a folder, `**` across folders, `{a,b}` alternatives. */
export function glob(pattern: string): (path: string) => boolean {
  let depth = 0;
  const source = pattern.replace(/\*\*|[*?{},.+^$()|[\]\\]/g, (token) => {
    depth += { "{": 1, "}": -1 }[token] ?? 0;
    // A comma separates within braces; elsewhere it is a letter like any other.
    return token === "," && depth === 0 ? token : GLOB[token] ?? `\\${token}`;
  });
  const expression = new RegExp(`^${source}$`);
  return (path) => expression.test(path);
}

const GLOB: Record<string, string> = {
  "**": ".*",
  "*": "[^/]*",
  "?": "[^/]",
  "{": "(?:",
  "}": ")",
  ",": "|",
};

/** Returns a test that any of the patterns passes. */
export function anyGlob(patterns: readonly string[]): (path: string) => boolean {
  const tests = patterns.map(glob);
  return (path) => tests.some((test) => test(path));
}
