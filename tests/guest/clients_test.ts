import assert from "node:assert/strict";
import { hostKit } from "../../tasks/host/tools.ts";
import { installProgram } from "../installed.ts";
import { build, host, MAKE_IMAGE } from "./harness.ts";

const image = await build();
const CLI = new URL("../../tasks/cli.ts", import.meta.url).pathname;
const home = await Deno.makeTempDir({ prefix: "b2p-" });

/** Puts the clients of Debian into a folder, each as a script that starts it with the libraries it came with. */
async function installClients(folder: string): Promise<void> {
  const [clients, ssh] = [await hostKit(host, "clients"), await hostKit(host, "ssh")];
  const names = {
    docker: "docker",
    "docker-compose": "docker-compose",
    curl: "curl",
    rsync: "rsync",
  };
  const write = async (name: string, words: string[]) =>
    await Deno.writeTextFile(`${folder}/${name}`, `#!/bin/sh\nexec ${words.join(" ")} "$@"\n`, {
      mode: 0o755,
    });
  await Deno.mkdir(folder, { recursive: true });
  await Deno.mkdir(`${home}/.ssh`, { mode: 0o700 });
  for (const [name, program] of Object.entries(names)) await write(name, clients.program(program));
  await installProgram(clients, "podman-remote", `${home}/podman`);
  await write("podman", ["env", `LD_LIBRARY_PATH=${clients.libraries}`, `${home}/podman`]);
  const options =
    `-F none -i ${home}/boot2podman/machines/box/id_ed25519 -o UserKnownHostsFile=${home}/.ssh/known_hosts`;
  for (const name of ["ssh", "scp"]) {
    await write(name, [...ssh.program(name), options, ...(name === "scp" ? ["-S", `${folder}/ssh`] : [])]);
  }
}

/** Runs a script of sh on the host as the machine's user would, with the clients in PATH. */
async function sh(script: string): Promise<{ code: number; said: string }> {
  const { code, stdout, stderr } = await new Deno.Command("sh", {
    args: ["-c", script],
    cwd: home,
    env: {
      HOME: home,
      XDG_DATA_HOME: home,
      XDG_CONFIG_HOME: `${home}/.config`,
      XDG_RUNTIME_DIR: home,
      XDG_CACHE_HOME: Deno.env.get("XDG_CACHE_HOME") ?? `${Deno.env.get("HOME")}/.cache`,
      DENO_DIR: Deno.env.get("DENO_DIR") ?? `${Deno.env.get("HOME")}/.cache/deno`,
      PATH: `${home}/bin:${Deno.env.get("PATH")}`,
      NO_COLOR: "1",
      MACHINE: `${Deno.execPath()} run -A --quiet ${CLI} machine`,
    },
    stdin: "null",
  }).output();
  return { code, said: new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr) };
}

async function works(script: string, expected: RegExp = /(?:)/): Promise<string> {
  const { code, said } = await sh(script);
  assert.equal(code, 0, `${script}\n${said}`);
  assert.match(said, expected, script);
  return said;
}

const DOCKERFILE = `FROM localhost/box AS made
RUN echo made in a step > /made
FROM localhost/box
COPY --from=made /made /made
`;

Deno.test("the clients that people have talk to a machine", async (t) => {
  await installClients(`${home}/bin`);
  try {
    await t.step("create registers the connection with podman", async () => {
      await works(`$MACHINE create box --iso ${image.iso} --disk-size 4G --memory 1024`, /box is running/);
      await works("podman system connection list", /box +ssh:\/\/root@127\.0\.0\.1/);
      const url = (await works("$MACHINE url box")).trim();
      const port = new URL(url).port;
      await works(
        `ssh -p ${port} -o StrictHostKeyChecking=accept-new tc@127.0.0.1 true; ssh -p ${port} root@127.0.0.1 true`,
      );
      await works(`$MACHINE ssh box ${quoted(MAKE_IMAGE)}`);
    });
    const tries: [string, string, RegExp][] = [
      ["podman runs", "podman --connection box run --rm localhost/box echo from afar", /^from afar$/m],
      [
        "podman gives exec a terminal",
        "podman --connection box run -d --name web localhost/box httpd -f && script -qec 'podman --connection box exec -it web tty' /dev/null </dev/null",
        /pts|console/,
      ],
      [
        "podman copies",
        "echo mine > mine && podman --connection box cp mine web:/tmp/mine && podman --connection box cp web:/tmp/mine back && cat back",
        /^mine$/m,
      ],
      [
        "podman follows logs",
        "podman --connection box run --name talk localhost/box sh -c 'for i in 1 2 3; do echo line $i; sleep 1; done' && podman --connection box logs -f talk",
        /line 1\nline 2\nline 3/,
      ],
      [
        "podman builds",
        'mkdir -p build && printf %s "$DOCKERFILE" > build/Dockerfile && podman --connection box build -t localhost/made build && podman --connection box run --rm localhost/made cat /made',
        /made in a step/,
      ],
      [
        "podman keeps volumes",
        "podman --connection box volume create kept && podman --connection box run --rm -v kept:/v localhost/box sh -c 'echo v > /v/v' && podman --connection box run --rm -v kept:/v localhost/box cat /v/v",
        /^v$/m,
      ],
      [
        "podman plays kube",
        "podman --connection box kube generate web > web.yaml && podman --connection box rm -f -t 0 web && podman --connection box play kube web.yaml && podman --connection box ps",
        /web-pod|web/,
      ],
      [
        "env leads podman and docker there",
        'eval "$($MACHINE env box --shell sh)"; podman ps && docker version',
        /Podman Engine/,
      ],
      [
        "docker goes by ssh",
        "docker -H $(podman system connection list --format '{{.URI}}' | sed 's|/run/.*||') run --rm localhost/box echo docker by ssh",
        /^docker by ssh$/m,
      ],
      [
        "docker and curl go by a forwarded socket",
        "ssh -p $(podman system connection list --format '{{.URI}}' | sed 's|.*:\\([0-9]*\\)/.*|\\1|') -f -N -L $HOME/p.sock:/run/podman/podman.sock tc@127.0.0.1 && curl -s --unix-socket $HOME/p.sock http://d/_ping && docker -H unix://$HOME/p.sock ps -a; code=$?; pkill -f \"$HOME/p.sock\"; exit $code",
        /OK[^]*CONTAINER ID/,
      ],
      [
        "docker-compose brings services up",
        "printf 'services:\\n  one:\\n    image: localhost/box\\n    command: httpd -f\\n' > compose.yaml && DOCKER_HOST=$(podman system connection list --format '{{.URI}}' | sed 's|/run/.*||') docker-compose -p lab up -d && podman --connection box ps",
        /lab-one-1/,
      ],
      [
        "rsync copies what has changed",
        "mkdir -p tree && echo a > tree/a && rsync -a -e \"ssh -p $(podman system connection list --format '{{.URI}}' | sed 's|.*:\\([0-9]*\\)/.*|\\1|')\" tree tc@127.0.0.1: && $MACHINE ssh box cat tree/a",
        /^a$/m,
      ],
      ["sudo podman works without a login shell", "$MACHINE ssh box sudo podman --version", /podman version/],
    ];
    for (const [name, script, expected] of tries) {
      await t.step(name, async () => {
        await works(`DOCKERFILE='${DOCKERFILE}'\n${script}`, expected);
      });
    }
  } finally {
    await sh("$MACHINE rm --force box");
    await Deno.remove(home, { recursive: true }).catch(() => {});
  }
});

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
