import { createHash } from "node:crypto";
import { gzipSync } from "node:zlib";
import * as openpgp from "openpgp";
import type { Host } from "../../tasks/host/host.ts";
import { quietProgress } from "../../tasks/host/progress.ts";

/** Patience for tests: three tries, a moment apart, and a connection that says nothing for a second is stalled. */
export const HASTE = { attempts: 3, pause: 10, stall: 1000 };

/** What time it is in the tests. */
export const NOW = new Date("2026-03-10T12:00:00Z");

/** The only package of the archive. */
export const DEB: Uint8Array<ArrayBuffer> = new Uint8Array(300_000).map((_, i) => i * i % 251);

/** Returns the SHA-256 in hex. */
export const sha256 = (data: Uint8Array | string): string => createHash("sha256").update(data).digest("hex");

/** A key pair of the archive. */
export interface Keys {
  /** The public key, armored. */
  armored: string;
  /** The private key. */
  secret: openpgp.PrivateKey;
}

/** Returns a new key pair, made in January 2026; with a lifetime in seconds, if it is to expire. */
export async function makeKeys(lifetime = 0): Promise<Keys> {
  const { publicKey, privateKey } = await openpgp.generateKey({
    userIDs: [{ name: "Lab archive" }],
    date: new Date("2026-01-01T00:00:00Z"),
    keyExpirationTime: lifetime,
    format: "object",
  });
  return { armored: publicKey.armor(), secret: privateKey };
}

/** What may differ in an archive's Release file. */
export interface ReleaseOptions {
  codename?: string;
  date?: Date;
  validUntil?: Date;
  /** When it was signed. */
  signed?: Date;
  /** Further lines in front of the list of files. */
  extra?: string;
}

/** Returns the Packages file of the archive, compressed. */
export function packages(text = packagesText()): Uint8Array {
  return gzipSync(text);
}

/** Returns the Packages file of the archive. */
export function packagesText(deb: Uint8Array = DEB): string {
  return `Package: hello\nVersion: 1.0-1\nArchitecture: amd64\nFilename: pool/hello.deb\nSize: ${deb.length}\nSHA256: ${
    sha256(deb)
  }\nDescription: greets\n\n`;
}

/** Returns a signed InRelease that names a Packages file. */
export async function inRelease(
  keys: Keys,
  index: Uint8Array,
  options: ReleaseOptions = {},
): Promise<string> {
  const {
    codename = "lab",
    date = new Date("2026-03-10T06:00:00Z"),
    validUntil,
    extra = "",
    signed = new Date("2026-03-10T06:00:00Z"),
  } = options;
  const until = validUntil ? `Valid-Until: ${validUntil.toUTCString()}\n` : "";
  const file = ` ${sha256(index)} ${index.length} main/binary-amd64/Packages.gz\n`;
  const text =
    `Origin: Lab\nCodename: ${codename}\nDate: ${date.toUTCString()}\n${until}${extra}SHA256:\n${file}`;
  const message = await openpgp.createCleartextMessage({ text });
  const armored = await openpgp.sign({
    message,
    signingKeys: keys.secret,
    date: signed,
  });
  return armored.replaceAll("\r\n", "\n");
}

/** Says how a request is answered; `count` is how often the path was asked for before. */
export type Answer = (request: Request, count: number) => Response | Promise<Response>;

/** A mirror on loopback: paths to contents or to what answers for them. */
export class Mirror implements AsyncDisposable {
  /** What is served, by path; to be changed at will. */
  files: Record<string, string | Uint8Array | Answer> = {};
  /** Paths that were asked for, with the Range header where there was one. */
  asked: string[] = [];
  #server: Deno.HttpServer<Deno.NetAddr>;

  constructor() {
    this.#server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen() {} },
      (request) => this.#answer(request),
    );
  }

  /** Its address. */
  get url(): string {
    return `http://127.0.0.1:${this.#server.addr.port}`;
  }

  /** Returns how often a path was asked for. */
  count(path: string): number {
    return this.asked.filter((line) => line.split(" ")[0] === path).length;
  }

  /** Closes it: nobody answers any more. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server.shutdown();
  }

  async #answer(request: Request): Promise<Response> {
    const path = new URL(request.url).pathname;
    const before = this.count(path);
    const range = request.headers.get("range");
    this.asked.push(range ? `${path} ${range}` : path);
    const file = this.files[path];
    if (file === undefined) return new Response("", { status: 404 });
    return typeof file === "function" ? await file(request, before) : served(file, range);
  }
}

/** Returns a content, or the part of it that was asked for. */
export function served(content: string | Uint8Array, range: string | null): Response {
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  const from = Number(range?.match(/^bytes=(\d+)-$/)?.[1] ?? 0);
  if (!from) return new Response(bytes as BodyInit);
  const headers = { "content-range": `bytes ${from}-${bytes.length - 1}/${bytes.length}` };
  return new Response(bytes.subarray(from) as BodyInit, { status: 206, headers });
}

/** Holds all caches of one test file, and goes when it ends. */
const caches = Deno.makeTempDirSync({ prefix: "boot2podman-trust-" });
globalThis.addEventListener("unload", () => Deno.removeSync(caches, { recursive: true }));

/** Returns a host with a cache of its own that knows no other mirror. */
export async function makeHost(mirror: { url: string }, options: Partial<Host> = {}): Promise<Host> {
  return {
    cache: await Deno.makeTempDir({ dir: caches }),
    mirror: { main: mirror.url, security: mirror.url, origin: "the test" },
    offline: false,
    refresh: false,
    explain: false,
    way: "namespaces",
    progress: quietProgress(),
    signal: new AbortController().signal,
    ...options,
  };
}

/** Returns the finished files of a cache, sorted: what is only begun ends in .part. */
export async function finished(host: Host): Promise<string[]> {
  const names: string[] = [];
  for (const folder of ["debs", "indexes"]) {
    const entries = await Array.fromAsync(Deno.readDir(`${host.cache}/${folder}`)).catch(() => []);
    names.push(...entries.map(({ name }) => name).filter((name) => !name.endsWith(".part")));
  }
  return names.sort();
}
