/** Returns a test of absolute paths: `*` within a folder, `**` across folders, `{a,b}` alternatives. */
export function glob(pattern: string): (path: string) => boolean {
  const source = pattern.replace(/\*\*|[*?{},.+^$()|[\]\\]/g, (token) => GLOB[token] ?? `\\${token}`);
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
