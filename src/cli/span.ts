// Finds which numbers and times a journal covers, from its first and its last entries alone.
import { Op } from "../core/op.js";
import { instantOf } from "../core/stamp.js";
import { int } from "../core/words.js";
import { closeReadable, openReadable } from "../file/regular.js";
import { guardBatches, type ReadPlan } from "../read/fold.js";
import { tailEntries } from "../read/tail.js";
import type { Entry } from "../types.js";

/** Null where neither end of the file says it. */
export interface Span {
  firstSeq: number | null;
  lastSeq: number | null;
  firstTs: string | null;
  lastTs: string | null;
}

/** Enough to find an entry with a stamp at the end of a file that sentinels end. */
const lastEntries = 100;

/** Throws like `tail` if the file cannot be read. */
export function readSpan(plan: ReadPlan): Span {
  const first = readFirst(plan).filter(isNumbered);
  const last = tailEntries(plan, lastEntries).filter(isNumbered);
  return {
    firstSeq: numberOf(first.find((entry) => numberOf(entry) !== null)),
    lastSeq: numberOf(last.findLast((entry) => numberOf(entry) !== null)),
    firstTs: stampOf(first.find((entry) => stampOf(entry) !== null)),
    lastTs: stampOf(last.findLast((entry) => stampOf(entry) !== null)),
  };
}

/** For example `#1 (2026-06-01T14:00:00Z) to #3 (2026-06-01T14:02:00Z)`. */
export function tellSpan({ firstSeq, lastSeq, firstTs, lastTs }: Span): string {
  const place = (seq: number | null, ts: string | null): string =>
    `${seq === null ? "unnumbered" : `#${seq}`} (${ts ?? "no time"})`;
  return `${place(firstSeq, firstTs)} to ${place(lastSeq, lastTs)}`;
}

/** A batch is about a megabyte, so a CHECKPOINT of many leases may be all of it. */
function readFirst(plan: ReadPlan): Entry[] {
  const file = openReadable(plan.path);
  if (file === undefined) return [];
  try {
    for (const { entries } of guardBatches(plan, plan.engine.readEntries(file.fd, { line: 0, offset: 0 }))) {
      if (entries.some(isNumbered)) return entries;
    }
    return [];
  } finally {
    closeReadable(file);
  }
}

/** Neither a sentinel nor the output of an earlier compaction. */
function isNumbered(entry: Entry): boolean {
  return entry["op"] !== Op.CHECKPOINT && (numberOf(entry) !== null || stampOf(entry) !== null);
}

function numberOf(entry: Entry | undefined): number | null {
  return int(entry?.["seq"]) || null;
}

function stampOf(entry: Entry | undefined): string | null {
  const ts = entry?.["ts"];
  return typeof ts === "string" && !Number.isNaN(instantOf(ts)) ? ts : null;
}
