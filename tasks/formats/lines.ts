/** Returns the last lines of a text, without trailing space. */
export function lastLines(text: string, count: number): string {
  return text.trimEnd().split("\n").slice(-count).map((line) => line.trimEnd()).join("\n");
}
