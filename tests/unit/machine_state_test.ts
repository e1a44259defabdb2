import assert from "node:assert/strict";
import { openHost } from "../../tasks/host/open.ts";
import { quietProgress } from "../../tasks/host/progress.ts";
import { configure, remove, upgrade } from "../../tasks/machines/alter.ts";
import { create, defaultSettings } from "../../tasks/machines/create.ts";
import { driverOf } from "../../tasks/machines/driver.ts";
import { locked } from "../../tasks/machines/lock.ts";
import { existing, machineNames, machinesFolder, placeOf } from "../../tasks/machines/place.ts";
import { reports } from "../../tasks/machines/report.ts";
import { openMachine, type Settings } from "../../tasks/machines/settings.ts";
import { statusText } from "../../tasks/machines/status.ts";

// Each test file is a process of its own, so this folder is nobody else's.
const base = await Deno.makeTempDir();
Deno.env.set("XDG_DATA_HOME", base);
globalThis.addEventListener("unload", () => Deno.removeSync(base, { recursive: true }));
const host = await openHost({ progress: quietProgress() });

async function fakeIso(version: string): Promise<string> {
  const path = `${base}/${crypto.randomUUID()}.iso`;
  const bytes = new Uint8Array(34816);
  bytes.set(new TextEncoder().encode("\x01CD001\x01"), 32768);
  bytes.set(new TextEncoder().encode(`Boot2Podman-v${version}`.padEnd(32)), 32808);
  await Deno.writeFile(path, bytes);
  return path;
}

async function make(name: string, rest: Partial<Settings> = {}, version = "0.1.0") {
  const settings = { ...defaultSettings(), diskSize: 2 ** 28, ...rest };
  return await create({ name, settings, start: false, iso: () => fakeIso(version) }, host);
}

async function files(folder: string): Promise<string[]> {
  return (await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort();
}

Deno.test("a new machine has its files, and rm leaves nothing of them", async () => {
  const machine = await make("box");
  assert.deepEqual(await files(machine.folder), [
    "boot2podman.iso",
    "data.img",
    "id_ed25519",
    "id_ed25519.pub",
    "machine.json",
  ]);
  assert.equal((await Deno.stat(machine.key)).mode! & 0o777, 0o600);
  assert.deepEqual(await machineNames(), ["box"]);
  await assert.rejects(make("box"), /There is a machine box already/);
  await assert.rejects(existing("bax"), {
    message: 'There is no machine "bax".',
    hint: /Did you mean "box"/,
  });
  await remove(await existing("box"), false, host);
  assert.deepEqual(await files(machinesFolder()), [".ports"]);
});

Deno.test("a machine that can't be made leaves nothing behind", async () => {
  await assert.rejects(make("huge", { diskSize: 2 ** 52 }), /can't hold a file of/);
  await assert.rejects(make("vbox", { driver: "virtualbox", volumes: ["/tmp:/x"] }), /can't have volumes/);
  const wrong = () => Promise.resolve(new URL(import.meta.url).pathname);
  await assert.rejects(
    create({ name: "wrong", settings: defaultSettings(), start: false, iso: wrong }, host),
    /is not an ISO of boot2podman/,
  );
  assert.deepEqual(await files(machinesFolder()), [".ports"]);
});

Deno.test("machines made at once have different ports, and of one name there is one", async () => {
  const made = await Promise.allSettled(["one", "two", "three", "one", "one"].map((name) => make(name)));
  assert.equal(made.filter(({ status }) => status === "fulfilled").length, 3);
  const ports = (await reports(host)).map(({ settings }) => settings!.sshPort);
  assert.equal(new Set(ports).size, 3);
  for (const name of await machineNames()) await remove(await placeOf(name), false, host);
});

Deno.test("what was left half made is made anew", async () => {
  const place = await placeOf("half");
  await Deno.mkdir(place.folder, { recursive: true });
  await Deno.writeTextFile(place.disk, "half a disk");
  assert.deepEqual(await machineNames(), []);
  await make("half");
  assert.equal((await Deno.stat(place.disk)).size, 2 ** 28);
  await remove(place, false, host);
});

Deno.test("config changes a setting on the disk, and the disk itself", async () => {
  const place = await make("box");
  await configure(place, "memory", ["2048"], host);
  await configure(place, "disk-size", ["512M"], host);
  const { is } = await openMachine(place);
  assert.deepEqual([is.memory, is.diskSize], [2048, 2 ** 29]);
  assert.equal((await Deno.stat(place.disk)).size, 2 ** 29);
  await assert.rejects(configure(place, "disk-size", ["256M"], host), /can't be made smaller/);
  assert.equal((await openMachine(place)).is.diskSize, 2 ** 29);
  await remove(place, false, host);
});

Deno.test("an older ISO is told of, and upgrade takes another", async () => {
  const machine = await make("box");
  const [report] = await reports(host, "0.2.0");
  assert.equal(report.newer, "0.2.0");
  assert.match(
    await statusText(machine, report),
    /ISO is 0\.1\.0, and there is 0\.2\.0: .*machine upgrade box/,
  );
  assert.deepEqual(await upgrade(machine, await fakeIso("0.2.0"), host), { before: "0.1.0", after: "0.2.0" });
  assert.equal((await reports(host, "0.2.0"))[0].newer, undefined);
  await assert.rejects(upgrade(machine, machine.disk, host), /is not an ISO of boot2podman/);
  assert.equal((await reports(host))[0].version, "0.2.0");
  await remove(machine, false, host);
});

Deno.test("a settings file cut in half stops nothing but its machine, which can be removed", async () => {
  const place = await make("torn");
  await make("whole");
  await Deno.truncate(place.settings, 100);
  const all = await reports(host);
  assert.deepEqual(all.map(({ name, state }) => `${name} ${state}`), ["torn broken", "whole stopped"]);
  assert.match(all[0].problem!, /machine\.json is damaged/);
  await assert.rejects(remove(place, false, host), /machine\.json is damaged/);
  assert.ok(await Deno.stat(place.disk));
  for (const name of ["torn", "whole"]) await remove(await placeOf(name), true, host);
  assert.deepEqual(await machineNames(), []);
});

Deno.test("a QEMU that is gone, or a number that another process has, is a crash", async () => {
  const machine = await make("box");
  const state = async () => await driverOf(machine).state(machine, host);
  assert.equal(await state(), "stopped");
  await Deno.writeTextFile(machine.pid, `${Deno.pid}\n`);
  assert.equal(await state(), "crashed");
  await Deno.writeTextFile(machine.pid, "4194303\n");
  assert.equal(await state(), "crashed");
  await Deno.writeTextFile(machine.console, "\x1b[1mall \x1b[0mwell\r\n\n\x1b[31mKernel panic\r\n");
  const text = await statusText(machine, (await reports(host))[0]);
  assert.equal(text, "stopped (it crashed)\nIts console ended with:\n  | all well\n  | Kernel panic");
  await driverOf(machine).kill(machine, host);
  assert.equal(await state(), "stopped");
  await remove(machine, false, host);
});

Deno.test("one lock lets one in at a time, also when its file was removed meanwhile", async () => {
  const path = `${base}/.x.lock`;
  let inside = 0;
  const work = async () => {
    assert.equal(++inside, 1);
    await new Promise((resolve) => setTimeout(resolve, 30));
    await Deno.remove(path);
    assert.equal(--inside, 0);
  };
  await Promise.all(Array.from({ length: 4 }, () => locked(path, host, work)));
});
