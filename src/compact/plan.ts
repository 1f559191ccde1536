// Plans the compacted journal from a finished fold (docs/format.md 7).
import { lineBytesMax } from "../core/lines.js";
import { CORRUPT_OP } from "../core/op.js";
import type { Fold, LeaseTexts, ScanReport } from "../engine/engine.js";
import { planLeases } from "./lease-texts.js";

/** The data to write, without the sentinels. */
export interface CompactionPlan extends LeaseTexts {
  /** The results of the fold of the old file. */
  scan: ScanReport;
  /** The number of stored sentinels, plus one for each line of the old file that is not an entry. */
  sentinels: number;
  /** The number of lines in the new file. */
  entries: number;
  /**
   * The next number (docs/format.md 6) and the highest generation, both before the ACQUIRE entries raise the
   * generation.
   */
  nextSeq: number;
  counter: number;
}

/** A journal of blank lines or a torn tail becomes empty (docs/format.md 7). */
const noTexts: LeaseTexts = { riding: 0, following: 0, bytes: 0, texts: () => [], digests: Buffer.alloc(0) };

/** `bytesMax` is the longest line that readers accept (docs/format.md 2). Throws for a lease that fits into no line. */
export function planCompaction(fold: Fold, bytesMax: number = lineBytesMax): CompactionPlan {
  const scan = fold.report();
  const sentinels = countSentinels(scan);
  const isEmpty = scan.entries + sentinels === 0;
  const texts = isEmpty ? noTexts : (fold.planLeases?.(bytesMax) ?? planLeases(fold, bytesMax));
  const { counter } = fold.heldLeases();
  const entries = isEmpty ? 0 : 1 + texts.following + sentinels;
  return { ...texts, scan, sentinels, entries, nextSeq: fold.nextSeq(), counter };
}

/** Every line that is not an entry becomes a sentinel, except a torn tail (docs/format.md 7). */
function countSentinels({ ops, nonObjects, tornTail }: ScanReport): number {
  return (ops[CORRUPT_OP] ?? 0) + nonObjects.count + (tornTail?.damaged === true ? 1 : 0);
}
