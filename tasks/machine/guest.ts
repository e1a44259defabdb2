import { readPpm, writePng } from "../formats/ppm.ts";
import type { Accel } from "./accel.ts";
import { keysFor } from "./keys.ts";
import { commandLine, type QemuProcess, startQemu } from "./process.ts";
import type { QemuProgram } from "./program.ts";
import { qemuCommand, type QemuOptions } from "./qemu.ts";
import { Qmp } from "./qmp.ts";
import { SerialLine } from "./serial.ts";
import { GuestShell, type Result } from "./shell.ts";
import { HarnessBroke, lastLines, TestFailed } from "./verdict.ts";

/** A guest to start: a machine, the QEMU that runs it, and what ends it. */
export interface GuestOptions extends Omit<QemuOptions, "serial" | "qmp"> {
  /** The QEMU. */
  qemu: QemuProgram;
  /** Ends the guest when aborted. */
  signal?: AbortSignal;
}

/** How a command is run in the guest. */
export interface ExecuteOptions {
  /** Seconds that it may take under software emulation; 60 unless given. */
  timeout?: number;
  /** User that runs it; tc unless given. */
  user?: string;
}

/** How a guest came to its end. */
export interface GuestExit {
  /** Exit code of QEMU. */
  code: number;
  /** Why, in QEMU's words: guest-shutdown, guest-reset, guest-panic, host-qmp-quit and others. */
  reason: string;
}

/** What the last hook of the boot says on each console. */
const READY = "boot2podman: ready";
/** What makes any wait on the serial line useless. */
const PANIC = /Kernel panic - not syncing[^\n]*\n/;
/** The prompt, after which the shell may ask the terminal where its cursor is. */
// deno-lint-ignore no-control-regex
const PROMPT = /[$#] (\x1b\[6n)?$/;

/** How much of the time that software emulation needs each acceleration needs. */
const PACE: Record<Accel, number> = { tcg: 1, kvm: 0.3, hvf: 0.3 };

/** Starts a guest and returns it as soon as its serial line is there; throws {@link HarnessBroke} if QEMU won't start. */
export async function startGuest(options: GuestOptions): Promise<Guest> {
  options.signal?.throwIfAborted();
  const folder = await stateFolder();
  const { firmware } = options;
  const copied = firmware && firmware.kind !== "bios" ? { ...firmware, vars: `${folder}/vars.fd` } : firmware;
  if (firmware && firmware.kind !== "bios") await Deno.copyFile(firmware.vars, `${folder}/vars.fd`);
  const sockets = { serial: { socket: `${folder}/serial` }, qmp: `${folder}/qmp` };
  const args = qemuCommand({ ...options, firmware: copied, ...sockets }, options.qemu);
  await Deno.writeTextFile(`${folder}/command`, commandLine(options.qemu, args) + "\n");
  // QEMU connects to us, so nothing has to wait for its sockets to appear.
  using serial = Deno.listen({ transport: "unix", path: sockets.serial.socket });
  using control = Deno.listen({ transport: "unix", path: sockets.qmp });
  const process = startQemu(options.qemu, args, `${folder}/qemu.log`);
  const lines = Promise.all([serial.accept(), control.accept().then(Qmp.open)]);
  const connected = lines.then(() => true, () => false);
  if (!await Promise.race([connected, process.ended.then(() => false)])) {
    await process.kill();
    const said = lastLines(await Deno.readTextFile(`${folder}/qemu.log`), 5);
    throw new HarnessBroke(`QEMU ended before it had made the machine: ${said}`, {
      serial: "",
      logs: folder,
    });
  }
  const [connection, qmp] = await lines;
  return new Guest(options, folder, process, new SerialLine(connection, PANIC), qmp);
}

async function stateFolder(): Promise<string> {
  const folder = await Deno.makeTempDir({ prefix: "boot2podman-" });
  // The address of a Unix socket holds about a hundred characters.
  if (folder.length <= 90) return folder;
  await Deno.remove(folder);
  return await Deno.makeTempDir({ prefix: "boot2podman-", dir: "/tmp" });
}

/** A booted machine under test. Each wait that fails throws TestFailed or HarnessBroke, and keeps the logs. */
export class Guest {
  #options: GuestOptions;
  #folder: string;
  #process: QemuProcess;
  #serial: SerialLine;
  #qmp: Qmp;
  #shell?: GuestShell;
  #queue: Promise<unknown> = Promise.resolve();
  #boot = 0;
  #ended = false;
  #kept = false;
  #abort = () => void this.kill();

  /** Takes over a QEMU that has just been started; {@link startGuest} does that. */
  constructor(options: GuestOptions, folder: string, process: QemuProcess, serial: SerialLine, qmp: Qmp) {
    this.#options = options;
    [this.#folder, this.#process, this.#serial, this.#qmp] = [folder, process, serial, qmp];
    process.ended.then(() => this.#ended = true);
    options.signal?.addEventListener("abort", this.#abort);
  }

  /** Folder with the guest's logs. */
  get logs(): string {
    return this.#folder;
  }

  /** Returns all that the serial line has shown, without the harness' own traffic. */
  serialLog(): string {
    return this.#serial.text.replaceAll("\r", "");
  }

  /** Waits for the boot to be complete and takes over the shell on the serial line. */
  async waitForReady(timeout = 120): Promise<void> {
    await this.#within(timeout, "The boot was not complete", async (signal) => {
      await this.#serial.wait(({ text }) => text.indexOf(READY, this.#boot) >= 0 || undefined, signal);
      const ready = this.#serial.text.indexOf(READY, this.#boot) + READY.length;
      await this.#serial.wait(({ text }) => PROMPT.test(text.slice(ready)) || undefined, signal);
      this.#boot = ready;
      const shell = new GuestShell(this.#serial);
      await shell.takeOver(signal);
      this.#shell = shell;
    });
  }

  /** Waits until the serial line has shown what the pattern matches, from the start on, and returns the match. */
  async waitForText(pattern: RegExp, timeout = 60): Promise<RegExpExecArray> {
    const plain = new RegExp(pattern, pattern.flags.replace(/[gy]/g, ""));
    return await this.#within(
      timeout,
      `The serial line did not show ${pattern}`,
      (signal) => this.#serial.wait(({ text }) => plain.exec(text.replaceAll("\r", "")) ?? undefined, signal),
    );
  }

  /**
   * Runs a script with the guest's sh, its standard input empty, and returns its status and output. One that takes too
   * long is interrupted.
   */
  async execute(script: string, { timeout = 60, user = "tc" }: ExecuteOptions = {}): Promise<Result> {
    return await this.#inTurn(async () => {
      const shell = await this.#takenOver();
      const command = brief(script);
      const result = await this.#within(
        timeout,
        `"${command}" did not end`,
        (signal) => shell.run(script, user, signal),
        shell,
      );
      this.#serial.note(`[${user}: ${command} -> ${result.status}]`);
      return result;
    });
  }

  /** Runs a script that has to end with 0 and returns its output. */
  async succeed(script: string, options?: ExecuteOptions): Promise<string> {
    const { status, output } = await this.execute(script, options);
    if (status !== 0) throw await this.#failed(`"${brief(script)}" ended with ${status}${wrote(output)}`);
    return output;
  }

  /** Runs a script that has to end with anything but 0 and returns its output. */
  async fail(script: string, options?: ExecuteOptions): Promise<string> {
    const { status, output } = await this.execute(script, options);
    if (status === 0) throw await this.#failed(`"${brief(script)}" should have failed${wrote(output)}`);
    return output;
  }

  /** Runs a script again and again until it ends with 0 and returns its output. */
  async waitUntil(script: string, timeout = 60, options: ExecuteOptions = {}): Promise<string> {
    const end = performance.now() + 1000 * timeout * this.#pace;
    for (;;) {
      const { status, output } = await this.execute(script, { timeout, ...options });
      if (status === 0) return output;
      if (performance.now() > end) {
        throw await this.#failed(
          `"${brief(script)}" still ended with ${status} after ${timeout} s${wrote(output)}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  /** Writes a picture of the screen to a PNG file. */
  async screendump(path: string): Promise<void> {
    const temporary = `${this.#folder}/screen.ppm`;
    await this.qmp("screendump", { filename: temporary });
    await Deno.writeFile(path, writePng(readPpm(await Deno.readFile(temporary))));
    await Deno.remove(temporary);
  }

  /** Types a text on the guest's keyboard, as on a US layout; "\n" is the Enter key. */
  async sendKeys(text: string): Promise<void> {
    for (const character of text) {
      const keys = keysFor(character);
      if (!keys) throw new TypeError(`No key bears "${character}".`);
      await this.qmp("send-key", { keys: keys.map((data) => ({ type: "qcode", data })), "hold-time": 20 });
      // A key comes only after the one before was let go.
      await new Promise((resolve) => setTimeout(resolve, 60));
    }
  }

  /** Has QEMU execute a command of its machine protocol (QMP) and returns the answer. */
  async qmp(command: string, args: Record<string, unknown> = {}): Promise<unknown> {
    try {
      return await this.#qmp.execute(command, args);
    } catch (error) {
      throw await this.#broke(`QEMU could not do ${command}: ${(error as Error).message}`, error);
    }
  }

  /** Presses the power button. */
  async powerButton(): Promise<void> {
    await this.qmp("system_powerdown");
  }

  /** Has the guest switch itself off, and waits for that. */
  async poweroff(timeout = 60): Promise<GuestExit> {
    await this.#start("poweroff");
    return await this.waitForExit(timeout);
  }

  /** Has the guest start anew, and waits for the boot to be complete. */
  async reboot(timeout = 120): Promise<void> {
    await this.#start("reboot");
    this.#shell = undefined;
    await this.waitForReady(timeout);
  }

  /** Waits for the machine to end and returns how it did. */
  async waitForExit(timeout = 60): Promise<GuestExit> {
    return await this.#within(timeout, "The machine did not end", async (signal) => {
      const aborted = Promise.withResolvers<never>();
      signal.addEventListener("abort", () => aborted.reject(signal.reason));
      const code = await Promise.race([this.#process.ended, aborted.promise]);
      await this.#qmp.ended;
      return { code, reason: this.#reason() };
    });
  }

  /** Ends the machine at once. */
  async kill(): Promise<void> {
    await this.#process.kill();
  }

  /** Ends the machine and removes its files, unless something failed. */
  async [Symbol.asyncDispose](): Promise<void> {
    this.#options.signal?.removeEventListener("abort", this.#abort);
    await this.kill();
    await Promise.all([this.#serial.close(), this.#qmp.close()]);
    if (!this.#kept) await Deno.remove(this.#folder, { recursive: true });
  }

  get #pace(): number {
    return PACE[this.#options.accel ?? "tcg"];
  }

  #reason(): string {
    const shutdown = this.#qmp.events.findLast(({ event }) => event === "SHUTDOWN");
    return String(shutdown?.data?.reason ?? "killed");
  }

  async #takenOver(): Promise<GuestShell> {
    if (!this.#shell) throw await this.#broke("A command needs the shell: waitForReady has to come first.");
    return this.#shell;
  }

  async #start(script: string): Promise<void> {
    await this.#inTurn(async () => {
      const shell = await this.#takenOver();
      await this.#within(
        30,
        `"${script}" could not be started`,
        (signal) => shell.start(script, "root", signal),
      );
    });
  }

  /** Runs one thing after the other, as there is one line. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(work);
    this.#queue = turn.catch(() => {});
    return turn;
  }

  /** Does a piece of work that may take so many seconds, and says what its failure means. */
  async #within<T>(
    seconds: number,
    what: string,
    work: (signal: AbortSignal) => Promise<T>,
    shell?: GuestShell,
  ): Promise<T> {
    const { signal: stop } = this.#options;
    const granted = Math.max(1, Math.round(seconds * this.#pace));
    const timeout = AbortSignal.timeout(1000 * granted);
    try {
      return await work(stop ? AbortSignal.any([stop, timeout]) : timeout);
    } catch (error) {
      stop?.throwIfAborted();
      if (timeout.aborted) {
        const output = await shell?.interrupt(AbortSignal.timeout(10_000)).then(
          ({ output }) => output,
          () => "",
        );
        throw await this.#failed(`${what} within ${granted} s${wrote(output ?? "")}`, error);
      }
      if (await this.#hasEnded()) throw await this.#afterEnd(what, error);
      const { message } = error as Error;
      throw message.includes("panic")
        ? await this.#failed(`${what}: ${message}.`, error)
        : await this.#broke(`${what}: ${message}`, error);
    }
  }

  async #hasEnded(): Promise<boolean> {
    // The line closes a moment before the process is gone.
    await Promise.race([this.#process.ended, new Promise((resolve) => setTimeout(resolve, 500))]);
    return this.#ended;
  }

  async #afterEnd(what: string, error: unknown): Promise<Error> {
    await this.#qmp.ended;
    const reason = this.#reason();
    if (reason.startsWith("guest-")) {
      return await this.#failed(`${what}: the machine ended (${reason}).`, error);
    }
    const said = lastLines(await Deno.readTextFile(`${this.#folder}/qemu.log`).catch(() => ""), 5);
    return await this.#broke(
      `${what}: QEMU ended with exit code ${await this.#process.ended}. ${said}`,
      error,
    );
  }

  async #failed(message: string, cause?: unknown): Promise<TestFailed> {
    return new TestFailed(message, await this.#evidence(), { cause });
  }

  async #broke(message: string, cause?: unknown): Promise<HarnessBroke> {
    return new HarnessBroke(message, await this.#evidence(), { cause });
  }

  async #evidence(): Promise<{ serial: string; logs: string }> {
    this.#kept = true;
    const serial = this.serialLog();
    await Deno.writeTextFile(`${this.#folder}/serial.log`, serial);
    const ppm = `${this.#folder}/screen.ppm`;
    await this.#qmp.execute("screendump", { filename: ppm })
      .then(async () =>
        Deno.writeFile(`${this.#folder}/screen.png`, writePng(readPpm(await Deno.readFile(ppm))))
      )
      .then(() => Deno.remove(ppm))
      .catch(() => {});
    return { serial, logs: this.#folder };
  }
}

function brief(script: string): string {
  const line = script.trim().replaceAll(/\s+/g, " ");
  return line.length > 120 ? `${line.slice(0, 117)}...` : line;
}

function wrote(output: string): string {
  return output.trim() ? ` and wrote:\n${lastLines(output, 10)}` : ".";
}
