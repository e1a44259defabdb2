/** Something under way that is shown to the user. */
export interface Task {
  /** Tells that so many more bytes are done. */
  advance(bytes: number): void;
  /** Ends it; the note is shown behind its title. */
  done(note?: string): void;
}

/** Where progress is shown. */
export interface Progress {
  /** Begins something; with its size in bytes where that is known. */
  task(title: string, totalBytes?: number): Task;
  /** Says something that stays. */
  note(line: string): void;
}

/** Returns progress for where standard error leads: one line redrawn on a terminal, plain lines elsewhere. */
export function chooseProgress(): Progress {
  return Deno.stderr.isTerminal() ? terminalProgress() : plainProgress();
}

/** Returns progress that shows nothing. */
export function quietProgress(): Progress {
  return { task: () => ({ advance() {}, done() {} }), note() {} };
}

/** Returns progress in plain lines: one when a task ends, and one now and then while bytes come in. */
export function plainProgress(
  write: (line: string) => void = (line) => console.error(line),
  pause = 5000,
): Progress {
  const meter = new Meter();
  let last = performance.now();
  return {
    note: write,
    task: (title, total) => {
      const begun = performance.now();
      meter.begin(title, total);
      return {
        advance: (bytes) => {
          meter.advance(bytes);
          if (performance.now() - last < pause) return;
          last = performance.now();
          write(meter.line());
        },
        done: (note) => {
          meter.end(title, total);
          if (total === undefined) {
            write(`${title}: ${note ?? "done"}, ${seconds(performance.now() - begun)}`);
          }
        },
      };
    },
  };
}

/** Returns progress in one line that is drawn again and again; what stays is written above it. */
export function terminalProgress(write: (text: string) => void = toStandardError): Progress {
  const meter = new Meter();
  let last = 0;
  const draw = (force = false) => {
    if (!force && performance.now() - last < 100) return;
    last = performance.now();
    write(`\r\x1b[K${meter.line().slice(0, columns() - 1)}`);
  };
  const note = (line: string) => {
    write(`\r\x1b[K${line}\n`);
    draw(true);
  };
  return {
    note,
    task: (title, total) => {
      const begun = performance.now();
      meter.begin(title, total);
      draw(true);
      return {
        advance: (bytes) => {
          meter.advance(bytes);
          draw();
        },
        done: (text) => {
          meter.end(title, total);
          if (total === undefined) note(`${title}: ${text ?? "done"}, ${seconds(performance.now() - begun)}`);
          else draw(true);
        },
      };
    },
  };
}

/** Adds up what several tasks report. */
class Meter {
  #titles: string[] = [];
  #bytes = 0;
  #total = 0;
  #begun = performance.now();

  begin(title: string, total = 0): void {
    // The rate is that of downloads under way: what was built before them takes time, and no bytes.
    const idle = this.#titles.length === 0 || this.#bytes >= this.#total;
    if (idle && (total > 0 || this.#titles.length === 0)) {
      [this.#bytes, this.#total, this.#begun] = [0, 0, performance.now()];
    }
    this.#titles.push(title);
    this.#total += total;
  }

  advance(bytes: number): void {
    this.#bytes += bytes;
  }

  end(title: string, _total = 0): void {
    this.#titles.splice(this.#titles.indexOf(title), 1);
  }

  /** MB done of all, rate, time left, and what is under way. */
  line(): string {
    if (this.#titles.length === 0) return "";
    const titles = this.#titles.slice(0, 3).join(", ") + (this.#titles.length > 3 ? ", …" : "");
    if (this.#bytes >= this.#total) return titles;
    const rate = this.#bytes / Math.max(0.001, (performance.now() - this.#begun) / 1000);
    const left = rate > 0 ? `, ${seconds((this.#total - this.#bytes) / rate * 1000)} left` : "";
    return `${mb(this.#bytes)} of ${mb(this.#total)} MB, ${mb(rate)} MB/s${left}: ${titles}`;
  }
}

function mb(bytes: number): string {
  return (bytes / 1e6).toFixed(1);
}

function seconds(milliseconds: number): string {
  const value = Math.max(0, milliseconds / 1000);
  return value < 60 ? `${value.toFixed(1)} s` : `${Math.floor(value / 60)} min ${Math.round(value % 60)} s`;
}

function columns(): number {
  try {
    return Deno.consoleSize().columns;
  } catch {
    return 80;
  }
}

function toStandardError(text: string): void {
  Deno.stderr.writeSync(new TextEncoder().encode(text));
}
