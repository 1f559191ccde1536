// Checks what the next writers and readers find in the state of a disk after a cut; returns the complaint, or null.
import { existsSync, readFileSync, rmSync } from "node:fs";
import { dirname } from "node:path";
import { isDeepStrictEqual } from "node:util";
import { type Engine, formatLine, JournalError, leaseGenerations, readAll, replay, scan } from "../../src/index.js";
import { OpenJournal } from "../../src/journal/journal.js";
import { planJournal } from "../../src/journal/plan.js";
import { OpenLeases } from "../../src/leases/leases.js";
import { checkLeasesOptions } from "../../src/leases/request.js";
import { engineNamed } from "../compact/compacting.js";
import type { DiskState } from "./disk-model.js";
import { restoreState } from "./disk-model-record.js";
import { type Expectation, linesOf } from "./power-loss-record.js";

/** Recovery waits briefly: the process that held the lock ended with the power cut. */
const lockWaitMs = 100;

export interface Recovery {
  root: string;
  /** Relative to `root`. */
  journal: string;
  engine: Engine;
  /** Also compacts, which takes longer than the rest. */
  compacts: boolean;
}

/** The kinds of failures. */
export type Complaint = { kind: "lost" | "invented" | "stuck" | "unreadable"; message: string };

export function judgeState(state: DiskState, expected: Expectation, recovery: Recovery): Complaint | null {
  const { root } = recovery;
  const disk = restoreState(root, state);
  const journal = `${root}/${recovery.journal}`;
  try {
    const lines = linesOf(journal);
    const complaint = judgeLines(lines, expected) ?? judgeAnswers(journal, recovery.engine);
    if (complaint !== null) return complaint;
    const engine = engineNamed(recovery.engine);
    const open = new OpenJournal(planJournal(journal, { label: "recovery", lockWaitMs }, () => engine, { disk }));
    try {
      return judgeWriting(open, lines, recovery);
    } finally {
      open.close();
    }
  } catch (error) {
    if (isDamagedAtFirst(error, journal, expected)) return null;
    const message = error instanceof Error ? String(error.stack) : String(error);
    const isLock = error instanceof Error && "code" in error && String(error.code).startsWith("ERR_LOCK");
    return { kind: isLock ? "stuck" : "unreadable", message };
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/**
 * A first append that is longer than a sector can leave a line with its LF and with zeros in place of a sector. A file
 * with nothing else is not a journal (docs/format.md 3), and nothing in it was acknowledged.
 */
function isDamagedAtFirst(error: unknown, journal: string, { bases }: Expectation): boolean {
  const isRefused = error instanceof JournalError && error.code === "ERR_NOT_A_JOURNAL";
  return isRefused && bases.some((base) => base.length === 0) && readFileSync(journal).includes(0);
}

/** Everything acknowledged must be there, in order, and nothing that no writer wrote. */
function judgeLines(found: readonly string[], { bases, inFlight }: Expectation): Complaint | null {
  const isWhole = (base: readonly string[]): boolean => base.every((line, at) => found[at] === line);
  const base = bases.find(isWhole);
  if (base === undefined) {
    const [wanted = []] = bases;
    const at = wanted.findIndex((line, place) => found[place] !== line);
    return { kind: "lost", message: `entry ${at}: expected ${wanted[at]}found ${found[at] ?? "none"}` };
  }
  let next = 0;
  for (const line of found.slice(base.length)) {
    const at = inFlight.indexOf(line, next);
    if (at === -1) return { kind: "invented", message: `expected an entry that was written, found ${line}` };
    next = at + 1;
  }
  return null;
}

/** Compares the answers of the engines with a plain fold of the entries. */
function judgeAnswers(journal: string, engine: Engine): Complaint | null {
  const entries = readAll(journal, { engine: "js" });
  const found = scan(journal, { engine });
  const isSame =
    isDeepStrictEqual(found.leases, replay(entries)) && isDeepStrictEqual(found.generations, leaseGenerations(entries));
  return isSame
    ? null
    : { kind: "invented", message: `scan: expected the leases of the entries, found ${found.leases}` };
}

/** The lane must be granted at once, the next reader must see it, and the lock must be free again. */
function judgeWriting(open: OpenJournal, before: readonly string[], recovery: Recovery): Complaint | null {
  const numbers = open.nextSeq();
  const highest = Math.max(0, ...open.generations().map(({ generation }) => generation));
  const leases = new OpenLeases(open, checkLeasesOptions({ owner: "after the cut" }));
  const answer = leases.acquire({ lane: "lane of the recovery" });
  if (!answer.ok) return { kind: "stuck", message: `expected the lane free, found ${answer.reason}` };
  const after = linesOf(open.path);
  const wanted = [...before, formatLine(answer.entry)];
  if (!isDeepStrictEqual(after, wanted)) {
    return { kind: "lost", message: `after the next append: expected ${wanted.join("")}found ${after.join("")}` };
  }
  if (answer.entry["seq"] !== numbers || (answer.generation ?? 0) <= highest) {
    const found = `seq ${answer.entry["seq"]}, generation ${answer.generation}`;
    return { kind: "invented", message: `expected seq ${numbers}, a generation above ${highest}, found ${found}` };
  }
  const lock = `${dirname(open.path)}/.lane-lease.lock`;
  if (existsSync(lock)) return { kind: "stuck", message: `expected no lock after a call, found ${lock}` };
  return recovery.compacts ? judgeCompacting(open) : null;
}

function judgeCompacting(open: OpenJournal): Complaint | null {
  const before = { leases: open.replay(), generations: open.generations(), next: open.nextSeq() };
  open.compact();
  const after = { leases: open.replay(), generations: open.generations(), next: open.nextSeq() };
  if (isDeepStrictEqual(before, after)) return null;
  const message = `after a compaction: expected ${JSON.stringify(before)}, found ${JSON.stringify(after)}`;
  return { kind: "lost", message };
}
