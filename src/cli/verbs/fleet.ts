// `lj fleet`: prints the live leases of several journals in one view (docs/cli.md).
import { checkOptions, checkPath } from "../../arguments.js";
import { text } from "../../core/words.js";
import type { JournalEngine, ScanReport } from "../../engine/engine.js";
import { JournalError } from "../../errors.js";
import { closeReadable, openReadable, readOrigin } from "../../file/regular.js";
import type { LeaseView } from "../../leases/reclaim.js";
import { foldFileAsync } from "../../read/fold.js";
import { type CommandLine, NoJournal } from "../args.js";
import { loadEngine, type Terminal, type Verdict } from "../call.js";
import { createPaint } from "../colour.js";
import type { Flags } from "../flag.js";
import { type Look, writeLeases } from "../leases/rows.js";
import { viewFold } from "../leases/view.js";
import { writePieces, writeStyledPieces } from "../output.js";
import { printableLine } from "../printable.js";
import { formatStrictLine } from "../strict.js";
import { loadRuler } from "../width.js";

/** One journal of the fleet. */
interface Member {
  path: string;
  /** When its file was created, in milliseconds since 1970-01-01 UTC; null if there is none or it cannot be read. */
  generation: number | null;
  /** How old the view is, in milliseconds. A journal that is read here is shown as it is; null if it cannot be read. */
  lagMs: number | null;
  /** What the view lacks, for people; null if it lacks nothing. */
  gap: string | null;
  /** What else needs attention, for people; null if nothing does. */
  note: string | null;
  leases: readonly LeaseView[];
}

export async function runFleet({ flags }: CommandLine, terminal: Terminal): Promise<Verdict> {
  const { engine, reason } = await loadEngine(flags.engine);
  if (flags.verbose === true) terminal.note(`engine ${engine.name}: ${reason}`);
  const nowMs = Date.now();
  const members: Member[] = [];
  for (const path of listJournals(flags)) members.push(await readMember(path, { flags, engine, nowMs, terminal }));
  if (flags.json === true) await writePieces(terminal.output, members.map(formatMember));
  else {
    const look = { nowMs, paint: createPaint(terminal.stdout), ruler: await loadRuler(), showsHost: true };
    await writeStyledPieces(terminal.output, tell(members, look));
  }
  return members.some(({ gap }) => gap !== null) ? 1 : 0;
}

/** Returns absolute paths, each once. */
function listJournals({ journals = [] }: Flags): string[] {
  const paths = journals.length === 0 ? [checkPath(undefined)] : journals.map((journal) => checkPath(journal));
  return [...new Set(paths)];
}

interface Reading {
  flags: Flags;
  engine: JournalEngine;
  nowMs: number;
  terminal: Terminal;
}

/** A journal that cannot be read does not hide the others. It never reads as one without leases. */
async function readMember(path: string, reading: Reading): Promise<Member> {
  try {
    return await readReadable(path, reading);
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    return { path, generation: null, lagMs: null, gap: error.message, note: null, leases: [] };
  }
}

async function readReadable(path: string, { flags, engine, nowMs, terminal }: Reading): Promise<Member> {
  const generation = readGeneration(path);
  if (generation === null && flags.mustExist === true) throw new NoJournal(`there is no journal ${path}`);
  const { threads, owner } = flags;
  const options = checkOptions({ threads, signal: terminal.signal });
  const plan = { path, engine, options };
  const fold = await foldFileAsync(plan, "scan");
  const report = fold.report();
  if (!report.isJournal) await foldFileAsync(plan, "replay");
  const note = generation === null ? "there is no such file: it reads as empty" : tellDamage(report);
  return { path, generation, lagMs: 0, gap: null, note, leases: viewFold(fold, { path, nowMs, owner }) };
}

function readGeneration(path: string): number | null {
  const file = openReadable(path);
  try {
    return file === undefined ? null : readOrigin(file).createdAtMs;
  } finally {
    closeReadable(file);
  }
}

function tellDamage({ corrupt, tornTail }: ScanReport): string | null {
  const lines = corrupt.count + (tornTail?.damaged === true ? 1 : 0);
  if (lines === 0) return null;
  return `${lines} damaged ${lines === 1 ? "line" : "lines"}; lj verify lists them`;
}

function formatMember({ path, leases, ...rest }: Member): string {
  const hosted = leases.map((view) => ({ host: text(view.lease.host_id), ...view }));
  return formatStrictLine({ journal: path, ...rest, leases: hosted });
}

function* tell(members: readonly Member[], look: Look): Generator<string> {
  for (const { path, gap, note, leases } of members) {
    const count = `${leases.length} ${leases.length === 1 ? "lease" : "leases"}`;
    const said = note === null ? "" : `; ${note}`;
    yield printableLine(gap === null ? `${path}: ${count}${said}` : `${path}: LEASES UNKNOWN: ${gap}`);
    yield* writeLeases(leases, look);
  }
}
