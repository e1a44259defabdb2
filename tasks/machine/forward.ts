import { Failure } from "../formats/failure.ts";

/** A port of the host that leads into the guest. */
export interface Forward {
  /** What travels. */
  protocol: "tcp" | "udp";
  /** Address of the host that listens. */
  address: string;
  /** Port of the host. */
  host: number;
  /** Port of the guest. */
  guest: number;
}

/**
 * Reads `[tcp:|udp:][ADDRESS:]HOST:GUEST`, such as `8080:80` or `udp:0.0.0.0:5353:53`; listens on 127.0.0.1 unless
 * told otherwise. Throws {@link Failure} for anything else.
 */
export function parseForward(text: string): Forward {
  const match = /^(?:(tcp|udp):)?(?:(\d+\.\d+\.\d+\.\d+):)?(\d+):(\d+)$/.exec(text);
  if (!match) {
    throw new Failure(
      `"${text}" is not a port forward.`,
      "Write HOST:GUEST, such as 8080:80, or in full tcp:127.0.0.1:8080:80.",
    );
  }
  const [, protocol = "tcp", address = "127.0.0.1", host, guest] = match;
  if (address.split(".").some((part) => Number(part) > 255)) {
    throw new Failure(
      `"${address}" in "${text}" is not an address.`,
      "Each of the four numbers is at most 255.",
    );
  }
  return {
    protocol: protocol as Forward["protocol"],
    address,
    host: port(host, text),
    guest: port(guest, text),
  };
}

function port(digits: string, text: string): number {
  const value = Number(digits);
  if (value >= 1 && value <= 65535) return value;
  throw new Failure(`"${digits}" in "${text}" is not a port.`, "Ports go from 1 to 65535.");
}
