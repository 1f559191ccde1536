// `lj prune`: removes the oldest files of an archive folder and says which history is lost (docs/cli.md).
import { unlinkSync } from "node:fs";
import { checkOptions, checkPath } from "../../arguments.js";
import { errorText } from "../../file/system-error.js";
import { type Archive, listAllArchives } from "../../history/archives.js";
import { formatSize } from "../../quantities.js";
import type { ReadPlan } from "../../read/fold.js";
import { type CommandLine, UsageError } from "../args.js";
import { loadEngine, type Terminal, type Verdict } from "../call.js";
import { formatDuration } from "../history/times.js";
import { printable } from "../printable.js";
import { readSpan, type Span, tellSpan } from "../span.js";
import { formatStrictLine } from "../strict.js";

/** An archive that goes, and what it covers. `span` is null if the file cannot be read. */
interface Removed extends Archive {
  span: Span | null;
}

export async function runPrune({ word = "", flags }: CommandLine, { output, note }: Terminal): Promise<Verdict> {
  const { keep, maxSize, dryRun = false } = flags;
  if (keep === undefined && maxSize === undefined) {
    throw new UsageError("prune: expected --keep or --max-size, found neither: they say what is kept");
  }
  const folder = checkPath(word);
  const { engine } = await loadEngine();
  const { journals, others } = listAllArchives(folder, engine);
  const archives = listOldest(journals);
  const nowMs = Date.now();
  const { gone, kept } = chooseOldest(archives, { keepMs: keep, bytesMax: maxSize, nowMs });
  if (others > 0) note(`lj: ${others} other files in ${folder} are left alone: no compaction named them`);
  const removed: Removed[] = [];
  for (const archived of gone) {
    const span = readSpanIfPossible({ path: archived.path, engine, options: checkOptions(undefined) }, note);
    if (!dryRun) unlinkSync(archived.path);
    removed.push({ ...archived, span });
  }
  await output.write(
    flags.json === true
      ? formatStrictLine(toJson(folder, removed, kept, dryRun))
      : tell(folder, removed, kept, { dryRun, nowMs }),
  );
  return 0;
}

/** The oldest first; those of one journal in the order of their entries, even if a clock went back. */
function listOldest(journals: readonly Archive[][]): Archive[] {
  const dated = journals.flatMap((archives) => {
    let newest = 0;
    return archives.map((archive) => {
      newest = Math.max(newest, archive.atMs);
      return { ...archive, atMs: newest };
    });
  });
  return dated.toSorted((one, other) => one.atMs - other.atMs);
}

interface Limits {
  keepMs: number | undefined;
  bytesMax: number | undefined;
  nowMs: number;
}

/** Only ever removes the oldest ones, so that what remains is without gaps. */
function chooseOldest(archives: readonly Archive[], { keepMs, bytesMax, nowMs }: Limits) {
  let bytes = archives.reduce((sum, each) => sum + each.bytes, 0);
  let count = 0;
  for (const { atMs, bytes: own } of archives) {
    const isOld = keepMs !== undefined && nowMs - atMs > keepMs;
    const isTooMuch = bytesMax !== undefined && bytes > bytesMax;
    if (!isOld && !isTooMuch) break;
    bytes -= own;
    count++;
  }
  return { gone: archives.slice(0, count), kept: archives.slice(count) };
}

/** An archive that cannot be read can still be removed; that is said. */
function readSpanIfPossible(plan: ReadPlan, note: Terminal["note"]): Span | null {
  try {
    return readSpan(plan);
  } catch (error) {
    note(`lj: what ${plan.path} holds is not known: ${errorText(error)}`);
    return null;
  }
}

function toJson(folder: string, removed: readonly Removed[], kept: readonly Archive[], dryRun: boolean) {
  return {
    path: folder,
    dryRun,
    removed: removed.map(({ path, bytes, atMs, span }) => ({ path, bytes, at: new Date(atMs).toISOString(), ...span })),
    kept: kept.length,
    bytesKept: sumBytes(kept),
    bytesRemoved: sumBytes(removed),
  };
}

function sumBytes(archives: readonly Archive[]): number {
  return archives.reduce((sum, { bytes }) => sum + bytes, 0);
}

function tell(
  folder: string,
  removed: readonly Removed[],
  kept: readonly Archive[],
  { dryRun, nowMs }: { dryRun: boolean; nowMs: number },
): string {
  const rest = `${kept.length} ${kept.length === 1 ? "archive" : "archives"} (${formatSize(sumBytes(kept))})`;
  if (removed.length === 0) return `${printable(folder)}: nothing to remove, ${rest}\n`;
  const rows = removed.map(({ path, bytes, atMs, span }) => {
    const holds = span === null ? "unknown" : tellSpan(span);
    return `${printable(path)}: ${formatSize(bytes)}, ${formatDuration(nowMs - atMs)} old, ${printable(holds)}\n`;
  });
  const verb = dryRun ? "would remove" : "removed";
  const sum = `${verb} ${removed.length} of ${removed.length + kept.length} archives, ${formatSize(sumBytes(removed))}`;
  const until = removed.at(-1)?.span?.lastTs;
  const lost = until === null || until === undefined ? "" : `; no history up to ${printable(until)} remains`;
  return `${rows.join("")}${sum}; ${rest} remain${lost}\n`;
}
