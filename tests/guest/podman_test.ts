import assert from "node:assert/strict";
import type { Guest } from "../../tasks/machine/guest.ts";
import { boot, build, MAKE_IMAGE } from "./harness.ts";
import { freePort, startRegistry } from "./registry.ts";

const image = await build();
const port = freePort();

/** What people do with podman, in an order in which each builds on what is there; one guest for all of it. */
const work: [what: string, how: (guest: Guest) => Promise<unknown>][] = [
  ["an image is imported", async (guest) => {
    await guest.succeed(MAKE_IMAGE, { timeout: 120 });
    assert.match(await guest.succeed("podman images"), /localhost\/box/);
  }],
  ["run prints, and hands the exit code on", async (guest) => {
    assert.match(await guest.succeed("podman run --rm box echo out of a container"), /out of a container/);
    assert.equal((await guest.execute("podman run --rm box sh -c 'exit 42'")).status, 42);
  }],
  ["sudo podman and plain podman see the same containers", async (guest) => {
    await guest.succeed(
      "podman run -d --name web -p 8080:80 -v pages:/www box sh -c 'echo a page > /www/index.html; exec httpd -f -p 80 -h /www'",
    );
    const sudo = await guest.succeed("sudo podman ps --format '{{.Names}}'");
    assert.equal(sudo, await guest.succeed("podman ps --format '{{.Names}}'"));
    assert.match(sudo, /^web$/m);
  }],
  ["a published port is reached from the host, and from the guest itself", async (guest) => {
    await guest.waitUntil("wget -qO- http://127.0.0.1:8080/ | grep 'a page'", 60);
    const answer = await fetch(`http://127.0.0.1:${port}/`);
    assert.equal(await answer.text(), "a page\n");
  }],
  ["exec, inspect, top and stats look into it", async (guest) => {
    assert.match(await guest.succeed("podman exec web cat /www/index.html"), /a page/);
    assert.match(
      await guest.succeed("podman inspect --format '{{.State.Status}} {{.HostConfig.Runtime}}' web"),
      /running (oci|crun)/,
    );
    assert.match(await guest.succeed("podman top web"), /httpd -f/);
    assert.match(
      await guest.succeed("podman stats --no-stream --format '{{.Name}} {{.MemUsage}}' web"),
      /web .*[kM]B/,
    );
  }],
  ["cp copies into it and out of it, and commit makes an image of it", async (guest) => {
    await guest.succeed(
      "echo copied > /tmp/in && podman cp /tmp/in web:/in && podman cp web:/in /tmp/out && grep copied /tmp/out",
    );
    await guest.succeed("podman commit -q web committed", { timeout: 120 });
    assert.match(await guest.succeed("podman run --rm committed cat /in"), /copied/);
  }],
  ["save and load carry an image", async (guest) => {
    await guest.succeed(
      "podman save -q -o /tmp/saved.tar committed && podman rmi committed && podman load -q -i /tmp/saved.tar",
      { timeout: 180 },
    );
    assert.match(
      await guest.succeed("podman run --rm committed cat /in; sudo rm -f /tmp/saved.tar"),
      /copied/,
    );
  }],
  ["a volume outlives its container", async (guest) => {
    await guest.succeed("podman rm -f -t 1 web");
    assert.match(await guest.succeed("podman run --rm -v pages:/www box cat /www/index.html"), /a page/);
    await guest.succeed("podman volume rm pages && ! podman volume exists pages");
  }],
  ["logs -f follows to the end", async (guest) => {
    await guest.succeed(
      "podman run -d --name talker box sh -c 'for i in 1 2 3; do echo line $i; sleep 1; done'",
    );
    assert.match(await guest.succeed("timeout 50 podman logs -f talker"), /line 1\nline 2\nline 3/);
    await guest.succeed("podman rm talker");
  }],
  ["a Dockerfile of two stages is built by podman build and by buildah", async (guest) => {
    await guest.succeed(`mkdir -p /tmp/build && cat > /tmp/build/Dockerfile <<'EOF'
FROM localhost/box AS maker
RUN mkdir /made && echo made by $(id -un) > /made/file && ls /
FROM localhost/box
COPY --from=maker /made/file /file
RUN grep made /file
CMD ["cat", "/file"]
EOF`);
    await guest.succeed("cd /tmp/build && podman build -t two-stages .", { timeout: 240 });
    assert.match(await guest.succeed("podman run --rm two-stages"), /made by root/);
    await guest.succeed("cd /tmp/build && buildah bud --no-cache -t by-buildah .", { timeout: 240 });
    assert.match(await guest.succeed("podman run --rm by-buildah"), /made by root/);
  }],
  ["containers of a network find each other by name, and those outside don't", async (guest) => {
    await guest.succeed(
      "podman network create lan && podman run -d --name server --network lan box sh -c 'mkdir /www; echo served > /www/index.html; httpd -f -h /www'",
    );
    assert.match(
      await guest.succeed("podman run --rm --network lan box wget -qO- http://server/", { timeout: 90 }),
      /served/,
    );
    await guest.fail("podman run --rm box wget -T 5 -qO- http://server/", { timeout: 90 });
    await guest.succeed("podman rm -f -t 1 server && podman network rm lan");
  }],
  ["containers of a pod share their network", async (guest) => {
    await guest.succeed(
      "podman pod create --name pod1 && podman run -d --pod pod1 box sh -c 'mkdir /www; echo in the pod > /www/index.html; httpd -f -p 81 -h /www'",
      { timeout: 120 },
    );
    assert.match(
      await guest.succeed("podman run --rm --pod pod1 box wget -qO- http://127.0.0.1:81/", { timeout: 90 }),
      /in the pod/,
    );
    await guest.succeed("podman pod rm -f -t 1 pod1", { timeout: 90 });
  }],
  ["a memory limit kills", async (guest) => {
    const fill = (mib: number) => `dd if=/dev/zero of=/dev/shm/fill bs=1M count=${mib}`;
    const { status } = await guest.execute(`podman run --rm -m 24m --memory-swap 24m box ${fill(48)}`);
    assert.equal(status, 137);
    await guest.succeed(`podman run --rm -m 64m --memory-swap 64m box ${fill(48)}`);
  }],
  ["a swap limit counts", async (guest) => {
    // With so little memory the guest has swap in compressed memory.
    assert.match(await guest.succeed("cat /proc/swaps"), /zram0/);
    const run = (mib: number) =>
      `podman run --rm -m 24m --memory-swap 72m --shm-size 128m box dd if=/dev/zero of=/dev/shm/fill bs=1M count=${mib}`;
    await guest.succeed(run(48), { timeout: 120 });
    assert.equal((await guest.execute(run(110), { timeout: 120 })).status, 137);
  }],
  ["limits of processes and of the cpu hold", async (guest) => {
    const forks =
      "podman run --rm --pids-limit 8 box sh -c 'for i in 1 2 3 4 5 6 7 8 9 10 11 12; do sleep 3 & done; wait'";
    assert.match((await guest.execute(forks)).output, /can't fork/);
    const busy =
      "podman run --rm --cpus 0.2 box sh -c 'i=0; while [ $i -lt 30000 ]; do i=$((i+1)); done; cat /sys/fs/cgroup/cpu.max /sys/fs/cgroup/cpu.stat'";
    const said = await guest.succeed(busy, { timeout: 120 });
    assert.match(said, /^20000 100000$/m);
    assert.ok(Number(said.match(/nr_throttled (\d+)/)?.[1]) > 0, said);
  }],
  ["health checks run at their interval: healthy, then unhealthy, then they end", async (guest) => {
    await guest.succeed(
      "podman run -d --name well --health-cmd 'test ! -e /ill' --health-interval 3s --health-retries 2 box sleep 1000",
    );
    await guest.waitUntil("podman ps --filter name=well | grep '(healthy)'", 60);
    await guest.succeed("podman exec well touch /ill");
    await guest.waitUntil("podman ps --filter name=well | grep '(unhealthy)'", 90);
    await guest.succeed("podman rm -f -t 0 well");
    await guest.waitUntil("! pgrep -f healthcheck || ! ps | grep -q '[h]ealthcheck watch'", 30);
  }],
  ["restart policies hold", async (guest) => {
    await guest.succeed("podman run -d --name failing --restart on-failure:2 box sh -c 'exit 1'");
    await guest.waitUntil(
      "[ \"$(podman inspect --format '{{.RestartCount}} {{.State.Status}}' failing)\" = '2 exited' ]",
      90,
    );
    await guest.succeed("podman run -d --name always --restart always box sleep 1000");
    await guest.succeed("sudo kill -9 $(podman inspect --format '{{.State.Pid}}' always)");
    await guest.waitUntil(
      "[ \"$(podman inspect --format '{{.RestartCount}} {{.State.Status}}' always)\" = '1 running' ]",
      60,
    );
    await guest.succeed("podman rm -f -t 0 failing always");
  }],
  ["generate kube and play kube carry a container over", async (guest) => {
    await guest.succeed(
      "podman run -d --name origin -e GREETING=hello box sh -c 'echo $GREETING; sleep 1000' && podman generate kube origin > /tmp/kube.yaml && podman rm -f -t 0 origin",
    );
    await guest.succeed("podman play kube /tmp/kube.yaml", { timeout: 120 });
    await guest.waitUntil("podman logs origin-pod-origin | grep hello", 60);
    await guest.succeed("podman play kube --down /tmp/kube.yaml", { timeout: 120 });
  }],
  ["an image goes to a registry and comes back, without TLS", async (guest) => {
    await using registry = await startRegistry(false);
    await guest.succeed(
      `podman push -q --tls-verify=false localhost/box ${registry.name}/box && podman rmi -f ${registry.name}/box`,
      { timeout: 120 },
    );
    await guest.fail(`podman pull -q ${registry.name}/box`, { timeout: 90 });
    await guest.succeed(
      `podman pull -q --tls-verify=false ${registry.name}/box && podman run --rm ${registry.name}/box true`,
      { timeout: 120 },
    );
  }],
  ["an image goes to a registry and comes back with TLS, once its authority is trusted", async (guest) => {
    await using registry = await startRegistry(true);
    assert.match(
      await guest.fail(`podman push -q localhost/box ${registry.name}/box`, { timeout: 90 }),
      /certificate/,
    );
    const folder = `/etc/containers/certs.d/${registry.name}`;
    await guest.succeed(
      `sudo mkdir -p ${folder} && sudo tee ${folder}/ca.crt <<'EOF'\n${registry.authority}EOF`,
    );
    await guest.succeed(
      `podman push -q localhost/box ${registry.name}/box && podman rmi -f ${registry.name}/box && podman pull -q ${registry.name}/box`,
      { timeout: 180 },
    );
  }],
];

Deno.test("what people do with podman works", async (t) => {
  await using guest = await boot(image, {
    memory: 1024,
    forwards: [{ protocol: "tcp", address: "127.0.0.1", host: port, guest: 8080 }],
  });
  await guest.waitUntil("ip route | grep -q ^default", 60);
  for (const [what, how] of work) await t.step(what, async () => void await how(guest));
});
