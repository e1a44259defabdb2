import { readSection } from "./section.ts";

/** One Go module as a program names it. */
export interface GoModule {
  /** Its path, such as `github.com/opencontainers/runc`. */
  path: string;
  /** Its version, or `(devel)` for a folder. */
  version: string;
  /** Hash of its files as go.sum has it, `h1:` and base64; a folder has none. */
  sum?: string;
  /** What stands in its place. */
  replacedBy?: GoModule;
}

/** What Go's linker notes in a program. */
export interface GoBuild {
  /** Version of the toolchain, such as `go1.26.1`. */
  toolchain: string;
  /** Import path of the main package. */
  path: string;
  /** The module that the main package belongs to. */
  main?: GoModule;
  /** Modules that are linked in. */
  modules: GoModule[];
}

const MAGIC = "\xff Go buildinf:";

/** Flag for strings that follow the header, as all versions from Go 1.18 write them. */
const INLINE = 2;

/** The list of modules stands between two marks of 16 bytes. */
const MARK = 16;

/**
 * Returns what Go's linker noted in an ELF program (section .go.buildinfo, the format that Go's package debug/buildinfo
 * reads), or undefined if it is not Go's, or from before Go 1.18.
 */
export function readBuildInfo(file: Uint8Array): GoBuild | undefined {
  const section = readSection(file, ".go.buildinfo");
  if (!section || section.length < 32) return;
  if (!MAGIC.split("").every((letter, i) => section[i] === letter.charCodeAt(0))) return;
  if (!(section[15] & INLINE)) return;
  const [toolchain, end] = inlineString(section, 32);
  const [list] = inlineString(section, end);
  // The last byte before the closing mark is a line's end; without the marks there is no list.
  const hasMarks = list.length >= 2 * MARK + 1 && list.at(-MARK - 1) === 0x0a;
  const text = hasMarks ? utf8.decode(list.subarray(MARK, -MARK)) : "";
  return { toolchain: utf8.decode(toolchain), ...parseModules(text) };
}

const utf8 = new TextDecoder();

/** A string with its length before it, seven bits a byte, the lowest first; and where it ends. */
function inlineString(data: Uint8Array, at: number): [Uint8Array, number] {
  let length = 0;
  for (let shift = 0; at < data.length; shift += 7) {
    const byte = data[at++];
    length += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  return [data.subarray(at, at + length), at + length];
}

/** Reads the lines that `go version -m` prints: path, mod, dep, and => for what stands in the place of the one before. */
function parseModules(text: string): Omit<GoBuild, "toolchain"> {
  const build: Omit<GoBuild, "toolchain"> = { path: "", modules: [] };
  let last: GoModule | undefined;
  for (const line of text.split("\n")) {
    const [word, path, version = "", sum] = line.split("\t");
    const module = { path, version, ...(sum ? { sum } : {}) };
    if (word === "path") build.path = path;
    else if (word === "mod") last = build.main = module;
    else if (word === "dep") build.modules.push(last = module);
    else if (word === "=>" && last) last.replacedBy = module;
  }
  return build;
}
