import { readPpm, writePng } from "../formats/ppm.ts";
import type { Accel } from "./accel.ts";
import type { Started } from "./start.ts";
import { lastLines } from "../formats/lines.ts";
import { type Evidence, HarnessBroke, TestFailed } from "./verdict.ts";

/** How a guest came to its end. */
export interface GuestExit {
  /** Exit code of QEMU. */
  code: number;
  /** Why, in QEMU's words: guest-shutdown, guest-reset, guest-panic, host-qmp-quit and others. */
  reason: string;
}

/** How much of the time that software emulation needs each acceleration needs. */
const PACE: Record<Accel, number> = { tcg: 1, kvm: 0.3, hvf: 0.3 };

/** Watches over a guest: it limits how long things take, says what their failure means, and keeps what explains it. */
export class Watch {
  /** Seconds that pass for each second that software emulation would have. */
  readonly pace: number;
  #started: Started;
  #stop?: AbortSignal;
  #kept = false;
  #abort = () => void this.#started.process.kill();

  /** Watches over a guest until `stop` is aborted, which ends it. */
  constructor(started: Started, accel: Accel, stop?: AbortSignal) {
    [this.#started, this.#stop, this.pace] = [started, stop, PACE[accel]];
    stop?.addEventListener("abort", this.#abort);
    if (stop?.aborted) this.#abort();
  }

  /**
   * Does a piece of work that may take so many seconds. Throws TestFailed if it takes longer, or if the guest panicked
   * or switched itself off, with what `late` adds to the first; HarnessBroke if QEMU or the line to it failed.
   */
  async within<T>(
    seconds: number,
    what: string,
    work: (signal: AbortSignal) => Promise<T>,
    late: () => Promise<string> = () => Promise.resolve("."),
  ): Promise<T> {
    const granted = Math.max(1, Math.round(seconds * this.pace));
    const timeout = AbortSignal.timeout(1000 * granted);
    try {
      return await work(this.#stop ? AbortSignal.any([this.#stop, timeout]) : timeout);
    } catch (error) {
      this.#stop?.throwIfAborted();
      if (timeout.aborted) throw await this.failed(`${what} within ${granted} s${await late()}`, error);
      const { message } = error as Error;
      if (message.startsWith("Kernel panic")) throw await this.failed(`${what}: ${message}.`, error);
      throw await this.#hasEnded()
        ? await this.#afterEnd(what, error)
        : await this.broke(`${what}: ${message}`, error);
    }
  }

  /** Returns how the machine ended, once it has. */
  async exit(): Promise<GuestExit> {
    const code = await this.#started.process.ended;
    await this.#started.qmp.ended;
    const shutdown = this.#started.qmp.events.findLast(({ event }) => event === "SHUTDOWN");
    return { code, reason: String(shutdown?.data?.reason ?? "killed") };
  }

  /** Returns the error for a guest that did not do what it should have. */
  async failed(message: string, cause?: unknown): Promise<TestFailed> {
    return new TestFailed(message, await this.#evidence(), { cause });
  }

  /** Returns the error for a test that could not be carried out. */
  async broke(message: string, cause?: unknown): Promise<HarnessBroke> {
    return new HarnessBroke(message, await this.#evidence(), { cause });
  }

  /** Writes a picture of the screen to a PNG file. */
  async screendump(path: string): Promise<void> {
    const { folder, qmp } = this.#started;
    // QEMU 7.1 and later write PNG too, but only if they were built with libpng.
    const filename = `${folder}/screen.ppm`;
    await qmp.execute("screendump", { filename });
    await Deno.writeFile(path, writePng(readPpm(await Deno.readFile(filename))));
    await Deno.remove(filename);
  }

  /** Ends the machine and removes its files, unless something failed. */
  async close(): Promise<void> {
    const { folder, process, serial, qmp } = this.#started;
    this.#stop?.removeEventListener("abort", this.#abort);
    await process.kill();
    await Promise.all([serial.close(), qmp.close()]);
    if (!this.#kept) await Deno.remove(folder, { recursive: true });
  }

  async #hasEnded(): Promise<boolean> {
    // The line closes a moment before the process is gone.
    const { promise, resolve } = Promise.withResolvers<boolean>();
    const timer = setTimeout(() => resolve(false), 1000);
    this.#started.process.ended.then(() => resolve(true));
    return await promise.finally(() => clearTimeout(timer));
  }

  async #afterEnd(what: string, error: unknown): Promise<Error> {
    const { code, reason } = await this.exit();
    if (reason.startsWith("guest-")) {
      return await this.failed(`${what}: the machine ended (${reason}).`, error);
    }
    const said = lastLines(await Deno.readTextFile(`${this.#started.folder}/qemu.log`).catch(() => ""), 5);
    return await this.broke(`${what}: QEMU ended with exit code ${code}. ${said}`.trim(), error);
  }

  async #evidence(): Promise<Evidence> {
    const { folder, serial } = this.#started;
    this.#kept = true;
    const text = serial.text.replaceAll("\r", "");
    await Deno.writeTextFile(`${folder}/serial.log`, text);
    // A machine that is gone has no screen.
    await this.screendump(`${folder}/screen.png`).catch(() => {});
    return { serial: text, logs: folder };
  }
}
