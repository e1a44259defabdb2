/** Looks for something on a serial line: returns what it found, or undefined to be asked again when there is more. */
export type Look<T> = (line: SerialLine) => T | undefined;

/** One end of a guest's serial line: all that came over it is kept as text, but for what was cut out. */
export class SerialLine {
  #connection: Deno.Conn;
  #alarm: RegExp;
  #pieces: string[] = [];
  #tail = "";
  #watchers = new Set<() => void>();
  #pump: Promise<void>;
  #open = true;

  /** Begins to read from the connection; once `alarm` matches, no wait goes on. */
  constructor(connection: Deno.Conn, alarm: RegExp) {
    [this.#connection, this.#alarm] = [connection, alarm];
    this.#pump = this.#read();
  }

  /** All that came so far. */
  get text(): string {
    // Joined only when somebody looks: megabytes come in pieces of a few bytes.
    if (this.#pieces.length > 1) this.#pieces = [this.#pieces.join("")];
    return this.#pieces[0] ?? "";
  }

  /** The last few thousand characters, without the cost of joining all. */
  get tail(): string {
    return this.#tail;
  }

  /** Waits until `look` finds something; throws what it throws, the signal's reason, the text of an alarm, or that the line was closed. */
  async wait<T>(look: Look<T>, signal: AbortSignal): Promise<T> {
    const { promise, resolve, reject } = Promise.withResolvers<T>();
    const watch = () => {
      try {
        signal.throwIfAborted();
        const found = look(this);
        if (found !== undefined) return resolve(found);
        const alarm = this.#alarm.exec(this.#tail);
        if (alarm) throw new Error(alarm[0].trim());
        if (!this.#open) throw new Error("The serial line was closed.");
      } catch (error) {
        reject(error);
      }
    };
    this.#watchers.add(watch);
    signal.addEventListener("abort", watch);
    try {
      watch();
      return await promise;
    } finally {
      this.#watchers.delete(watch);
      signal.removeEventListener("abort", watch);
    }
  }

  /** Takes a part out of the text, so that the log stays legible, and returns it. */
  cut(start: number, end: number): string {
    const { text } = this;
    this.#pieces = [text.slice(0, start) + text.slice(end)];
    this.#tail = "";
    return text.slice(start, end);
  }

  /** Adds a line to the text that did not come over the line. */
  note(line: string): void {
    this.#pieces.push(`${/(^|\n)$/.test(this.text) ? "" : "\n"}${line}\n`);
  }

  /** Types something in. */
  async write(text: string): Promise<void> {
    let bytes = new TextEncoder().encode(text);
    while (bytes.length > 0) bytes = bytes.subarray(await this.#connection.write(bytes));
  }

  /** Lets go of the line; returns when nothing more comes. */
  async close(): Promise<void> {
    try {
      this.#connection.close();
    } catch { /* it was closed from the other end */ }
    await this.#pump;
  }

  async #read(): Promise<void> {
    const decoder = new TextDecoder();
    const buffer = new Uint8Array(65536);
    try {
      for (let count; (count = await this.#connection.read(buffer)) !== null;) {
        const piece = decoder.decode(buffer.subarray(0, count), { stream: true });
        this.#pieces.push(piece);
        this.#tail = (this.#tail + piece).slice(-4096);
        this.#watchers.forEach((watch) => watch());
      }
    } catch { /* a line that breaks is a line that ended */ }
    this.#open = false;
    this.#watchers.forEach((watch) => watch());
  }
}
