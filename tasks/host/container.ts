import { Failure } from "../formats/failure.ts";
import type { Host, Way } from "./host.ts";
import { run } from "./run.ts";
import { hostKit } from "./tools.ts";
import type { RoomOptions, Visit } from "./visit.ts";

/** What holds a build in a container, where user namespaces are forbidden. */
export type Engine = Exclude<Way, "namespaces">;

/** Variables by which a user tells the engine where it is and where it keeps things. */
const USERS = [
  ..."PATH HOME USER XDG_RUNTIME_DIR XDG_CONFIG_HOME XDG_DATA_HOME".split(" "),
  ..."DOCKER_HOST DOCKER_CONFIG DOCKER_CONTEXT CONTAINERS_CONF CONTAINERS_STORAGE_CONF".split(" "),
];

/** Returns how a program is run in a container whose image is the same root as that of any other room. */
export async function inContainer(
  host: Host,
  engine: Engine,
  root: string,
  options: RoomOptions,
  argv: readonly string[],
): Promise<Visit> {
  const command = ["/usr/bin/env", ...usersEnv(), engine];
  const image = await importRoot(host, engine, command, root);
  const name = `boot2podman-${crypto.randomUUID()}`;
  const user = { uid: Deno.uid() ?? 0, gid: Deno.gid() ?? 0, terminal: Deno.stdin.isTerminal() };
  return {
    argv: [...command, ...containerWords(engine, name, image, user, options), ...argv],
    leave: async () => void await run([...command, "rm", "-f", name]).catch(() => {}),
  };
}

/** Returns the words for the engine, up to the command that the container runs. */
export function containerWords(
  engine: Engine,
  name: string,
  image: string,
  { uid, gid, terminal }: { uid: number; gid: number; terminal: boolean },
  { work, readable = {}, env = {} }: RoomOptions,
): string[] {
  const mounts = Object.entries(readable).map(([at, path]) => `type=bind,src=${path},dst=${at},readonly`);
  return [
    ...["run", "--rm", "--name", name, "--pull", "never", "--interactive", ...(terminal ? ["--tty"] : [])],
    ...["--network", "none", "--hostname", "build", "--read-only", "--tmpfs", "/tmp:exec"],
    ...["--cap-drop", "all", "--security-opt", "no-new-privileges", "--security-opt", "label=disable"],
    // The most that a host allows its users may be more than it allows the engine to set.
    ...["--ulimit", "nofile=4096:4096", "--ulimit", "nproc=4096:4096"],
    // What is built belongs to the user: podman without root makes somebody else of him unless told otherwise.
    ...["--user", `${uid}:${gid}`, ...(engine === "podman" && uid !== 0 ? ["--userns", "keep-id"] : [])],
    ...mounts.flatMap((mount) => ["--mount", mount]),
    ...["--mount", `type=bind,src=${work},dst=/build`, "--workdir", "/build"],
    ...Object.entries(env).flatMap(([name, value]) => ["--env", `${name}=${value}`]),
    image,
  ];
}

/** Makes an image of a room's root, unless the engine has it; the name of the folder tells what is in it. */
async function importRoot(host: Host, engine: Engine, command: string[], root: string): Promise<string> {
  const image = `localhost/boot2podman-${root.split("/").pop()!.replace(/-(\w+)$/, ":$1")}`;
  const signal = host.signal;
  await run([...command, "version"], { signal }).catch((cause) => {
    signal.throwIfAborted();
    throw new Failure(
      `${engine} does not answer: ${(cause as Error).message.split("\n")[1]?.trim()}`,
      `Install and start it, or leave --in ${engine} out.`,
      { cause },
    );
  });
  if (await run([...command, "image", "inspect", image], { signal }).then(() => true, () => false)) {
    return image;
  }
  const progress = host.progress.task(`image of the build room for ${engine}`);
  const tar = await Deno.makeTempFile({ dir: `${host.cache}/tmp`, suffix: ".tar" });
  try {
    const program = (await hostKit(host, "room")).program("tar");
    // They are the user's here, and to be read by whoever builds.
    const owner = ["--owner=0", "--group=0", "--numeric-owner", "--mode=a+rX"];
    await run([...program, "-C", root, "--sort=name", ...owner, "-cf", tar, "."], { signal });
    await run([...command, "import", tar, image], { signal });
  } finally {
    await Deno.remove(tar);
  }
  progress.done();
  return image;
}

function usersEnv(): string[] {
  return USERS.flatMap((name) => Deno.env.has(name) ? [`${name}=${Deno.env.get(name)}`] : []);
}
