import { gunzipSync } from "node:zlib";
import type { SerialLine } from "./serial.ts";

/** What a command in the guest came to. */
export interface Result {
  /** Its exit status. */
  status: number;
  /** What it wrote to standard output and standard error, as text. */
  output: string;
  /** The same, byte for byte. */
  bytes: Uint8Array;
}

/**
 * What serves the guest's end of the line once the login shell has given way to it. A request is `ID DO REST`; each is
 * answered by one frame, `@ID STATUS SIZE PACKING`, base64, `@ID.`. `put` adds a piece to the script, `run` runs it as
 * a user, `again` sends the last output once more. The output goes through a file, not a pipe: so that what a command
 * leaves running can't hold it up, and a frame that a kernel message fell into can be had again.
 */
const DRIVER = `
f=/tmp/.harness-$$
trap hit=1 INT
sudo -n dmesg -n 1 2>/dev/null
while :; do
  hit=
  read -r id do rest || { [ $hit ] && continue; exit; }
  case $do in
    put) echo "$rest" | base64 -d >> $f.sh; echo "@$id 0 0 -"; echo "@$id."; continue ;;
    run)
      if [ "$rest" = "$USER" ]; then sh $f.sh; else sudo -n -u "$rest" sh $f.sh; fi < /dev/null > $f.out 2>&1
      status=$?
      rm -f $f.sh ;;
  esac
  size=$(wc -c < $f.out)
  if [ $size -gt 4096 ]; then
    echo "@$id $status $size gzip"; gzip -1 -c $f.out | base64
  else
    echo "@$id $status $size -"; base64 $f.out
  fi
  echo "@$id."
done
`;

/** Most characters of base64 in a line: a terminal's line ends at 4096. */
const PIECE = 3600;

/** A message of the kernel. They go to the same line, and may come in the middle of anything. */
const KERNEL = /\[ *\d+\.\d{6}\][^\n]*\n/g;

/** One answer of the driver, as it came. */
interface Frame {
  status: number;
  size: number;
  packing: string;
  body: string;
}

/** The login shell at the other end of a serial line, which runs one script after the other. */
export class GuestShell {
  #line: SerialLine;
  // Random, so that nothing that the guest says by itself looks like an answer.
  #session = crypto.randomUUID().slice(0, 8);
  #requests = 0;

  /** Takes the line; {@link GuestShell.takeOver} has to come first. */
  constructor(line: SerialLine) {
    this.#line = line;
  }

  /** Has the shell that waits at its prompt give way to the driver; throws the signal's reason if it doesn't. */
  async takeOver(signal: AbortSignal): Promise<void> {
    const greeting = `@${this.#session}!`;
    // A gap in the word that is typed, so that its echo is not taken for the answer.
    const typed = greeting.replace("@", '@""');
    await this.#line.write(
      `\x15sh -c 'stty -echo -onlcr; echo ${typed}; read -r d; eval "$(echo $d | base64 -d)"'\n`,
    );
    await this.#line.wait(({ tail }) => tail.includes(greeting) || undefined, signal);
    await this.#line.write(`${base64(DRIVER)}\n`);
    await this.run("true", "root", signal);
  }

  /** Runs a script as a user and returns what it came to. */
  async run(script: string, user: string, signal: AbortSignal): Promise<Result> {
    await this.#send(script, signal);
    return await this.#collect(await this.#request(`run ${user}`, signal), signal);
  }

  /** Starts a script and does not wait for it, as for one that switches the guest off. */
  async start(script: string, user: string, signal: AbortSignal): Promise<void> {
    await this.#send(script, signal);
    await this.#line.write(`${this.#session}${++this.#requests} run ${user}\n`);
  }

  /** Interrupts what runs, as Ctrl-C does, and returns what it had come to. */
  async interrupt(signal: AbortSignal): Promise<Result> {
    await this.#line.write("\x03");
    return await this.#collect(await this.#answer(signal), signal);
  }

  async #send(script: string, signal: AbortSignal): Promise<void> {
    const encoded = base64(script);
    for (let at = 0; at < encoded.length || at === 0; at += PIECE) {
      await this.#request(`put ${encoded.slice(at, at + PIECE)}`, signal);
    }
  }

  async #request(what: string, signal: AbortSignal): Promise<Frame> {
    await this.#line.write(`${this.#session}${++this.#requests} ${what}\n`);
    return await this.#answer(signal);
  }

  async #answer(signal: AbortSignal): Promise<Frame> {
    const id = `@${this.#session}${this.#requests}`;
    return await this.#line.wait((line) => {
      if (!line.tail.includes(`${id}.\n`)) return;
      const end = line.text.indexOf(`${id}.\n`);
      const start = line.text.indexOf(`${id} `);
      const frame = line.cut(start < 0 ? end : start, end + `${id}.\n`.length);
      for (const message of frame.match(KERNEL) ?? []) line.note(message.trim());
      return readFrame(frame.replaceAll(KERNEL, ""));
    }, signal);
  }

  async #collect(frame: Frame, signal: AbortSignal): Promise<Result> {
    for (let attempt = 0; attempt < 5; attempt++) {
      const bytes = unpack(frame);
      if (bytes) return { status: frame.status, bytes, output: new TextDecoder().decode(bytes) };
      frame = await this.#request("again", signal);
    }
    throw new Error("What the guest wrote could not be read from the serial line, in five attempts.");
  }
}

function readFrame(text: string): Frame {
  const match = /^@\w+ (\d+) (\d+) (\S+)\n([^@]*)/.exec(text.replaceAll("\r", ""));
  if (!match) return { status: 0, size: -1, packing: "-", body: "" };
  return { status: Number(match[1]), size: Number(match[2]), packing: match[3], body: match[4] };
}

function unpack({ size, packing, body }: Frame): Uint8Array | undefined {
  try {
    const packed = Uint8Array.fromBase64(body);
    const bytes = packing === "gzip" ? new Uint8Array(gunzipSync(packed)) : packed;
    return bytes.length === size ? bytes : undefined;
  } catch {
    // A message of the kernel fell into it.
  }
}

function base64(text: string): string {
  return new TextEncoder().encode(text).toBase64();
}
