// `lj compact`: removes the journal's history (docs/format.md 7) and prints how much was removed.
import { statSync } from "node:fs";
import { type CompactionOptions, type CompactResult, compactFileAsync } from "../../compact/compact.js";
import { isMostlyHistory, type Prospect } from "../../compact/prospect.js";
import { listStale } from "../../compact/temporary.js";
import { CORRUPT_OP } from "../../core/op.js";
import { acquireLockAsync } from "../../lock/lock.js";
import { formatSize } from "../../quantities.js";
import type { Call, Verdict } from "../call.js";
import { printable } from "../printable.js";
import { readSpan, type Span, tellSpan } from "../span.js";
import { formatStrictLine } from "../strict.js";

/** What `lj compact` did, or would do. */
interface Outcome {
  result: CompactResult;
  /** Undefined for a journal that is missing or empty, or too short to be looked at. */
  prospect: Prospect | undefined;
  /** Why nothing was done; null if the journal was compacted. */
  skipped: string | null;
}

const untouched: CompactResult = { entriesBefore: 0, entriesAfter: 0, bytesReclaimed: 0 };

export async function compact(call: Call): Promise<Verdict> {
  const { json, output, progress, plan } = call;
  const outcome = await compactIfDue(call);
  const span = call.flags.dryRun === true && outcome.prospect !== undefined ? readSpan(plan) : undefined;
  await progress.end();
  await output.write(json ? formatStrictLine(toJson(call, outcome, span)) : tell(call, outcome, span));
  return 0;
}

async function compactIfDue(call: Call): Promise<Outcome> {
  const { above, dryRun } = call.flags;
  const size = statSync(call.plan.path, { throwIfNoEntry: false })?.size ?? 0;
  if (above !== undefined && size <= above) {
    const skipped = `${formatSize(size)} is not above ${formatSize(above)}: nothing to do`;
    return { result: untouched, prospect: undefined, skipped };
  }
  let prospect: Prospect | undefined;
  let skipped: string | null = null;
  const proceed = (found: Prospect): boolean => {
    prospect = found;
    if (above !== undefined && !isMostlyHistory(found)) skipped = tellLive(found);
    else if (dryRun === true) skipped = "nothing was changed (--dry-run)";
    return skipped === null;
  };
  const result = await (dryRun === true ? fold(call, proceed) : compactLocked(call, proceed));
  return { result, prospect, skipped };
}

function tellLive({ live, bytesBefore, bytesAfter }: Prospect): string {
  const leases = `${live} live ${live === 1 ? "lease" : "leases"}`;
  const remains = `${formatSize(bytesAfter)} of ${formatSize(bytesBefore)} would remain (${leases})`;
  return `${remains}: not mostly history, nothing to do`;
}

/** Reads as a compaction does, and stops before anything is written, so that it needs no lock. */
function fold({ plan }: Call, proceed: CompactionOptions["proceed"]): Promise<CompactResult> {
  const { threads, signal, onProgress } = plan.options;
  const lock = { check: (): void => undefined };
  return compactFileAsync(plan.path, { engine: plan.engine, threads, lock, signal, onProgress, proceed });
}

async function compactLocked({ plan, flags }: Call, proceed: CompactionOptions["proceed"]): Promise<CompactResult> {
  const { threads, signal, onProgress } = plan.options;
  const stale = listStale(plan.path);
  const lock = await acquireLockAsync(plan.path, { label: "lj-compact" });
  try {
    const options = { engine: plan.engine, threads, lock, stale, archive: flags.archive, signal, onProgress, proceed };
    return await compactFileAsync(plan.path, options);
  } finally {
    lock.release();
  }
}

function toJson({ plan, exists, flags }: Call, { result, prospect, skipped }: Outcome, span: Span | undefined) {
  const { archived = null, ...counts } = result;
  const done = { path: plan.path, exists, ...counts, archived, skipped };
  if (flags.dryRun !== true) return done;
  return {
    ...done,
    prospect: prospect === undefined ? null : { ...prospect, lost: opsLost(prospect) },
    span: span ?? null,
  };
}

function tell({ plan, flags }: Call, { result, prospect, skipped }: Outcome, span: Span | undefined): string {
  const path = printable(plan.path);
  if (flags.dryRun === true && prospect !== undefined) return tellProspect(path, prospect, skipped, span);
  if (skipped !== null) return `${path}: ${skipped}\n`;
  const { entriesBefore, entriesAfter, bytesReclaimed, archived } = result;
  const kept = archived === undefined ? "" : `the old file is ${printable(archived)}\n`;
  const counts = `${entriesBefore} entries before, ${entriesAfter} after, ${bytesReclaimed} bytes less`;
  return `${path}: ${counts}\n${kept}`;
}

function tellProspect(path: string, prospect: Prospect, skipped: string | null, span: Span | undefined): string {
  const { bytesBefore, bytesAfter, entriesBefore, entriesAfter, live, sentinels } = prospect;
  const lost = Object.entries(opsLost(prospect)).sort(([, a], [, b]) => b - a);
  const ops = lost.map(([op, count]) => `${op === "" ? "(none)" : printable(op)} ${count}`).join(", ");
  return [
    `${path}: ${entriesBefore} entries, ${formatSize(bytesBefore)}\n`,
    `after  ${entriesAfter} entries, about ${formatSize(bytesAfter)}\n`,
    `kept   ${live} live leases, ${sentinels} damaged lines, the numbering and the tokens\n`,
    `goes   ${ops === "" ? "nothing" : ops}; of all entries the seq and ts\n`,
    span === undefined ? "" : `        ${printable(tellSpan(span))}\n`,
    skipped === null ? "" : `${skipped}\n`,
  ].join("");
}

/** Every entry goes but the sentinels: the live leases remain, the ACQUIREs that began them do not. */
function opsLost({ ops }: Prospect): { [op: string]: number } {
  return Object.fromEntries(Object.entries(ops).filter(([op]) => op !== CORRUPT_OP));
}
