import { Failure } from "../formats/failure.ts";

/** A pair of SSH keys, as their two files hold it. */
export interface KeyPair {
  /** Private key in OpenSSH's format (PROTOCOL.key), without a passphrase. */
  secret: string;
  /** Public key in one line, as authorized_keys has it. */
  open: string;
}

/** Returns a new pair of Ed25519 keys; the comment says whose they are. */
export async function makeKey(comment: string): Promise<KeyPair> {
  const pair = await crypto.subtle.generateKey("Ed25519", true, ["sign", "verify"]) as CryptoKeyPair;
  const open = new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey));
  // PKCS #8 of an Ed25519 key is a fixed head and then its 32 bytes (RFC 8410).
  const seed = new Uint8Array(await crypto.subtle.exportKey("pkcs8", pair.privateKey)).slice(-32);
  return writeKey(seed, open, comment);
}

/** Returns the two files for a key's 32 secret and 32 public bytes. */
export function writeKey(seed: Uint8Array, open: Uint8Array, comment: string): KeyPair {
  const blob = join(string("ssh-ed25519"), string(open));
  // Twice the same number: after decryption it shows whether the passphrase was right, and here there is none.
  const check = join(number(0x62327064), number(0x62327064));
  const secret = join(check, blob, string(join(seed, open)), string(comment));
  const padding = Uint8Array.from({ length: (8 - secret.length % 8) % 8 }, (_, i) => i + 1);
  const whole = join(
    new TextEncoder().encode("openssh-key-v1\0"),
    ...[string("none"), string("none"), string("")],
    ...[number(1), string(blob), string(join(secret, padding))],
  );
  const lines = whole.toBase64().match(/.{1,70}/g)!.join("\n");
  return {
    secret: `-----BEGIN OPENSSH PRIVATE KEY-----\n${lines}\n-----END OPENSSH PRIVATE KEY-----\n`,
    open: `ssh-ed25519 ${blob.toBase64()} ${comment}\n`,
  };
}

/** Throws {@link Failure} if a private key is not there, or is one that ssh refuses because others can read it. */
export async function mustBePrivate(path: string): Promise<void> {
  const { mode } = await Deno.stat(path).catch((cause) => {
    throw new Failure(
      `The machine's key ${path} can't be read.`,
      "Without it there is no way into the machine by ssh; `console` leads in, where a new key can be installed.",
      { cause },
    );
  });
  if (!mode || (mode & 0o077) === 0) return;
  const bits = (mode & 0o777).toString(8);
  throw new Failure(
    `Others may read the key ${path} (its mode is ${bits}), so ssh won't use it.`,
    `Type: chmod 600 ${path}`,
  );
}

function join(...parts: Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

function string(data: string | Uint8Array): Uint8Array {
  const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
  return join(number(bytes.length), bytes);
}

function number(value: number): Uint8Array {
  const bytes = new Uint8Array(4);
  new DataView(bytes.buffer).setUint32(0, value);
  return bytes;
}
