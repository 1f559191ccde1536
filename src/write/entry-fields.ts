// Declares and builds the fields that several entry builders share (docs/format.md 8, "Entries").
import { isEmpty, isObject, text } from "../core/words.js";
import type { Lease } from "../types.js";
import { nameKind } from "./line.js";

export type Text = string | null | undefined;

/** Members of an entry; in JavaScript a caller may have set them to any value. */
export type Fields = { [key: string]: unknown };

/** The origin of an entry. Each field is written as `null` if it is missing. */
export interface Origin {
  /** The host on which it happened. */
  hostId?: Text;
  /** The run that it belongs to; written as text. */
  runId?: string | number | null | undefined;
}

/** Identifies the lease that an entry is about if the entry contains none. */
export interface About extends Origin {
  /** The lane. Default `""`, which means none. */
  lane?: string | undefined;
  /** The `loop_ts` of the lease. Default `""`, which means none. */
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

/** Links an entry to the run that started it all (`root_id`) and to the run that started its own (`parent_id`). */
export interface Lineage {
  /** The run at the root of the run tree; written as text. Omitted if not given. */
  rootId?: string | number | null | undefined;
  /** The run that started this one; written as text. Omitted if not given. */
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

/** Copies these fields of the lease; a missing one becomes `null`. */
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
