import assert from "node:assert/strict";
import { plainProgress, type Progress, terminalProgress } from "../../tasks/host/progress.ts";

/** What both kinds write, and where they write it. */
const KINDS: [string, (write: (text: string) => void) => Progress][] = [
  ["plain", (write) => plainProgress(write, 0)],
  ["terminal", terminalProgress],
];

for (const [kind, make] of KINDS) {
  Deno.test(`${kind}: a task without a size says when it is done, and a note stays`, () => {
    const said: string[] = [];
    const progress = make((text) => said.push(text));
    progress.task("podman.tcz").done("12.3 MB");
    progress.task("kernel").done();
    progress.note("the mirror can't be reached");
    const text = said.join("\n");
    assert.match(text, /podman\.tcz: 12\.3 MB, 0\.0 s/);
    assert.match(text, /kernel: done, 0\.0 s/);
    assert.match(text, /the mirror can't be reached/);
  });

  Deno.test(`${kind}: downloads are added up, and those under way are named`, async () => {
    const said: string[] = [];
    const progress = make((text) => said.push(text));
    const tasks = ["a", "b", "c", "d"].map((name) => progress.task(name, 2_000_000));
    await new Promise((resolve) => setTimeout(resolve, 110));
    tasks[0].advance(1_000_000);
    assert.match(said.at(-1)!, /1\.0 of 8\.0 MB, \d+\.\d MB\/s, \d+\.\d s left: a, b, c, …/);
    tasks[0].done();
    tasks[1].done();
    await new Promise((resolve) => setTimeout(resolve, 110));
    tasks[2].advance(500_000);
    assert.match(said.at(-1)!, /1\.5 of 8\.0 MB, .*: c, d$/);
  });
}

Deno.test("plain: one line now and then, none for each chunk", () => {
  const said: string[] = [];
  const task = plainProgress((text) => said.push(text), 60_000).task("index", 1_000_000);
  for (let i = 0; i < 1000; i++) task.advance(1000);
  task.done();
  assert.deepEqual(said, []);
});

Deno.test("terminal: one line is drawn again, and what stays is written above it", () => {
  const said: string[] = [];
  const progress = terminalProgress((text) => said.push(text));
  progress.task("kernel");
  progress.note("libs.tcz: done");
  assert.deepEqual(said, ["\r\x1b[Kkernel", "\r\x1b[Klibs.tcz: done\n", "\r\x1b[Kkernel"]);
});

Deno.test("terminal: after the last task the line is empty", () => {
  for (const total of [undefined, 1000]) {
    const said: string[] = [];
    terminalProgress((text) => said.push(text)).task("kernel", total).done();
    assert.equal(said.at(-1), "\r\x1b[K");
  }
});

Deno.test("a second batch begins at nothing", async () => {
  const said: string[] = [];
  const progress = plainProgress((text) => said.push(text), 0);
  const first = progress.task("a", 3_000_000);
  first.advance(3_000_000);
  first.done();
  await new Promise((resolve) => setTimeout(resolve, 2));
  progress.task("b", 2_000_000).advance(1_000_000);
  assert.match(said.at(-1)!, /^1\.0 of 2\.0 MB/);
});
