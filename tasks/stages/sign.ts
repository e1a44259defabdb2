import { createPrivateKey, X509Certificate } from "node:crypto";
import { Failure } from "../formats/failure.ts";
import { type Artifact, cached } from "../host/cache.ts";
import type { Host } from "../host/host.ts";
import { run } from "../host/run.ts";
import { hostKit } from "../host/tools.ts";

/** The key of an owner, who lets firmware with Secure Boot start what it signs. */
export interface Signature {
  /** Path of the private key, in PEM. */
  key: string;
  /** Path of its certificate, in PEM. */
  certificate: string;
  /** Whom the certificate names. */
  subject: string;
  /** SHA-256 of the certificate, in hex. */
  fingerprint: string;
}

/** Returns what signs with a key; throws {@link Failure} if there is none, or no certificate of it beside it. */
export async function planSignature(key: string): Promise<Signature> {
  const certificate = key.replace(/\.[^./]*$/, "") + ".crt";
  const secret = await readPem(key, `-newkey rsa:2048 -nodes -keyout ${key}`, certificate);
  const shown = await readPem(certificate, `-key ${key}`, certificate);
  try {
    const owner = new X509Certificate(shown);
    const pair = createPrivateKey(secret);
    if (!owner.checkPrivateKey(pair)) throw new Error("they are not of one pair");
    // What shim and the firmware of PCs can check.
    if (pair.asymmetricKeyType !== "rsa" || pair.asymmetricKeyDetails!.modulusLength! < 2048) {
      throw new Error("it has to be an RSA key of 2048 bits or more");
    }
    const fingerprint = owner.fingerprint256.replaceAll(":", "").toLowerCase();
    return { key, certificate, subject: owner.subject.replaceAll("\n", ", "), fingerprint };
  } catch (cause) {
    throw new Failure(
      `${key} and ${certificate} can't sign a kernel: ${(cause as Error).message}.`,
      howTo("-newkey rsa:2048 -nodes -keyout another.key", "another.crt"),
      { cause },
    );
  }
}

async function readPem(path: string, key: string, certificate: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (cause) {
    throw new Failure(`${path} can't be read: ${(cause as Error).message}`, howTo(key, certificate), {
      cause,
    });
  }
}

const howTo = (key: string, certificate: string) =>
  `This makes it: openssl req -x509 -days 3650 -subj /CN=mine ${key} -out ${certificate}`;

/** Signs a program for UEFI, beside the signatures that it has: `signed`, and `owner.cer` for the firmware's list. */
export async function sign(
  image: { file: string; key: string },
  { key, certificate, fingerprint }: Signature,
  host: Host,
): Promise<Artifact> {
  const inputs = { format: 1, image: image.key, certificate: fingerprint };
  return await cached(host, "kernel", "signed", inputs, async (folder) => {
    const kit = await hostKit(host, "sign");
    const owner = new X509Certificate(await Deno.readTextFile(certificate));
    // A signature holds the time: it is the first second of the certificate, so that the same image has the same bytes.
    const env = {
      LD_PRELOAD: `${kit.libraries}/faketime/libfaketime.so.1`,
      FAKETIME: new Date(owner.validFrom).toISOString().replace("T", " ").slice(0, 19),
    };
    const words = ["--key", key, "--cert", certificate, "--output", `${folder}/signed`, image.file];
    await run([...kit.program("sbsign"), ...words], { env, signal: host.signal });
    await Deno.writeFile(`${folder}/owner.cer`, owner.raw);
  });
}
