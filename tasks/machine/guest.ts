import { keysFor } from "./keys.ts";
import type { QemuProgram } from "./program.ts";
import { qemuCommand, type QemuOptions } from "./qemu.ts";
import { GuestShell, type Result } from "./shell.ts";
import { type Started, startMachine, stateFolder } from "./start.ts";
import { lastLines } from "../formats/lines.ts";
import { type GuestExit, Watch } from "./watch.ts";

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

/** What the last hook of the boot says on each console. */
const READY = "boot2podman: ready";
/** The prompt, after which the shell may ask the terminal where its cursor is. */
// deno-lint-ignore no-control-regex
const PROMPT = /[$#] (\x1b\[6n)?$/;

/**
 * Starts a guest and returns it as soon as its serial line is there. UEFI's variables are copied first, not written to.
 * Throws HarnessBroke if QEMU won't start.
 */
export async function startGuest(options: GuestOptions): Promise<Guest> {
  options.signal?.throwIfAborted();
  const folder = await stateFolder();
  const machine = { ...options, serial: { socket: `${folder}/serial` }, qmp: `${folder}/qmp` };
  if (options.firmware && options.firmware.kind !== "bios") {
    machine.firmware = { ...options.firmware, vars: `${folder}/vars.fd` };
    await Deno.writeFile(`${folder}/vars.fd`, await Deno.readFile(options.firmware.vars));
  }
  const started = await startMachine(options.qemu, qemuCommand(machine, options.qemu), folder);
  return new Guest(started, new Watch(started, options.accel ?? "tcg", options.signal));
}

/** A booted machine under test. Each wait that fails throws TestFailed or HarnessBroke, and keeps the logs. */
export class Guest {
  #started: Started;
  #watch: Watch;
  #shell?: GuestShell;
  #queue: Promise<unknown> = Promise.resolve();
  #boot = 0;

  /** Takes over a QEMU that has just been started; {@link startGuest} does that. */
  constructor(started: Started, watch: Watch) {
    [this.#started, this.#watch] = [started, watch];
  }

  /** Folder with the guest's logs. */
  get logs(): string {
    return this.#started.folder;
  }

  /** Returns all that the serial line has shown, without the harness' own traffic. */
  serialLog(): string {
    return this.#started.serial.text.replaceAll("\r", "");
  }

  /** Waits for the boot to be complete and takes over the shell on the serial line. */
  async waitForReady(timeout = 120): Promise<void> {
    await this.#watch.within(timeout, "The boot was not complete", async (signal) => {
      await this.#started.serial.wait(
        ({ text }) => text.indexOf(READY, this.#boot) >= 0 || undefined,
        signal,
      );
      const ready = this.#started.serial.text.indexOf(READY, this.#boot) + READY.length;
      await this.#started.serial.wait(({ text }) => PROMPT.test(text.slice(ready)) || undefined, signal);
      this.#boot = ready;
      const shell = new GuestShell(this.#started.serial);
      await shell.takeOver(signal);
      this.#shell = shell;
    });
  }

  /** Waits until the serial line has shown what the pattern matches, from the start on, and returns the match. */
  async waitForText(pattern: RegExp, timeout = 60): Promise<RegExpExecArray> {
    const plain = new RegExp(pattern, pattern.flags.replace(/[gy]/g, ""));
    return await this.#watch.within(
      timeout,
      `The serial line did not show ${pattern}`,
      (signal) =>
        this.#started.serial.wait(({ text }) => plain.exec(text.replaceAll("\r", "")) ?? undefined, signal),
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
      const result = await this.#watch.within(
        timeout,
        `"${command}" did not end`,
        (signal) => shell.run(script, user, signal),
        () => this.#interrupt(shell),
      );
      this.#started.serial.note(`[${user}: ${command} -> ${result.status}]`);
      return result;
    });
  }

  /** Runs a script that has to end with 0 and returns its output. */
  async succeed(script: string, options?: ExecuteOptions): Promise<string> {
    const { status, output } = await this.execute(script, options);
    if (status !== 0) {
      throw await this.#watch.failed(`"${brief(script)}" ended with ${status}${wrote(output)}`);
    }
    return output;
  }

  /** Runs a script that has to end with anything but 0 and returns its output. */
  async fail(script: string, options?: ExecuteOptions): Promise<string> {
    const { status, output } = await this.execute(script, options);
    if (status === 0) throw await this.#watch.failed(`"${brief(script)}" should have failed${wrote(output)}`);
    return output;
  }

  /** Runs a script again and again until it ends with 0 and returns its output. */
  async waitUntil(script: string, timeout = 60, options: ExecuteOptions = {}): Promise<string> {
    const end = performance.now() + 1000 * timeout * this.#watch.pace;
    for (;;) {
      const { status, output } = await this.execute(script, { timeout, ...options });
      if (status === 0) return output;
      if (performance.now() > end) {
        throw await this.#watch.failed(
          `"${brief(script)}" still ended with ${status} after ${timeout} s${wrote(output)}`,
        );
      }
      await new Promise((resolve) => setTimeout(resolve, 500));
    }
  }

  /** Writes a picture of the screen to a PNG file. */
  async screendump(path: string): Promise<void> {
    try {
      await this.#watch.screendump(path);
    } catch (error) {
      throw await this.#watch.broke(`There is no picture of the screen: ${(error as Error).message}`, error);
    }
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
      return await this.#started.qmp.execute(command, args);
    } catch (error) {
      throw await this.#watch.broke(`QEMU could not do ${command}: ${(error as Error).message}`, error);
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
    return await this.#watch.within(timeout, "The machine did not end", async (signal) => {
      const late = Promise.withResolvers<never>();
      signal.addEventListener("abort", () => late.reject(signal.reason));
      return await Promise.race([this.#watch.exit(), late.promise]);
    });
  }

  /** Ends the machine at once. */
  async kill(): Promise<void> {
    await this.#started.process.kill();
  }

  /** Ends the machine and removes its files, unless something failed. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#watch.close();
  }

  async #takenOver(): Promise<GuestShell> {
    if (!this.#shell) {
      throw await this.#watch.broke("There is no shell to run a command in: waitForReady has to come first.");
    }
    return this.#shell;
  }

  async #start(script: string): Promise<void> {
    await this.#inTurn(async () => {
      const shell = await this.#takenOver();
      await this.#watch.within(
        30,
        `"${script}" could not be started`,
        (signal) => shell.start(script, "root", signal),
      );
    });
  }

  /** Interrupts what takes too long, as Ctrl-C does, and returns what it had to say. */
  async #interrupt(shell: GuestShell): Promise<string> {
    try {
      return wrote((await shell.interrupt(AbortSignal.timeout(10_000))).output);
    } catch {
      this.#shell = undefined;
      return ", and Ctrl-C did not end it.";
    }
  }

  /** Runs one thing after the other, as there is one line. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(work);
    this.#queue = turn.catch(() => {});
    return turn;
  }
}

function brief(script: string): string {
  const line = script.trim().replaceAll(/\s+/g, " ");
  return line.length > 120 ? `${line.slice(0, 117)}...` : line;
}

function wrote(output: string): string {
  return output.trim() ? ` and wrote:\n${lastLines(output, 10)}` : ".";
}
