import { unknown } from "../formats/failure.ts";
import { quote } from "../host/run.ts";
import { podmanUrl } from "./connection.ts";
import type { Machine } from "./settings.ts";

/** How each shell sets a variable, and how its user has the shell read what is printed. */
const SHELLS: Record<
  string,
  { set: (name: string, value: string) => string; how: (command: string) => string }
> = {
  sh: {
    set: (name, value) => `export ${name}='${value.replaceAll("'", `'\\''`)}'`,
    how: (command) => `eval "$(${command})"`,
  },
  fish: {
    set: (name, value) => `set -gx ${name} '${value.replaceAll("\\", "\\\\").replaceAll("'", "\\'")}';`,
    how: (command) => `${command} | source`,
  },
  powershell: {
    set: (name, value) => `$Env:${name} = '${value.replaceAll("'", "''")}'`,
    how: (command) => `& ${command} | Out-String | Invoke-Expression`,
  },
};

/** Returns the variables that lead podman's and docker's clients to a machine. */
export function variables(machine: Machine): Record<string, string> {
  return {
    CONTAINER_HOST: podmanUrl(machine),
    CONTAINER_SSHKEY: machine.key,
    DOCKER_HOST: `ssh://root@127.0.0.1:${machine.is.sshPort}`,
    BOOT2PODMAN_MACHINE: machine.name,
  };
}

/** Returns lines for a shell, one a variable and a remark that says what to do with them. */
export function envText(machine: Machine, shell: string): string {
  const { set, how } = SHELLS[shell] ?? (() => {
    throw unknown("shell", shell, Object.keys(SHELLS));
  })();
  const lines = Object.entries(variables(machine)).map(([name, value]) => set(name, value));
  const option = shell === "sh" ? "" : ` --shell ${shell}`;
  return [
    ...lines,
    // podman is told of the key by a variable, and docker knows none for it.
    `# docker finds the key in ssh's agent: ssh-add ${quote(machine.key)}`,
    `# ${how(`deno task --quiet machine env ${machine.name}${option}`)}`,
  ].join("\n");
}

/** Returns the name of the user's shell as {@link envText} knows it, going by the variable SHELL. */
export function shellName(shell: string | undefined): string {
  const name = shell?.split("/").pop() ?? "";
  return /^(pwsh|powershell)/.test(name) ? "powershell" : name === "fish" ? "fish" : "sh";
}
