import { Failure, nearest } from "../tasks/formats/failure.ts";
import { HOOK_STAGES, type Plugin, type Recipe, type Source } from "./plugin.ts";

/** Says what is wrong with a value, or nothing. */
type Rule = (value: unknown, at: string) => string | undefined;

/** Fields of an object: a name that ends in `?` may be missing. */
type Fields = Record<string, Rule>;

const text = (pattern = /./, expected = "text"): Rule => (value, at) =>
  typeof value === "string" && pattern.test(value)
    ? undefined
    : `${at} is ${show(value)}, expected ${expected}`;

const name = text(/^[a-z0-9][a-z0-9.+-]*$/, "a name of lower-case letters, digits, dots and dashes");
const line = text(/^[^\n]+$/, "one line of text");
const path = text(/^(?!.*\/\.{0,2}(\/|$))\/[^\0\n]+$/s, "an absolute path without . and ..");
const pattern = text(/^(?!.*\/\.\.(\/|$))\/[^\0\n]*$/s, "a glob that begins with /, without ..");
// It becomes part of a URL, so only letters that mean the same there.
const inside = text(/^(?!(.*\/)?\.{1,2}(\/|$))[\w.+@-]+(\/[\w.+@-]+)*$/, "a path below the plugin's folder");
const option = text(/^[A-Z0-9_a-z]+$/, "the name of a kernel option without CONFIG_");

const list = (rule: Rule): Rule => (value, at) =>
  Array.isArray(value)
    ? first(value.map((item, i) => rule(item, `${at}[${i}]`)))
    : `${at} is ${show(value)}, expected a list`;

const oneOf = (values: readonly string[]): Rule => (value, at) =>
  values.includes(value as string)
    ? undefined
    : `${at} is ${show(value)}, expected one of ${values.join(", ")}`;

const table = (rule: Rule): Rule => (value, at) =>
  isObject(value)
    ? first(
      Object.entries(value).map(([key, item]) => path(key, `${at}: a key`) ?? rule(item, `${at}.${key}`)),
    )
    : `${at} is ${show(value)}, expected an object`;

const named = (rule: Rule): Rule => (value, at) =>
  isObject(value)
    ? first(Object.entries(value).map(([key, item]) => rule(item, `${at}.${key}`)))
    : `${at} is ${show(value)}, expected an object`;

const object: Rule = (value, at) =>
  isObject(value) ? json(value, at) : `${at} is ${show(value)}, expected an object`;
const json: Rule = (value, at) => {
  if (Array.isArray(value)) return first(value.map((item, i) => json(item, `${at}[${i}]`)));
  if (isObject(value)) return first(Object.entries(value).map(([key, item]) => json(item, `${at}.${key}`)));
  const holds = value === null || ["string", "boolean"].includes(typeof value) || Number.isFinite(value);
  return holds ? undefined : `${at} is ${show(value)}, expected what JSON can hold`;
};
const mode: Rule = (value, at) =>
  Number.isInteger(value) && (value as number) >= 0 && (value as number) <= 0o7777
    ? undefined
    : `${at} is ${show(value)}, expected permission bits such as 0o644`;

const fields = (spec: Fields): Rule => (value, at) => {
  if (!isObject(value)) return `${at} is ${show(value)}, expected an object`;
  const names = Object.keys(spec).map((key) => key.replace("?", ""));
  const stranger = Object.keys(value).find((key) => !names.includes(key));
  if (stranger) {
    const near = nearest(stranger, names);
    return `${at}.${stranger} is not a field of the contract${
      near ? `, did you mean ${near}?` : `: ${names.join(", ")}`
    }`;
  }
  return first(
    Object.entries(spec).map(([key, rule]) => {
      const field = key.replace("?", "");
      if (value[field] === undefined) return key.endsWith("?") ? undefined : `${at}.${field} is missing`;
      return rule(value[field], `${at}.${field}`);
    }),
  );
};

const content: Rule = (value, at) =>
  typeof value === "string"
    ? undefined
    : isObject(value)
    ? fields({ file: inside })(value, at)
    : `${at} is ${show(value)}, expected text or { file }`;

const goName = text(/^[\w./-]+$/, "Go's name of a module or package");
const source: Rule = (value, at) =>
  fields({
    "of?": name,
    "debian?": name,
    "unchanged?": list(text(/^[\w.+~:-]+$/, "a version of Debian's")),
    "crate?": name,
    "go?": fields({
      module: goName,
      programs: table(goName),
      "tags?": list(text(/^\w+$/, "a build tag")),
      "variables?": named(line),
    }),
    "files?": inside,
    "room?": list(name),
    "tests?": list(goName),
    "script?": content,
  })(value, at) ?? oneKind(value as Source, at);

/** A source is one of four kinds. */
function oneKind({ of, debian, unchanged, crate, go, files, room, tests, script }: Source, at: string) {
  if ([of, debian, crate, go].filter(Boolean).length !== 1) {
    return `${at} has to have exactly one of of, debian, crate, go`;
  }
  if (unchanged && !debian) {
    return `${at}.unchanged is about Debian's source packages: ${at}.debian is missing`;
  }
  if (of && (room || script)) return `${at} is built by the recipe ${of}: room and script belong there`;
  if ((debian || crate) && !script) return `${at}.script is missing`;
  if (tests && !go) return `${at}.tests: only Go's own can be run yet`;
  if (go && !files) return `${at}.files is missing: the folder with go.mod and go.sum`;
}

const recipe: Rule = (value, at) =>
  fields({
    name,
    summary: line,
    "debian?": fields({ packages: list(name) }),
    "source?": source,
    keep: list(pattern),
    "drop?": list(pattern),
    "links?": table(line),
    "modes?": table(mode),
    "concat?": list(fields({ path, from: pattern })),
    "depends?": list(name),
    "dlopens?": list(text()),
  })(value, at) ??
    ((value as Recipe).debian || (value as Recipe).source
      ? undefined
      : `${at} has to have debian or source, or both`);

const CONTENT_FIELDS = ["toml", "yaml", "json", "lines", "text"];
const config: Rule = (value, at) =>
  fields({
    path,
    "toml?": object,
    "yaml?": object,
    "json?": object,
    "lines?": list(text(/^/)),
    "text?": content,
    "mode?": mode,
  })(value, at) ??
    (CONTENT_FIELDS.filter((key) => (value as Record<string, unknown>)[key] !== undefined).length === 1
      ? undefined
      : `${at} has to have exactly one of ${CONTENT_FIELDS.join(", ")}`);

const plugin = fields({
  name,
  summary: line,
  "requires?": list(name),
  "tree?": inside,
  "recipes?": list(recipe),
  "configs?": list(config),
  "hooks?": list(fields({
    name,
    summary: line,
    stage: oneOf(HOOK_STAGES),
    "after?": list(name),
    script: content,
  })),
  "kernel?": list(fields({
    option,
    value: oneOf(["y", "builtin"]),
    reason: line,
    "modules?": list(text(/^[\w-]+$/, "the name of a module")),
  })),
  "bootcodes?": list(fields({ name: text(/^[\w.]+$/, "a word"), "value?": text(), summary: line })),
  "checks?": list(fields({ name: text(), run: text(), expect: text() })),
});

/** Returns the value as a plugin; throws {@link Failure} that names the plugin, the field and what was expected. */
export function validatePlugin(value: unknown, origin: string): Plugin {
  const title = isObject(value) && typeof value.name === "string" ? `"${value.name}" (${origin})` : origin;
  const problem = plugin(value, "plugin") ?? repeated(value as unknown as Plugin);
  if (problem) {
    throw new Failure(`The plugin ${title} is not right: ${problem}.`, "plugins/plugin.ts is the contract.");
  }
  return value as unknown as Plugin;
}

function repeated(value: Plugin): string | undefined {
  const lists = { recipes: value.recipes, hooks: value.hooks, bootcodes: value.bootcodes };
  for (const [field, items] of Object.entries(lists)) {
    const names = (items ?? []).map((item) => item.name);
    const twice = names.find((item, i) => names.indexOf(item) !== i);
    if (twice) return `plugin.${field} has the name "${twice}" twice`;
  }
}

function first(problems: (string | undefined)[]): string | undefined {
  return problems.find((problem) => problem !== undefined);
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function show(value: unknown): string {
  if (value === undefined) return "missing";
  return typeof value === "bigint" ? `${value}n` : JSON.stringify(value)?.slice(0, 60) ?? typeof value;
}
