import assert from "node:assert/strict";
import { pidOf, runs } from "../../tasks/machines/process.ts";
import { build } from "./harness.ts";

const CLI = new URL("../../tasks/cli.ts", import.meta.url).pathname;
const image = await build();

/** How a command ended, and what it said. */
interface Outcome {
  code: number;
  out: string;
  error: string;
}

/** A home of machines that is nobody else's, with a podman that writes down what it is told. */
class Home {
  readonly folder = Deno.makeTempDirSync({ prefix: "boot2podman-home-" });
  readonly told = `${this.folder}/podman.log`;

  constructor() {
    Deno.mkdirSync(`${this.folder}/bin`);
    Deno.mkdirSync(`${this.folder}/shared`);
    const podman = `#!/bin/sh
case $3 in
list) cat "${this.folder}/connections" 2>/dev/null; exit ;;
add) echo "[{\\"Name\\":\\"$4\\",\\"URI\\":\\"$5\\",\\"Identity\\":\\"$7\\"}]" >"${this.folder}/connections" ;;
remove) rm "${this.folder}/connections" ;;
esac
echo "$@" >>"${this.told}"
`;
    Deno.writeTextFileSync(`${this.folder}/bin/podman`, podman, { mode: 0o755 });
  }

  path(name: string): string {
    return `${this.folder}/boot2podman/machines/box/${name}`;
  }

  async machine(...args: string[]): Promise<Outcome> {
    return await this.#run(["machine", ...args]);
  }

  async data(...args: string[]): Promise<void> {
    const { code, error } = await this.#run(["data", ...args]);
    assert.equal(code, 0, error);
  }

  async #run(args: string[]): Promise<Outcome> {
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--quiet", CLI, ...args],
      env: {
        NO_COLOR: "1",
        INIT_CWD: this.folder,
        XDG_DATA_HOME: this.folder,
        PATH: `${this.folder}/bin:${Deno.env.get("PATH")}`,
        SHELL: "/bin/sh",
      },
      stdin: "null",
    }).output();
    const [out, error] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
    return { code, out, error };
  }

  /** Runs a command that has to end well, and returns what it wrote. */
  async does(...args: string[]): Promise<string> {
    const { code, out, error } = await this.machine(...args);
    assert.equal(code, 0, `${args.join(" ")}: ${out}${error}`);
    return out.trim();
  }

  /** Runs a command that has to end badly, and say so. */
  async fails(message: RegExp, ...args: string[]): Promise<void> {
    const { code, error } = await this.machine(...args);
    assert.equal(code, 1, error);
    assert.match(error, message);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.machine("rm", "--force", "box");
    await Deno.remove(this.folder, { recursive: true });
  }
}

Deno.test("a machine from create to rm", async (t) => {
  await using home = new Home();
  const { does, fails } = { does: home.does.bind(home), fails: home.fails.bind(home) };

  await t.step("one that never answers shows its console, and leaves nothing", async () => {
    await fails(
      /did not answer within 6 s\. Its console [^]*The machine was removed again/,
      ...["create", "box", "--iso", image.iso, "--timeout", "6"],
    );
    assert.equal(await does("ls", "--json"), "[]");
    await assert.rejects(Deno.stat(home.path("")));
  });

  await t.step("create starts it, names it and tells podman", async () => {
    const said = await does(
      ...["create", "box", "--iso", image.iso, "--disk-size", "4G", "--volume", "shared:/shared"],
    );
    assert.match(said, /box is running/);
    assert.equal(await does("ssh", "box", "hostname"), "box");
    const told = await Deno.readTextFile(home.told);
    assert.match(
      told,
      /^system connection add box ssh:\/\/root@127\.0\.0\.1:\d+\/run\/podman\/podman\.sock --ident/,
    );
    await fails(/There is a machine box already/, "create", "box");
  });

  await t.step("ssh hands on the exit code and the words", async () => {
    const { code, out } = await home.machine("ssh", "box", "echo", "'a  b'", ";", "exit", "7");
    assert.deepEqual([code, out], [7, "a  b\n"]);
    assert.equal(await does("ssh", "--user", "root", "box", "id", "-un"), "root");
    assert.match(await does("ssh", "box", "sudo", "podman", "--version"), /^podman version/);
  });

  await t.step("scp copies both ways", async () => {
    await Deno.writeTextFile(`${home.folder}/there`, "and back");
    await does("scp", "there", "box:here");
    await does("scp", "box:here", "back");
    assert.equal(await Deno.readTextFile(`${home.folder}/back`), "and back");
  });

  await t.step("a volume is seen from both sides", async () => {
    await Deno.writeTextFile(`${home.folder}/shared/host`, "from the host");
    assert.equal(await does("ssh", "box", "cat", "/shared/host"), "from the host");
    await does("ssh", "box", "echo from the guest | sudo tee /shared/guest");
    assert.equal(await Deno.readTextFile(`${home.folder}/shared/guest`), "from the guest\n");
  });

  await t.step("it can be looked at", async () => {
    const port = /127\.0\.0\.1:(\d+)/.exec(await does("port", "box"))![1];
    assert.equal(await does("ip", "box"), "127.0.0.1");
    assert.equal(await does("url", "box"), `ssh://root@127.0.0.1:${port}/run/podman/podman.sock`);
    assert.match(
      await does("env", "box"),
      new RegExp(`^export CONTAINER_HOST='ssh://root@127.0.0.1:${port}/`),
    );
    assert.match(await does("env", "box", "--shell", "fish"), /^set -gx CONTAINER_HOST/);
    assert.match(await does("ls"), new RegExp(`^box\\s+running\\s+.* 4G\\s+${port} `, "m"));
    assert.equal(await does("status", "box"), "running");
    assert.equal(JSON.parse(await does("inspect", "box")).settings.memory, 1024);
    assert.match(await does("logs", "box"), /boot2podman: ready/);
  });

  await t.step("what may not be done while it runs is refused", async () => {
    await fails(/is running\.\nStop it first/, "config", "box", "memory", "768");
    await fails(/is running\.\nStop it first/, "upgrade", "box", "--iso", image.iso);
    await fails(/no terminal to ask on/, "rm", "box");
    await fails(/Did you mean "box"/, "status", "bix");
  });

  await t.step("a key that others may read is pointed out", async () => {
    await Deno.chmod(home.path("id_ed25519"), 0o644);
    await fails(/Others may read the key .*mode is 644.*\nType: chmod 600 /, "ssh", "box", "true");
    await Deno.chmod(home.path("id_ed25519"), 0o600);
  });

  await t.step("stop switches it off in order, and two at once are no matter", async () => {
    await does("ssh", "box", "sudo touch /var/lib/containers/kept; sync");
    await Promise.all([does("stop", "box"), does("stop", "box")]);
    assert.equal(await does("status", "box"), "stopped");
    await fails(/is off\.\nStart it with/, "ssh", "box", "true");
  });

  await t.step("upgrade and config are for one that is off, and other ISOs are refused", async () => {
    assert.match(await does("upgrade", "box", "--iso", image.iso), /box had \S+ and has/);
    await fails(/is not an ISO of boot2podman/, "upgrade", "box", "--iso", CLI);
    assert.equal(JSON.parse(await does("config", "box", "memory", "768")).memory, 768);
  });

  await t.step("a taken port is said, and another can be chosen", async () => {
    const { sshPort } = JSON.parse(await does("config", "box"));
    using _listener = Deno.listen({ hostname: "127.0.0.1", port: sshPort });
    await fails(new RegExp(`Port ${sshPort} of 127\\.0\\.0\\.1 is taken`), "start", "box");
    using free = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const port = free.addr.port;
    free.close();
    await does("config", "box", "ssh-port", `${port}`);
    const told = (await Deno.readTextFile(home.told)).trim().split("\n").slice(-2);
    assert.equal(told[0], "system connection remove box");
    assert.ok(told[1].includes(`127.0.0.1:${port}/`), told[1]);
  });

  await t.step("start brings its data back, and two at once start one", async () => {
    await Promise.all([does("start", "box"), does("start", "box")]);
    assert.equal(
      await does("ssh", "box", "hostname; ls /var/lib/containers/kept; cat here"),
      [
        "box",
        "/var/lib/containers/kept",
        "and back",
      ].join("\n"),
    );
    assert.equal(await does("ssh", "box", "cat /shared/host"), "from the host");
  });

  await t.step("a QEMU that was killed is seen as a crash, with the console's last lines", async () => {
    Deno.kill(Number(await Deno.readTextFile(home.path("qemu.pid"))), "SIGKILL");
    // The system needs a moment to clear it away.
    for (let i = 0; i < 50 && await does("status", "box") === "running"; i++);
    assert.match(await does("status", "box"), /^stopped \(it crashed\)\nIts console ended with:\n {2}\| /);
    await fails(/is off: it crashed\. Its console ended with/, "ssh", "box", "true");
    await does("start", "box");
    assert.equal(await does("ssh", "box", "cat here"), "and back");
  });

  await t.step("settings cut in half are pointed out, and rm --force ends it all", async () => {
    const settings = await Deno.readTextFile(home.path("machine.json"));
    await Deno.writeTextFile(home.path("machine.json"), settings.slice(0, 80));
    await fails(
      /machine\.json is damaged: it is no whole JSON object.*\n.*machine rm --force box/,
      "stop",
      "box",
    );
    assert.match(await does("ls"), /^box\s+broken$/m);
    const pid = (await pidOf(home.path("qemu.pid")))!;
    assert.ok(await runs(pid, home.path("qemu.pid")));
    await does("rm", "--force", "box");
    assert.ok(!await runs(pid, home.path("qemu.pid")));
    await assert.rejects(Deno.stat(home.path("")));
    assert.match(await Deno.readTextFile(home.told), /system connection remove box\n$/);
  });
});

Deno.test("a disk that was made on the host lets its key in, and grows", async () => {
  await using home = new Home();
  await home.does("create", "box", "--iso", image.iso, "--no-start");
  await Deno.remove(home.path("data.img"));
  const key = ["--ssh-key", home.path("id_ed25519.pub")];
  await home.data("create", home.path("data.img"), "--size", "2G", ...key);
  await home.data("resize", home.path("data.img"), "--size", "4G");
  await home.does("start", "box");
  const size = Number(await home.does("ssh", "box", "df -m /var/lib/containers | awk 'END { print $2 }'"));
  assert.ok(size > 3500, `the file system has ${size} MiB`);
});
