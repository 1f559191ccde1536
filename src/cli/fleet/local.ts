// Reads the journals of a fleet where they are.
import { checkOptions, checkPath } from "../../arguments.js";
import type { JournalEngine, ScanReport } from "../../engine/engine.js";
import { JournalError } from "../../errors.js";
import { closeReadable, openReadable, readOrigin } from "../../file/regular.js";
import { foldFileAsync } from "../../read/fold.js";
import { NoJournal } from "../args.js";
import type { Terminal } from "../call.js";
import type { Flags } from "../flag.js";
import { viewFold } from "../leases/view.js";
import type { FleetSource, Member } from "./members.js";

interface Reading {
  flags: Flags;
  engine: JournalEngine;
  signal: AbortSignal;
}

export function openLocal(flags: Flags, engine: JournalEngine, terminal: Terminal): FleetSource {
  const paths = listJournals(flags);
  const reading = { flags, engine, signal: terminal.signal };
  return {
    name: paths.length === 1 ? (paths[0] ?? "") : `${paths.length} journals`,
    problem: undefined,
    async read(nowMs) {
      const members: Member[] = [];
      for (const path of paths) members.push(await readMember(path, reading, nowMs));
      return members;
    },
    changed: (ms) => new Promise((resolve) => setTimeout(resolve, ms)),
    close: async () => undefined,
  };
}

/** Returns absolute paths, each once. */
function listJournals({ journals = [] }: Flags): string[] {
  const paths = journals.length === 0 ? [checkPath(undefined)] : journals.map((journal) => checkPath(journal));
  return [...new Set(paths)];
}

/** A journal that cannot be read does not hide the others. It never reads as one without leases. */
async function readMember(path: string, reading: Reading, nowMs: number): Promise<Member> {
  try {
    return await readReadable(path, reading, nowMs);
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    return { journal: path, generation: null, lagMs: null, gap: error.message, note: null, leases: [] };
  }
}

async function readReadable(path: string, { flags, engine, signal }: Reading, nowMs: number): Promise<Member> {
  const generation = readGeneration(path);
  if (generation === null && flags.mustExist === true) throw new NoJournal(`there is no journal ${path}`);
  const { threads, owner } = flags;
  const options = checkOptions({ threads, signal });
  const plan = { path, engine, options };
  const fold = await foldFileAsync(plan, "scan");
  const report = fold.report();
  if (!report.isJournal) await foldFileAsync(plan, "replay");
  const note = generation === null ? "there is no such file: it reads as empty" : tellDamage(report);
  return { journal: path, generation, lagMs: 0, gap: null, note, leases: viewFold(fold, { path, nowMs, owner }) };
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
