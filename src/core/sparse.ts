// An outline -> the entry as far as a fold looks at it; leases stay texts.
import type { Entry } from "../types.js";
import { adoptedFields, leaseFields } from "./fields.js";
import { parseGood } from "./json.js";
import { elementTexts } from "./members.js";
import { Op } from "./op.js";
import type { Outline } from "./outline.js";

/** What takes the place of an entry's values where these would take too much time or memory. */
export interface LeaseParts {
  /** The text of the nested lease, if that is an object. */
  readonly lease: string | undefined;
  /** Of a CHECKPOINT, the texts of the elements of `leases`, if that is an array. */
  readonly leases: readonly string[];
}

/** An entry with only those members that the fold, the numbering and the findings look at. */
export interface SparseEntry {
  readonly entry: Entry;
  readonly parts: LeaseParts;
}

/** What every entry is asked for. */
const common = [
  "op",
  "seq",
  "seq_watermark",
  "lane",
  "loop_ts",
  "ts",
  "heartbeat_at",
  "reason",
  "generation_watermark",
];
const ofCheckpoint = ["generations"];

export function sparseEntry({ members }: Outline): SparseEntry {
  const entry: Entry = {};
  const take = (fields: readonly string[]): void => {
    for (const field of fields) {
      const text = members.get(field);
      if (text !== undefined) entry[field] = parseGood(text);
    }
  };
  take(common);
  const lease = objectText(members.get("lease"));
  const op = entry["op"];
  const holds = op === Op.ACQUIRE || op === Op.RECONCILE;
  if (holds && lease === undefined) take(leaseFields);
  if (op === Op.ADOPT) take(adoptedFields);
  if (op === Op.CHECKPOINT) take(ofCheckpoint);
  const leases = op === Op.CHECKPOINT ? members.get("leases") : undefined;
  const elements = leases?.startsWith("[") === true ? elementTexts(leases) : [];
  // What a fold keeps is copied, so that the line need not stay in memory.
  const kept = holds && lease !== undefined ? copyText(lease) : lease;
  return { entry, parts: { lease: kept, leases: elements.map(copyText) } };
}

/** A piece cut from a line keeps the whole line in memory; its copy does not. */
function copyText(piece: string): string {
  return Buffer.from(piece).toString();
}

/** Undefined if it is no object's. */
export function objectText(text: string | undefined): string | undefined {
  return text?.startsWith("{") === true ? text : undefined;
}
