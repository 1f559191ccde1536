// `lj verify`: prints every finding (docs/format.md 3) with its place, and whether the journal is damaged.
import type { FindingKind } from "../../core/findings.js";
import type { ScanReport } from "../../engine/engine.js";
import { closeReadable, openReadable } from "../../file/regular.js";
import { foldFileAsync } from "../../read/fold.js";
import { notAJournal } from "../../read/not-a-journal.js";
import type { Entry, Finding, Place, Scan } from "../../types.js";
import type { Call, Verdict } from "../call.js";
import { ReaderGone, writePieces } from "../output.js";
import { tellLine } from "../place.js";
import { printable } from "../printable.js";
import { formatStrictLine } from "../strict.js";

/** Damage makes the exit code 1. A note is often normal: several programs number entries without a lock. */
type Level = "DAMAGE" | "warning" | "note";

interface Kind {
  name: FindingKind;
  level: Level;
  says: string;
}

const kinds: readonly Kind[] = [
  { name: "corrupt", level: "DAMAGE", says: "not one JSON text; read as a _CORRUPT sentinel" },
  { name: "nonObjects", level: "warning", says: "JSON, but not an object; skipped" },
  { name: "illFormedUtf8", level: "warning", says: "bytes that are not UTF-8; read as U+FFFD" },
  {
    name: "repeatedKeys",
    level: "warning",
    says: "a key is repeated in the entry or its lease; the last value counts",
  },
  { name: "oddSeq", level: "warning", says: "seq is not a safe integer; counted as 0" },
  { name: "heartbeatBack", level: "warning", says: "moves a live lease's heartbeat_at back" },
  { name: "seqBack", level: "note", says: "seq repeats the last number or falls below it" },
  { name: "tsBack", level: "note", says: "ts is earlier than the last entry's" },
  { name: "strayEnd", level: "note", says: "ends a lease that is not live" },
  { name: "strayBeat", level: "note", says: "renews or adopts a lease that is not live" },
  { name: "refusedAcquire", level: "note", says: "an ACQUIRE that says REFUSED; the lease is live anyway" },
  { name: "sharedLane", level: "note", says: "acquired a lane that is live under another identity too" },
];

export async function verify(call: Call): Promise<Verdict> {
  const scan = (await foldFileAsync(call.plan, "scan")).report();
  await call.progress.end();
  try {
    await writePieces(call.output, call.json ? [formatStrictLine(summarise(scan, call))] : report(scan, call));
  } catch (error) {
    // A reader that stops early still gets the exit code.
    if (!(error instanceof ReaderGone)) throw error;
  }
  return isDamaged(scan) ? 1 : 0;
}

/** A torn tail is what a crash leaves, not damage (docs/format.md 3). */
function isDamaged(scan: ScanReport): boolean {
  return !scan.isJournal || scan.corrupt.count + scan.badChecks.count > 0 || scan.tornTail?.damaged === true;
}

/** Counts the leases instead of listing them: `lj replay` prints them. */
function summarise(scan: ScanReport, { plan, exists }: Call): Entry {
  const { live, ...counted } = scan;
  return { damaged: isDamaged(scan), live, path: plan.path, exists, ...counted };
}

function* report(scan: ScanReport, { plan, exists }: Call): Generator<string> {
  const missing = exists ? "" : " (no such file: an empty journal)";
  yield `journal ${printable(plan.path)}${missing}\n`;
  yield `engine  ${scan.engine}\n`;
  yield `read    bytes ${scan.bytes}, lines ${scan.lines}, entries ${scan.entries}\n`;
  yield `state   live leases ${scan.live}, next seq ${scan.nextSeq}\n`;
  if (scan.checked.values > 0) {
    yield `checks  values ${scan.checked.values}, covering ${scan.checked.bytes} of ${scan.bytes} bytes\n`;
  }
  if (!scan.isJournal) yield `DAMAGE  ${printable(describeForeign(plan.path))}\n`;
  if (scan.entries > 0) yield `ops     ${formatOps(scan)}\n`;
  yield* reportBadChecks(scan.badChecks);
  for (const kind of kinds) yield* reportFinding(kind, scan[kind.name]);
  if (scan.tornTail !== null) yield* reportTornTail(scan.tornTail);
  yield `${conclude(scan)}\n`;
}

const opsShownMax = 20;

function formatOps(scan: ScanReport): string {
  const ops = Object.entries(scan.ops).sort(([, a], [, b]) => b - a);
  const shown = ops.slice(0, opsShownMax).map(([op, count]) => `${op === "" ? "(none)" : printable(op)} ${count}`);
  if (ops.length > opsShownMax) shown.push(`${ops.length - opsShownMax} others`);
  return shown.join(", ");
}

function* reportFinding(kind: Kind, finding: Finding): Generator<string> {
  if (finding.count === 0) return;
  yield `${kind.level.padEnd(7)} ${kind.name} ${finding.count}: ${kind.says}\n`;
  for (const place of finding.first) yield formatPlace(place);
  const more = finding.count - finding.first.length;
  if (more > 0) yield `        and ${more} more\n`;
}

function* reportBadChecks(finding: Scan["badChecks"]): Generator<string> {
  if (finding.count === 0) return;
  yield `DAMAGE  badChecks ${finding.count}: a check value is wrong; bytes were changed, lost or moved between\n`;
  for (const { from, to } of finding.first) {
    yield `        ${tellLine(from.line)}, byte ${from.offset} and ${tellLine(to.line)}, byte ${to.offset}\n`;
  }
  const more = finding.count - finding.first.length;
  if (more > 0) yield `        and ${more} more\n`;
}

function* reportTornTail(tail: NonNullable<ScanReport["tornTail"]>): Generator<string> {
  if (!tail.damaged) {
    yield "warning tornTail: the last line was cut off, as by a crash during an append; readers drop it\n";
  } else {
    const why = tail.terminated ? "although it ends with an LF" : "nor the beginning of an entry";
    yield `DAMAGE  tornTail: the last line is not one JSON text, ${why}; readers drop it\n`;
  }
  yield formatPlace(tail);
}

/** Describes a file that is not a journal. It may have been removed since the scan. */
function describeForeign(path: string): string {
  const file = openReadable(path);
  try {
    return file === undefined ? `${path} was not a journal and no longer exists` : notAJournal(file).message;
  } finally {
    closeReadable(file);
  }
}

function formatPlace({ line, offset }: Place): string {
  return `        ${tellLine(line)}, byte ${offset}\n`;
}

function conclude(scan: ScanReport): string {
  const places = "lines and bytes are counted from 0";
  const found = (level: Level): number =>
    kinds.filter((kind) => kind.level === level && scan[kind.name].count > 0).length;
  const warnings = found("warning") + (scan.tornTail?.damaged === false ? 1 : 0);
  const notes = found("note");
  if (!isDamaged(scan) && warnings + notes === 0) return "sound: no findings";
  const noted = notes === 0 ? "" : `, notes ${formatKinds(notes)}`;
  const less = `${warnings === 0 ? "no warnings" : `warnings ${formatKinds(warnings)}`}${noted}; ${places}`;
  if (!isDamaged(scan)) return `sound: no damage, ${less}`;
  if (!scan.isJournal) return "DAMAGED: not a journal";
  const lines = scan.corrupt.count + (scan.tornTail?.damaged === true ? 1 : 0);
  const stretches = scan.badChecks.count;
  const damaged = [
    ...(lines > 0 || stretches === 0 ? [`${lines} ${lines === 1 ? "line" : "lines"}`] : []),
    ...(stretches > 0 ? [`${stretches} ${stretches === 1 ? "stretch" : "stretches"}`] : []),
  ];
  return `DAMAGED: ${damaged.join(", ")}, ${less}`;
}

function formatKinds(count: number): string {
  return `of ${count} ${count === 1 ? "kind" : "kinds"}`;
}
