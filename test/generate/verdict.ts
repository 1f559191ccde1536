// Describes what two engines, the naive opinion or an invariant disagree about for a journal in a file; returns null if
// nothing.

import type { Engine, Entry } from "../../src/index.js";
import { compact, leaseGenerations, replay } from "../../src/index.js";
import type { Answers } from "./answers.js";
import { askEngine, notAJournal } from "./answers.js";
import type { Opinion } from "./oracle.js";
import { judgeNaively } from "./oracle.js";
import { foldNaively } from "./oracle-fold.js";
import { Random } from "./random.js";
import { renderExactly, showDifference } from "./render.js";

export interface Verdict {
  complaint: string | null;
  /** The answers of the first engine; absent if it threw. */
  answers?: Answers;
}

/**
 * The only error that an engine may throw because of a file's content is that it is not a journal; any other is a
 * complaint.
 */
export function judgeJournal(path: string, journal: Buffer, engines: readonly Engine[], seed: string): Verdict {
  let asking = "";
  try {
    const r = new Random(`${seed}/verdict`);
    const thorough = r.chance(0.2);
    const all = engines.map((engine) => {
      asking = `the ${engine} engine`;
      return { engine, answers: askEngine(path, engine, r.between(1, 4), thorough) };
    });
    asking = "the invariants";
    const [first, ...others] = all;
    if (first === undefined) throw new Error("expected an engine to ask, found none");
    for (const other of others) {
      const complaint = compareAnswers(
        first.answers.rendered,
        other.answers.rendered,
        `${other.engine} (expected: ${first.engine})`,
      );
      if (complaint !== null) return { complaint, answers: first.answers };
    }
    const opinion = judgeNaively(journal);
    const complaint = compareWithOpinion(opinion, first.answers) ?? findBrokenInvariant(r, first.answers, opinion);
    return { complaint, answers: first.answers };
  } catch (error) {
    return { complaint: `${asking} threw: ${error instanceof Error ? error.stack : String(error)}` };
  }
}

function compareAnswers(expected: Map<string, string>, found: Map<string, string>, who: string): string | null {
  for (const [question, answer] of expected) {
    const other = found.get(question) ?? "no answer";
    if (other !== answer) return `${question} of ${who} ${showDifference(answer, other)}`;
  }
  return null;
}

function compareWithOpinion(opinion: Opinion, { rendered, scan }: Answers): string | null {
  const { ops, generationCounter, entries, ...rest } = opinion;
  const orNot = (answer: string): string => (opinion.isJournal ? answer : notAJournal);
  const asked = new Map([
    ["readAll", renderExactly(entries)],
    ["entries", renderExactly(entries)],
    ["replay", orNot(renderExactly(opinion.leases))],
    ["nextSeq", orNot(String(opinion.nextSeq))],
    ["leaseGenerations", orNot(renderExactly(opinion.generations))],
    ...[0, 1, 2, 3, 4, 5].map((n): [string, string] => [`tail(${n})`, renderExactly(entries.slice(-n))]),
  ]);
  const expected = new Map([...asked].filter(([question]) => rendered.has(question)));
  const answered = new Map(rendered);
  const found: { [key: string]: unknown } = { ...scan };
  for (const [name, value] of Object.entries({ ...rest, entries: entries.length })) {
    expected.set(`scan.${name}`, renderExactly(value));
    answered.set(`scan.${name}`, renderExactly(found[name] ?? null));
  }
  expected.set("scan.ops", renderExactly([...ops].sort()));
  answered.set("scan.ops", renderExactly(Object.entries(scan.ops).sort()));
  return compareAnswers(expected, answered, "the engines (expected: the naive opinion)");
}

/** Checks the invariants of docs/format.md 7, and that the answers agree with each other. */
function findBrokenInvariant(
  r: Random,
  { readAll, scan, compact: compacted }: Answers,
  opinion: Opinion,
): string | null {
  const sum = Object.values(scan.ops).reduce<number>((total, count) => total + count, 0);
  const sentinels = readAll.filter(({ op }) => op === "_CORRUPT").length;
  const at = r.below(readAll.length + 1);
  const [before, after] = [readAll.slice(0, at), readAll.slice(at)];
  const split: Entry[] = [...compact(before), ...after];
  const [isLeases, inMemory] = [renderExactly(scan.leases), renderExactly(replay(readAll))];
  const checks: (readonly [fact: string, expected: unknown, found: unknown])[] = [
    ["replay of the entries is replay of the file", isLeases, inMemory],
    ["the counts by op add up to the entries", scan.entries, sum],
    ["scan.entries is the length of readAll", readAll.length, scan.entries],
    ["_CORRUPT is counted with stored sentinels", sentinels, scan.ops["_CORRUPT"] ?? 0],
    ["sentinels made are at most the _CORRUPT entries", true, scan.corrupt.count <= sentinels],
    ["compaction keeps the leases", isLeases, renderExactly(replay(compacted))],
    [`compaction of the first ${at} entries changes no replay of the rest`, isLeases, renderExactly(replay(split))],
    ["compaction does not lower nextSeq", scan.nextSeq, nextSeqOf(compacted)],
    ["compaction of a part does not lower nextSeq", scan.nextSeq, nextSeqOf(split)],
    ["compaction keeps the sentinels", sentinels, compacted.filter(({ op }) => op === "_CORRUPT").length],
  ];
  for (const [fact, expected, found] of checks) {
    if (expected !== found) return `${fact}: ${showDifference(String(expected), String(found))}`;
  }
  return findReusedGeneration(compacted, opinion);
}

/** An ACQUIRE after the compaction must get a number above all that were ever assigned, or none if none is left. */
function findReusedGeneration(compacted: Entry[], opinion: Opinion): string | null {
  const next = leaseGenerations([...compacted, { op: "ACQUIRE", lane: "the next one", loop_ts: "now" }]).at(-1);
  if (next !== undefined && next.generation > opinion.generationCounter) return null;
  if (next?.lane !== "the next one" && opinion.generationCounter === Number.MAX_SAFE_INTEGER) return null;
  return `a generation above ${opinion.generationCounter} after the compaction: found ${next?.generation}`;
}

/** Computes it in memory, by the page alone, because the function `nextSeq` takes a path. */
function nextSeqOf(entries: Entry[]): number {
  return foldNaively(entries).nextSeq;
}
