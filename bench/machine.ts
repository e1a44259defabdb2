import type { Host } from "../tasks/host/host.ts";
import { run } from "../tasks/host/run.ts";
import { chooseAccel } from "../tasks/machine/accel.ts";
import { startGuest } from "../tasks/machine/guest.ts";
import { findQemu } from "../tasks/machine/toolkit.ts";
import { remove } from "../tasks/machines/alter.ts";
import { create, defaultSettings } from "../tasks/machines/create.ts";
import { placeOf } from "../tasks/machines/place.ts";
import type { Machine } from "../tasks/machines/settings.ts";
import { findSsh, inGuest, sshArguments } from "../tasks/machines/ssh.ts";
import { type Figure, imageOf, median, round, type Subject } from "./figure.ts";

/** Megabytes that are sent into the guest. */
const SENT = 64;

const IMAGE =
  `mkdir -p /tmp/i/bin && cp "$(readlink -f /usr/bin/busybox)" /tmp/i/bin/busybox && cd /tmp/i/bin &&
for name in sh true dd cat; do ln -sf busybox $name; done && tar c -C /tmp/i . | podman import -q - localhost/b`;
const DOCKERFILE = "FROM localhost/b\\nRUN true\\nRUN true\\nCOPY f /f\\n";

/**
 * Measures a machine: seconds from create to the first container, and as a ratio to a bare boot of the same ISO; what goes
 * through ssh in seconds and MB/s; and the memory in MiB that is used when it is idle, with ssh and the API on.
 */
export async function measureMachine(subject: Subject): Promise<Figure[]> {
  const { host } = subject;
  const { iso } = await imageOf(subject);
  const bare = await bareBoot(iso, host);
  const name = `bench-${crypto.randomUUID().slice(0, 8)}`;
  const settings = { ...defaultSettings(), diskSize: 4 * 2 ** 30 };
  const begun = performance.now();
  try {
    const machine = await create({ name, settings, iso: () => Promise.resolve(iso), start: true }, host);
    const ready = seconds(begun);
    await inGuest(machine, "tc", `${IMAGE} && podman run --rm localhost/b true`, host);
    const first = seconds(begun);
    return [
      { what: "machine create to an answer by ssh", value: round(ready), unit: "s" },
      { what: "machine create to the end of the first container", value: round(first), unit: "s" },
      { what: "  as a ratio to a bare boot by CD", value: round(first / bare), unit: "" },
      ...await measureClients(machine, host),
    ];
  } finally {
    await remove(await placeOf(name), true, host).catch(() => {});
  }
}

async function measureClients(machine: Machine, host: Host): Promise<Figure[]> {
  const guest = (command: string) => inGuest(machine, "tc", command, host);
  const api =
    `printf 'GET /v5.0.0/libpod/containers/json HTTP/1.0\\r\\nHost: d\\r\\n\\r\\n' | docker system dial-stdio`;
  const timed = async (work: () => Promise<unknown>) => {
    const begun = performance.now();
    await work();
    return seconds(begun);
  };
  // The first call starts the API; those after it are what a user waits for.
  await guest(api);
  const calls = [];
  for (let i = 0; i < 5; i++) calls.push(await timed(() => guest(api)));
  const build = await timed(() =>
    guest(
      `mkdir -p /tmp/c && cd /tmp/c && echo f > f && printf '${DOCKERFILE}' > Dockerfile && podman build -t c .`,
    )
  );
  const ssh = await findSsh(machine, host);
  const data = [crypto.getRandomValues(new Uint8Array(65536))];
  const chunks = Array.from({ length: SENT * 1e6 / 65536 }, () => data[0]);
  const send = await timed(() =>
    run([...ssh.ssh, ...sshArguments(machine, "tc", ["cat > /tmp/sent"])], { input: chunks })
  );
  await guest(
    `mkdir -p /tmp/l && mv /tmp/sent /tmp/l && tar c -C /tmp/l . | podman import -q - localhost/l && podman save -q -o /tmp/l.tar localhost/l; sudo chmod 644 /tmp/l.tar; podman rmi -f localhost/l`,
  );
  const load = await timed(() => guest("podman load -q -i /tmp/l.tar"));
  await guest("rm -rf /tmp/l /tmp/l.tar; sync");
  const said = await guest("cat /proc/meminfo");
  const kib = (name: string) => Number(said.match(new RegExp(`${name}: +(\\d+)`))?.[1]);
  return [
    { what: "a call of the API through ssh", value: round(median(calls)), unit: "s" },
    { what: "a build of three steps through ssh", value: round(build), unit: "s" },
    { what: "into the guest through ssh", value: round(SENT / send), unit: "MB/s" },
    { what: "podman load", value: round(SENT / load), unit: "MB/s" },
    {
      what: "memory used, with ssh and the API on",
      value: round((kib("MemTotal") - kib("MemAvailable")) / 1024),
      unit: "MiB",
    },
  ];
}

async function bareBoot(iso: string, host: Host): Promise<number> {
  const qemu = await findQemu(host);
  const { accel } = await chooseAccel(qemu);
  const begun = performance.now();
  await using guest = await startGuest({ qemu, accel, memory: 1024, cdrom: iso });
  await guest.waitForText(/boot2podman: ready/, 180);
  return seconds(begun);
}

function seconds(since: number): number {
  return (performance.now() - since) / 1000;
}
