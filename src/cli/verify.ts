// `lj verify`: a journal -> every finding of SPEC 3 with its place, and whether the journal is damaged.
import type { FindingKind } from "../core/findings.js";
import { foldFileAsync } from "../read.js";
import type { Entry, Finding, Place, Scan } from "../types.js";
import type { Call, Verdict } from "./call.js";
import { ReaderGone, writePieces } from "./output.js";
import { printable } from "./printable.js";
import { formatStrictLine } from "./strict.js";

interface Kind {
  name: FindingKind;
  /** Damage makes the exit code 1; the rest is worth a look. */
  damage: boolean;
  says: string;
}

const kinds: readonly Kind[] = [
  { name: "corrupt", damage: true, says: "not one JSON text; read as a _CORRUPT sentinel" },
  { name: "nonObjects", damage: false, says: "JSON, but no object; skipped" },
  { name: "illFormedUtf8", damage: false, says: "bytes that are no UTF-8; read as U+FFFD" },
  { name: "repeatedKeys", damage: false, says: "a key stands twice in the entry or its lease; the last value counts" },
  { name: "oddSeq", damage: false, says: "seq is no safe integer; counted as 0" },
  { name: "heartbeatBack", damage: false, says: "moves a live lease's heartbeat_at back" },
];

export async function verify(call: Call): Promise<Verdict> {
  const scan = (await foldFileAsync(call.plan, "scan")).scan();
  await call.progress.end();
  try {
    await writePieces(call.output, call.json ? [formatStrictLine(summarise(scan, call))] : report(scan, call));
  } catch (error) {
    // Whoever stops reading early still gets the exit code.
    if (!(error instanceof ReaderGone)) throw error;
  }
  return isDamaged(scan) ? 1 : 0;
}

/** A torn tail without its LF is what a crash leaves behind, and no damage (SPEC 3). */
function isDamaged(scan: Scan): boolean {
  return scan.corrupt.count > 0 || scan.tornTail?.terminated === true;
}

/** The scan, with the leases and generations as a count: `lj replay` prints them. */
function summarise(scan: Scan, { plan, exists }: Call): Entry {
  const { leases, generations: _, ...counted } = scan;
  return { damaged: isDamaged(scan), live: leases.length, path: plan.path, exists, ...counted };
}

function* report(scan: Scan, { plan, exists }: Call): Generator<string> {
  const missing = exists ? "" : " (no such file: an empty journal)";
  yield `journal ${printable(plan.path)}${missing}\n`;
  yield `engine  ${scan.engine}\n`;
  yield `read    bytes ${scan.bytes}, lines ${scan.lines}, entries ${scan.entries}\n`;
  yield `state   live leases ${scan.leases.length}, next seq ${scan.nextSeq}\n`;
  if (scan.entries > 0) yield `ops     ${formatOps(scan)}\n`;
  for (const kind of kinds) yield* reportFinding(kind, scan[kind.name]);
  if (scan.tornTail !== null) yield* reportTornTail(scan.tornTail);
  yield `${conclude(scan)}\n`;
}

const opsShownMax = 20;

function formatOps(scan: Scan): string {
  const ops = Object.entries(scan.ops).sort(([, a], [, b]) => b - a);
  const shown = ops.slice(0, opsShownMax).map(([op, count]) => `${op === "" ? "(none)" : printable(op)} ${count}`);
  if (ops.length > opsShownMax) shown.push(`${ops.length - opsShownMax} others`);
  return shown.join(", ");
}

function* reportFinding(kind: Kind, finding: Finding): Generator<string> {
  if (finding.count === 0) return;
  yield `${kind.damage ? "DAMAGE " : "warning"} ${kind.name} ${finding.count}: ${kind.says}\n`;
  for (const place of finding.first) yield formatPlace(place);
  const more = finding.count - finding.first.length;
  if (more > 0) yield `        and ${more} more\n`;
}

function* reportTornTail(tail: NonNullable<Scan["tornTail"]>): Generator<string> {
  yield tail.terminated
    ? "DAMAGE  tornTail: the last line is not one JSON text, yet whole: it has its LF; readers drop it\n"
    : "warning tornTail: the last line was cut off, as a crash in an append does; readers drop it\n";
  yield formatPlace(tail);
}

function formatPlace({ line, offset }: Place): string {
  return `        line ${line}, byte ${offset}\n`;
}

/** Numbers from 0, as `_line` and `scan` have them; editors count from 1. */
function conclude(scan: Scan): string {
  const places = "lines and bytes are counted from 0";
  const warnings = kinds.filter((kind) => !kind.damage && scan[kind.name].count > 0).length;
  const kindsFound = warnings + (scan.tornTail?.terminated === false ? 1 : 0);
  const warned = kindsFound === 0 ? "no warnings" : `warnings of ${kindsFound} ${kindsFound === 1 ? "kind" : "kinds"}`;
  if (!isDamaged(scan)) return kindsFound === 0 ? "sound: no findings" : `sound: no damage, ${warned}; ${places}`;
  const damaged = scan.corrupt.count + (scan.tornTail?.terminated === true ? 1 : 0);
  return `DAMAGED: ${damaged} ${damaged === 1 ? "line" : "lines"}, ${warned}; ${places}`;
}
