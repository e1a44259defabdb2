import { type Figure, round, startDirect, type Subject } from "./figure.ts";

/** Sizes of memory to try, in MiB, downwards. */
const STEPS = [256, 224, 208, 192, 184, 176, 168];

const CONTAINER = `set -e
mkdir -p /tmp/i/bin && cp "$(readlink -f /usr/bin/busybox)" /tmp/i/bin/busybox
tar c -C /tmp/i . | podman import -q - localhost/b && podman run --rm localhost/b /bin/busybox true`;

/** Measures memory in MiB: what is used at the idle prompt, extensions included, and the least in which a container runs. */
export async function measureMemory(subject: Subject): Promise<Figure[]> {
  const used = await idle(subject);
  let least = NaN;
  for (const memory of STEPS) {
    if (!await runsIn(subject, memory)) break;
    least = memory;
  }
  return [
    {
      what: "memory used at the idle prompt, extensions included",
      value: round(used),
      unit: "MiB",
      goal: 150,
    },
    { what: "least memory in which a container runs", value: least, unit: "MiB", goal: 256 },
  ];
}

async function idle(subject: Subject): Promise<number> {
  await using guest = await startDirect(subject, 512);
  await guest.waitForReady(180);
  await guest.waitUntil("test -e /run/coldplugged && ip route | grep -q ^default", 90);
  const said = await guest.succeed("sync; cat /proc/meminfo");
  const kib = (name: string) => Number(said.match(new RegExp(`${name}: +(\\d+)`))?.[1]);
  return (kib("MemTotal") - kib("MemAvailable")) / 1024;
}

async function runsIn(subject: Subject, memory: number): Promise<boolean> {
  const guest = await startDirect(subject, memory);
  try {
    await guest.waitForReady(120);
    await guest.succeed(CONTAINER, { timeout: 240 });
    return true;
  } catch {
    return false;
  } finally {
    await guest.kill();
    await guest[Symbol.asyncDispose]();
  }
}
