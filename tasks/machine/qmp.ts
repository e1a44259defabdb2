/** An event that QEMU reports, such as SHUTDOWN. */
export interface QmpEvent {
  /** Its name. */
  event: string;
  /** What it says about it. */
  data?: Record<string, unknown>;
}

type Reply = { return?: unknown; error?: { desc: string } } & Partial<QmpEvent>;

/** A connection to QEMU's machine protocol (QMP): one JSON object a line, replies in the order of the commands. */
export class Qmp {
  /** All events so far. */
  readonly events: QmpEvent[] = [];
  /** Settled when the connection has ended, and with it everything that QEMU had to report. */
  readonly ended: Promise<void>;
  #connection: Deno.Conn;
  #waiting: { resolve: (value: unknown) => void; reject: (error: Error) => void }[] = [];
  #open = true;

  private constructor(connection: Deno.Conn) {
    this.#connection = connection;
    this.ended = this.#read();
  }

  /** Returns the connection, ready for commands. */
  static async open(connection: Deno.Conn): Promise<Qmp> {
    const qmp = new Qmp(connection);
    await qmp.execute("qmp_capabilities");
    return qmp;
  }

  /** Has QEMU execute a command and returns its answer; throws an Error with QEMU's words if it can't. */
  async execute(command: string, args: Record<string, unknown> = {}): Promise<unknown> {
    if (!this.#open) throw new Error(`QEMU has ended and can't do ${command}.`);
    const answer = new Promise((resolve, reject) => this.#waiting.push({ resolve, reject }));
    const line = new TextEncoder().encode(JSON.stringify({ execute: command, arguments: args }) + "\n");
    await this.#connection.write(line).catch(() => this.#end());
    return await answer;
  }

  /** Lets go of the connection. */
  async close(): Promise<void> {
    try {
      this.#connection.close();
    } catch { /* QEMU has closed it */ }
    await this.ended;
  }

  async #read(): Promise<void> {
    let rest = "";
    const decoder = new TextDecoder();
    const buffer = new Uint8Array(16384);
    try {
      for (let count; (count = await this.#connection.read(buffer)) !== null;) {
        const lines = (rest + decoder.decode(buffer.subarray(0, count), { stream: true })).split("\n");
        rest = lines.pop()!;
        lines.filter((line) => line.trim()).forEach((line) => this.#take(JSON.parse(line)));
      }
    } catch { /* a connection that breaks is one that ended */ }
    this.#end();
  }

  #take(message: Reply): void {
    if (message.event) this.events.push({ event: message.event, data: message.data });
    else if (message.error) this.#waiting.shift()?.reject(new Error(message.error.desc));
    else if ("return" in message) this.#waiting.shift()?.resolve(message.return);
  }

  #end(): void {
    this.#open = false;
    for (const { reject } of this.#waiting.splice(0)) reject(new Error("QEMU has ended."));
  }
}
