import { lastLines } from "../formats/lines.ts";
/** What both kinds of error carry, for the one who has to find out what happened. */
export interface Evidence {
  /** End of what the serial line showed. */
  serial: string;
  /** Folder with the whole serial log, QEMU's own log and a picture of the screen. */
  logs: string;
}

/** The guest did not do what the test says. Told by its `name`, as modules may be loaded twice. */
export class TestFailed extends Error {
  /** Tells the kind of error. */
  override name = "TestFailed";
  /** What the guest left behind. */
  readonly evidence: Evidence;

  /** Makes the error out of a sentence and what the guest left behind. */
  constructor(message: string, evidence: Evidence, options?: ErrorOptions) {
    super(withEvidence(message, evidence), options);
    this.evidence = evidence;
  }
}

/** The test could not be carried out: QEMU did not start or died, or the harness lost the guest. Told by its `name`. */
export class HarnessBroke extends Error {
  /** Tells the kind of error. */
  override name = "HarnessBroke";
  /** What the guest left behind. */
  readonly evidence: Evidence;

  /** Makes the error out of a sentence and what the guest left behind. */
  constructor(message: string, evidence: Evidence, options?: ErrorOptions) {
    super(withEvidence(message, evidence), options);
    this.evidence = evidence;
  }
}

function withEvidence(message: string, { serial, logs }: Evidence): string {
  const tail = serial.trim() &&
    `The serial line ended with:\n${lastLines(serial, 15).replaceAll(/^/gm, "  | ")}\n`;
  return `${message}\n${tail}Logs: ${logs}`;
}
