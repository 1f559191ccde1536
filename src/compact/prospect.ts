// Says what a compaction would change, and whether it is worth it (docs/format.md 7, "Retention").
import { rawBytesMax } from "../core/lines.js";
import type { CompactionPlan } from "./plan.js";

/** What a compaction is about to do. */
export interface Prospect {
  bytesBefore: number;
  /** About the size of the new file. */
  bytesAfter: number;
  entriesBefore: number;
  entriesAfter: number;
  live: number;
  /** The number of entries and damaged lines that are kept as sentinels. */
  sentinels: number;
  /** The number of entries of the old file by op. */
  ops: { [op: string]: number };
}

export function prospectOf({ scan, bytes, entries, sentinels }: CompactionPlan): Prospect {
  const { bytes: bytesBefore, lines, entries: entriesBefore, live, ops } = scan;
  // The lengths of damaged lines are not known without reading them again.
  const sentinelBytes = sentinels * Math.min(rawBytesMax, bytesBefore / Math.max(lines, 1));
  const bytesAfter = Math.min(Math.round(bytes + sentinelBytes), Number.MAX_SAFE_INTEGER);
  return { bytesBefore, bytesAfter, entriesBefore, entriesAfter: entries, live, sentinels, ops };
}

/** Half is enough: the file then at least doubles between two compactions, so their cost per entry is constant. */
export function isMostlyHistory({ bytesBefore, bytesAfter }: Pick<Prospect, "bytesBefore" | "bytesAfter">): boolean {
  return bytesAfter * 2 <= bytesBefore;
}
