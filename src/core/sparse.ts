// Reduces an outline to the members of the entry that a fold needs. Leases stay texts.
import type { Entry } from "../types.js";
import { copyText } from "./copy.js";
import { adoptedFields, leaseFields } from "./fields.js";
import { eachObject, mayName, memberTexts } from "./members.js";
import { Op } from "./op.js";
import type { Outline } from "./outline.js";
import { scalarValue, shallowValue, textualValue } from "./shallow.js";

/** Texts that replace the values of an entry if these would take too much time or memory. */
export interface LeaseParts {
  /** The text of the nested lease, if that is an object. */
  readonly lease: string | undefined;
  /** For an ACQUIRE or RECONCILE, the text of the lease that it sets. */
  readonly held: string | undefined;
  /** The texts of the members, by key. They keep the line in memory. */
  readonly members: ReadonlyMap<string, string>;
}

/** An entry with only the members that the fold, the numbering and the findings need. */
export interface SparseEntry {
  readonly entry: Entry;
  readonly parts: LeaseParts;
}

/** The members needed of every entry: those that count by their text, those that only count as scalars, and others. */
const textual = ["op", "lane", "loop_ts"];
const scalar = ["seq", "seq_watermark", "reason", "generation_watermark"];
const stamps = ["ts", "heartbeat_at"];

export function sparseEntry({ members }: Outline): SparseEntry {
  const entry: Entry = {};
  const take = (fields: readonly string[], read: (text: string) => unknown): void => {
    for (const field of fields) {
      const text = members.get(field);
      if (text !== undefined) entry[field] = read(text);
    }
  };
  take(textual, textualValue);
  take(scalar, scalarValue);
  take(stamps, shallowValue);
  const op = entry["op"];
  if (op === Op.ADOPT) take(adoptedFields, shallowValue);
  if (op === Op.CHECKPOINT) takeRows(entry, members.get("generations"));
  const lease = objectText(members.get("lease"));
  const holds = op === Op.ACQUIRE || op === Op.RECONCILE;
  const held = holds ? copyText(lease ?? ownFields(members)) : undefined;
  return { entry, parts: { lease: held !== undefined && lease !== undefined ? held : lease, held, members } };
}

/** Makes the text of a lease from the entry's own fields (docs/format.md 5). */
function ownFields(members: ReadonlyMap<string, string>): string {
  const fields = leaseFields.filter((field) => members.has(field));
  return `{${fields.map((field) => `"${field}":${members.get(field)}`).join(",")}}`;
}

/** Reads the rows one by one, because most elements may not be rows. */
function takeRows(entry: Entry, generations: string | undefined): void {
  if (generations?.startsWith("[") !== true) return;
  const rows: { [key: string]: unknown }[] = [];
  for (const text of eachObject(generations)) {
    const row = mayName(text, ["generation"]) ? rowOf(text) : undefined;
    if (row !== undefined) rows.push(row);
  }
  entry["generations"] = rows;
}

/** Returns undefined without a generation, because such a row has no effect. */
function rowOf(text: string): { [key: string]: unknown } | undefined {
  const members = memberTexts(text);
  const generation = members.get("generation");
  if (generation === undefined) return undefined;
  const [lane, loopTs] = ["lane", "loop_ts"].map((key) => textualValue(members.get(key) ?? "null"));
  return { lane, loop_ts: loopTs, generation: shallowValue(generation) };
}

/** Returns undefined if the text is not that of an object. */
export function objectText(text: string | undefined): string | undefined {
  return text?.startsWith("{") === true ? text : undefined;
}
