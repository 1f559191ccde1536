// Entries -> the highest number handed out so far (docs/format.md 6).
import type { Entry } from "../types.js";
import { int } from "./words.js";

/** The higher of `highest` and what the entry says; entries are taken from 0. */
export function raiseSeq(highest: number, entry: Entry): number {
  return Math.max(highest, int(entry["seq"]), int(entry["seq_watermark"]));
}

/** docs/format.md 3, `oddSeq`: present and not `null`, yet counted as 0 without being the number 0. */
export function isOddSeq(entry: Entry): boolean {
  const seq = entry["seq"];
  return seq !== undefined && seq !== null && seq !== 0 && int(seq) === 0;
}
