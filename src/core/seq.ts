// Computes the highest number of a journal's entries (docs/format.md 6).
import type { Entry } from "../types.js";
import { int } from "./words.js";

/** Returns the highest of `highest` and the entry's numbers. Begin with 0. */
export function raiseSeq(highest: number, entry: Entry): number {
  return Math.max(highest, int(entry["seq"]), int(entry["seq_watermark"]));
}

/** Returns whether `seq` is present and not `null`, yet counts as 0 without being 0 (docs/format.md 3, `oddSeq`). */
export function isOddSeq(entry: Entry): boolean {
  const seq = entry["seq"];
  return seq !== undefined && seq !== null && seq !== 0 && int(seq) === 0;
}
