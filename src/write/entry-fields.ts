// The fields that the builders of entries share (docs/format.md 8, "Entries").
import { isEmpty, isObject, text } from "../core/words.js";
import type { Lease } from "../types.js";
import { nameKind } from "./line.js";

export type Text = string | null | undefined;

/** Members of an entry, which a caller in JavaScript may have given any value. */
export type Fields = { [key: string]: unknown };

/** What tells one process from another in an entry; each is written as `null` if it is missing. */
export interface Origin {
  /** The host it happened on. */
  hostId?: Text;
  /** The run it belongs to; written as text. */
  runId?: string | number | null | undefined;
}

/** The lease an entry without one is about. */
export interface About extends Origin {
  /** Default `""`: none. */
  lane?: string | undefined;
  /** Default `""`: none. */
  loopTs?: string | undefined;
}

export function about(options: Omit<About, "lane"> & { lane?: unknown }): Fields {
  return {
    lane: options.lane ?? "",
    loop_ts: options.loopTs ?? "",
    host_id: options.hostId ?? null,
    run_id: options.runId ?? null,
  };
}

export function runIdIfGiven(options: Origin): Fields {
  return ifGiven("run_id", asText(options.runId));
}

/** `root_id` and `parent_id`, which join an entry to the run that began it and the one that started its process. */
export interface Lineage {
  /** The run at the root of the tree of runs; written as text. Left out if not given. */
  rootId?: string | number | null | undefined;
  /** The run that started this one; written as text. Left out if not given. */
  parentId?: string | number | null | undefined;
}

export function lineageIfGiven({ rootId, parentId }: Lineage): Fields {
  return { ...ifGiven("root_id", asText(rootId)), ...ifGiven("parent_id", asText(parentId)) };
}

function asText(value: string | number | null | undefined): string | undefined {
  return value === undefined || value === null ? undefined : text(value);
}

export function ifGiven(key: string, value: unknown): Fields {
  return value === undefined || value === null ? {} : { [key]: value };
}

export function ifAny(key: string, value: unknown): Fields {
  return isEmpty(value) ? {} : { [key]: value };
}

export function orBlank(value: unknown): unknown {
  return isEmpty(value) ? "" : value;
}

/** The lease's values of these keys, a missing one as `null`. */
export function pick(lease: Readonly<Lease>, ...keys: string[]): Fields {
  const held = expectObject("lease", lease);
  return Object.fromEntries(keys.map((key) => [key, held[key] ?? null]));
}

export function copyObject(name: string, value: unknown): Fields {
  return { ...expectObject(name, value) };
}

function expectObject(name: string, value: unknown): Fields {
  if (isObject(value)) return value;
  throw new TypeError(`${name}: expected an object, found ${nameKind(value)}`);
}
