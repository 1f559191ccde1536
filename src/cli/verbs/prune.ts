// `lj prune`: removes the oldest files of an archive folder and says which history is lost (docs/cli.md).
import { readdirSync, statSync, unlinkSync } from "node:fs";
import { join } from "node:path";
import { checkOptions, checkPath } from "../../arguments.js";
import { type ArchiveName, readArchiveName } from "../../file/archive-name.js";
import { errorText } from "../../file/system-error.js";
import { type CommandLine, UsageError } from "../args.js";
import { loadEngine, type Terminal, type Verdict } from "../call.js";
import { formatDuration } from "../history/times.js";
import { printable } from "../printable.js";
import { formatSize } from "../quantities.js";
import { readSpan, type Span, tellSpan } from "../span.js";
import { formatStrictLine } from "../strict.js";

interface Archived extends ArchiveName {
  path: string;
  bytes: number;
}

/** An archive that goes, and what it covers. `span` is null if the file cannot be read. */
interface Removed extends Archived {
  span: Span | null;
}

export async function runPrune({ word = "", flags }: CommandLine, { output, note }: Terminal): Promise<Verdict> {
  const { keep, maxSize, dryRun = false } = flags;
  if (keep === undefined && maxSize === undefined) {
    throw new UsageError("prune: expected --keep or --max-size, found neither: they say what is kept");
  }
  const folder = checkPath(word);
  const { archives, others } = listArchives(folder);
  const nowMs = Date.now();
  const { gone, kept } = chooseOldest(archives, { keepMs: keep, bytesMax: maxSize, nowMs });
  if (others > 0) note(`lj: ${others} other files in ${folder} are left alone: no compaction named them`);
  const removed: Removed[] = [];
  for (const archived of gone) {
    const span = await readSpanIfPossible(archived.path, note);
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

/** The oldest first; those of one journal in the order of their names, which is that of their entries. */
function listArchives(folder: string): { archives: Archived[]; others: number } {
  const archives: Archived[] = [];
  const newest = new Map<string, number>();
  let others = 0;
  for (const name of readdirSync(folder).toSorted()) {
    const read = readArchiveName(name);
    const state = read && statSync(join(folder, name), { throwIfNoEntry: false });
    if (read === undefined || state?.isFile() !== true) {
      others++;
      continue;
    }
    // A clock that went back must not reorder them.
    const atMs = Math.max(read.atMs, newest.get(read.journal) ?? 0);
    newest.set(read.journal, atMs);
    archives.push({ ...read, atMs, path: join(folder, name), bytes: state.size });
  }
  return { archives: archives.toSorted((one, other) => one.atMs - other.atMs), others };
}

interface Limits {
  keepMs: number | undefined;
  bytesMax: number | undefined;
  nowMs: number;
}

/** Only ever removes the oldest ones, so that what remains is without gaps. */
function chooseOldest(archives: readonly Archived[], { keepMs, bytesMax, nowMs }: Limits) {
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
async function readSpanIfPossible(path: string, note: Terminal["note"]): Promise<Span | null> {
  const { engine } = await loadEngine();
  try {
    return readSpan({ path, engine, options: checkOptions(undefined) });
  } catch (error) {
    note(`lj: what ${path} holds is not known: ${errorText(error)}`);
    return null;
  }
}

function toJson(folder: string, removed: readonly Removed[], kept: readonly Archived[], dryRun: boolean) {
  return {
    path: folder,
    dryRun,
    removed: removed.map(({ path, bytes, atMs, span }) => ({ path, bytes, at: new Date(atMs).toISOString(), ...span })),
    kept: kept.length,
    bytesKept: sumBytes(kept),
    bytesRemoved: sumBytes(removed),
  };
}

function sumBytes(archives: readonly Archived[]): number {
  return archives.reduce((sum, { bytes }) => sum + bytes, 0);
}

function tell(
  folder: string,
  removed: readonly Removed[],
  kept: readonly Archived[],
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
