/** Returns the modules that a go.mod requires: path to version (Go modules reference, "go.mod files"). */
export function requirements(mod: string): Map<string, string> {
  const required = new Map<string, string>();
  let inBlock = false;
  for (const line of mod.split("\n").map((line) => line.replace(/\/\/.*/, "").trim())) {
    if (line === "require (") inBlock = true;
    else if (line === ")") inBlock = false;
    else if (inBlock || line.startsWith("require ")) {
      const [path, version] = line.replace(/^require /, "").split(/\s+/);
      if (version) required.set(path, version);
    }
  }
  return required;
}

/** Returns the modules that a go.mod requires for itself, not for others: path to version. */
export function directRequirements(mod: string): Map<string, string> {
  return requirements(mod.split("\n").filter((line) => !isIndirect(line)).join("\n"));
}

/** Returns true for a line of a go.mod that names what the modules require in turn. */
export function isIndirect(line: string): boolean {
  return /\/\/ indirect\b/.test(line);
}
