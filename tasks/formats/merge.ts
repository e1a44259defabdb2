import { stringify as stringifyToml } from "smol-toml";
import { stringify as stringifyYaml } from "yaml";
import type { Config, Json } from "../../plugins/plugin.ts";
import { Failure } from "./failure.ts";

/** One plugin's part of a file. */
export interface Contribution {
  /** Name of the plugin. */
  plugin: string;
  /** Its part; `text` has been read by now. */
  config: Config & { text?: string };
}

/** A file of the guest as all plugins together want it. */
export interface MergedConfig {
  /** Absolute path. */
  path: string;
  /** Permission bits. */
  mode: number;
  /** Names of the plugins that contribute. */
  plugins: string[];
  /** Its text. */
  content: string;
}

const KINDS = ["toml", "yaml", "json", "lines", "text"] as const;
type Kind = typeof KINDS[number];

/**
 * Returns the files that the contributions make, by path. Objects are merged key by key, lists joined without
 * repeats, the base's first and then by the plugins' names, in whatever order they are given; throws {@link Failure}
 * naming both plugins where two of them want different values for one key.
 */
export function mergeConfigs(contributions: readonly Contribution[]): MergedConfig[] {
  const rank = ({ plugin }: Contribution) => plugin === "core" ? "" : plugin;
  const sorted = [...contributions].sort((a, b) => rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0);
  const byPath = Map.groupBy(sorted, ({ config }) => config.path);
  return [...byPath.entries()].sort(([a], [b]) => a < b ? -1 : 1).map(([path, parts]) =>
    mergeFile(path, parts)
  );
}

function mergeFile(path: string, parts: Contribution[]): MergedConfig {
  const [head, ...rest] = parts;
  const kind = kindOf(head.config);
  const permitted = parts.find(({ config }) => config.mode !== undefined);
  for (const other of rest) {
    if (kindOf(other.config) !== kind) {
      throw conflict(
        path,
        head.plugin,
        other.plugin,
        `one writes it as ${kind}, the other as ${kindOf(other.config)}`,
      );
    }
    if (permitted && (other.config.mode ?? permitted.config.mode) !== permitted.config.mode) {
      throw conflict(path, permitted.plugin, other.plugin, "they give it different permissions");
    }
  }
  return {
    path,
    mode: permitted?.config.mode ?? 0o644,
    plugins: [...new Set(parts.map(({ plugin }) => plugin))],
    content: joined(path, kind, parts),
  };
}

function joined(path: string, kind: Kind, parts: Contribution[]): string {
  if (kind === "text") {
    const other = parts.find(({ config }) => config.text !== parts[0].config.text);
    if (other) throw conflict(path, parts[0].plugin, other.plugin, "both write the whole file");
    return parts[0].config.text!;
  }
  if (kind === "lines") {
    return [...new Set(parts.flatMap(({ config }) => config.lines!))].map((line) => line + "\n").join("");
  }
  const owners = new Map<string, string>();
  let value: Json = {};
  for (const { plugin, config } of parts) {
    value = mergeJson(value, config[kind]!, { path, plugin, owners }, "");
  }
  if (kind === "toml") return stringifyToml(value as Record<string, unknown>).trimEnd() + "\n";
  if (kind === "yaml") return stringifyYaml(value);
  return JSON.stringify(value, null, 2) + "\n";
}

interface MergeContext {
  path: string;
  plugin: string;
  /** Which plugin gave the value at a key. */
  owners: Map<string, string>;
}

function mergeJson(before: Json | undefined, added: Json, context: MergeContext, at: string): Json {
  if (isObject(before) && isObject(added)) {
    const merged: Record<string, Json> = { ...before };
    for (const [key, value] of Object.entries(added)) {
      merged[key] = mergeJson(before[key], value, context, at ? `${at}.${key}` : key);
    }
    return merged;
  }
  if (before === undefined) {
    own(added, context, at);
    return added;
  }
  if (Array.isArray(before) && Array.isArray(added)) {
    const seen = new Set(before.map((item) => JSON.stringify(item)));
    return [...before, ...added.filter((item) => !seen.has(JSON.stringify(item)))];
  }
  if (JSON.stringify(before) === JSON.stringify(added)) return before;
  throw conflict(
    context.path,
    ownerOf(context.owners, at),
    context.plugin,
    `${at} is ${JSON.stringify(before)} for the one and ${JSON.stringify(added)} for the other`,
  );
}

function own(value: Json, context: MergeContext, at: string): void {
  context.owners.set(at, context.plugin);
  if (isObject(value)) {
    for (const [key, item] of Object.entries(value)) own(item, context, at ? `${at}.${key}` : key);
  }
}

function ownerOf(owners: Map<string, string>, at: string): string {
  const key = [...owners.keys()].filter((owned) => owned === at || owned.startsWith(`${at}.`))[0];
  return owners.get(key ?? at) ?? "another plugin";
}

function conflict(path: string, one: string, other: string, why: string): Failure {
  return new Failure(
    `The plugins ${one} and ${other} do not agree on ${path}: ${why}.`,
    `Take one away (--without ${other}), or change one of them.`,
  );
}

function kindOf(config: Config): Kind {
  return KINDS.find((kind) => config[kind] !== undefined)!;
}

function isObject(value: Json | undefined): value is Record<string, Json> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
