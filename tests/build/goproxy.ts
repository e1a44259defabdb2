import { crc32 } from "node:zlib";
import { sha256 } from "../../tasks/host/cache.ts";

/** One version of a made-up module. */
export interface MadeModule {
  /** Path of the module. */
  path: string;
  /** Its version. */
  version: string;
  /** Modules that it requires, each as path and version. */
  requires?: string[];
  /** Packages that it imports; those that it requires unless given. */
  imports?: string[];
  /** A package below its own. */
  holds?: string;
  /** False if the proxy lists it, and has no archive. */
  served?: boolean;
}

const bytes = new TextEncoder();

/** Starts a module proxy on loopback (https://go.dev/ref/mod#goproxy-protocol); other files are served as they are. */
export function startProxy(modules: readonly MadeModule[], others: Record<string, string>) {
  const files = new Map(Object.entries(others).map(([path, text]) => [path, bytes.encode(text)]));
  const add = (path: string, text: string) =>
    files.set(path, join([files.get(path) ?? bytes.encode(""), bytes.encode(text)]));
  for (const module of modules) {
    const { path, version, served = true } = module;
    const place = `/${path}/@v/${version}`;
    add(`/${path}/@v/list`, `${version}\n`);
    add(`${place}.info`, JSON.stringify({ Version: version, Time: "2030-01-01T00:00:00Z" }));
    add(`${place}.mod`, goMod(module));
    if (served) files.set(`${place}.zip`, zip(contents(module)));
  }
  const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen() {} }, (request) => {
    const file = files.get(new URL(request.url).pathname);
    return file
      ? new Response(file, { headers: { "content-length": `${file.length}` } })
      : new Response("not found", { status: 404 });
  });
  return { url: `http://127.0.0.1:${server.addr.port}`, stop: () => server.shutdown() };
}

/** Returns the two lines that go.sum has on a module: the hash of its files, and of its go.mod. */
export async function sums(module: MadeModule): Promise<string[]> {
  const { path, version } = module;
  return [
    `${path} ${version} ${await hash(contents(module))}`,
    `${path} ${version}/go.mod ${await hash({ "go.mod": goMod(module) })}`,
  ];
}

function goMod({ path, requires = [] }: MadeModule): string {
  return `module ${path}\n\ngo 1.24\n${requires.map((line) => `\nrequire ${line}\n`).join("")}`;
}

function contents(module: MadeModule): Record<string, string> {
  const { path, version, requires = [], holds } = module;
  const { imports = requires.map((line) => line.split(" ")[0]) } = module;
  const name = path.split("/").at(-1);
  return {
    [`${path}@${version}/go.mod`]: goMod(module),
    [`${path}@${version}/${name}.go`]: `package ${name}\n\n${
      imports.map((name) => `import _ "${name}"\n`).join("")
    }`,
    ...(holds ? { [`${path}@${version}/${holds}/${holds}.go`]: `package ${holds}\n` } : {}),
  };
}

/** Hash 1 of golang.org/x/mod/sumdb/dirhash: SHA-256 of the list that sha256sum would print, by name. */
async function hash(files: Record<string, string>): Promise<string> {
  const lines = await Promise.all(
    Object.keys(files).sort().map(async (name) => `${await sha256(files[name])}  ${name}\n`),
  );
  return `h1:${Uint8Array.fromHex(await sha256(lines.join(""))).toBase64()}`;
}

/** Returns a zip archive without compression (APPNOTE.TXT 6.3.3, 4.3). */
function zip(files: Record<string, string>): Uint8Array<ArrayBuffer> {
  const parts: Uint8Array[] = [], directory: Uint8Array[] = [];
  let offset = 0;
  for (const [path, text] of Object.entries(files)) {
    const [name, data] = [bytes.encode(path), bytes.encode(text)];
    // For version 1.0, no flags, stored, midnight of 1980-01-01, no extra field.
    const about = fields("222224442", 10, 0, 0, 0, 0x21, crc32(data), data.length, data.length, name.length);
    const local = join([fields("4", 0x04034b50), about, fields("2", 0), name, data]);
    // Version 1.0, no extra field, no comment, first disk, no attributes.
    const rest = fields("222244", 0, 0, 0, 0, 0, offset);
    directory.push(fields("42", 0x02014b50, 10), about, rest, name);
    parts.push(local);
    offset += local.length;
  }
  const central = join(directory), count = Object.keys(files).length;
  const end = fields("42222442", 0x06054b50, 0, 0, count, count, central.length, offset, 0);
  return join([...parts, central, end]);
}

/** Numbers, the lowest byte first; the digits say how many bytes each takes. */
function fields(sizes: string, ...numbers: number[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(
    numbers.flatMap((value, n) =>
      Array.from({ length: Number(sizes[n]) }, (_, i) => (value >>> (8 * i)) & 0xff)
    ),
  );
}

function join(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(parts.flatMap((part) => [...part]));
}
