// Compares the liveness and the attempts of random journals on both engines with naive folds.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import {
  attempts,
  type Engine,
  JournalError,
  type KnownRun,
  type LeaseLiveness,
  liveness,
  progress,
} from "../../src/index.js";
import { families, makeJournal } from "../generate/journal.js";
import { listNaively } from "../generate/oracle.js";
import { foldNaively, keyOf, nobody, type Thing, textOf } from "../generate/oracle-fold.js";
import { stampNaively } from "../generate/oracle-notes.js";
import { makeFolder, removeFolders } from "../generate/place.js";
import { Random } from "../generate/random.js";
import { chooseJournalCount, chooseSeed } from "../generate/seed.js";
import { engines } from "../support/engines.js";
import { attemptsNaively, progressNaively, verdictNaively } from "./oracle.js";

const seed = chooseSeed("liveness");
const perFamily = Math.ceil(chooseJournalCount() / 4 / families.length);
const path = join(makeFolder("liveness"), "journal.jsonl");
const met = { leases: 0, others: 0, events: 0, ADVANCING: 0, SPINNING: 0, STALLED: 0, aheadOfTheClock: 0 };

afterAll(removeFolders);

/** The random journals tell the time from midnight on. */
const midnight = Date.parse("2026-03-04T00:00:00Z");

/** Says something about a few identities of the journal, and about one that it does not have. */
function makeRuns(r: Random, entries: Thing[], nowMs: number): Map<string, KnownRun> {
  const things = [...r.shuffled(entries).slice(0, 3), { lane: "nowhere", loop_ts: "t" }];
  const runs = new Map<string, KnownRun>();
  for (const thing of things) {
    const key = keyOf(thing);
    if (key === nobody) continue;
    const minutes = r.pick([0, 29, 30, 31, 300]);
    const startedAt = r.pick([undefined, new Date(nowMs - minutes * 60_000 + r.pick([0, -1, 1]))]);
    const known = { startedAt, commits: r.pick([0, 0, 0, 1]), isGone: r.pick([undefined, undefined, false, true]) };
    runs.set(key, { lane: textOf(thing["lane"]), loopTs: textOf(thing["loop_ts"]), ...known });
  }
  return runs;
}

function judge(engine: Engine, nowMs: number, runs: Map<string, KnownRun>): LeaseLiveness[] | string {
  try {
    return liveness(path, { engine, now: new Date(nowMs), runs: [...runs.values()] });
  } catch (error) {
    if (error instanceof JournalError) return error.code;
    throw error;
  }
}

interface Case {
  name: string;
  entries: Thing[];
  nowMs: number;
  runs: Map<string, KnownRun>;
}

function expectNaive(found: LeaseLiveness[], { name, entries, nowMs, runs }: Case): void {
  const { leases } = foldNaively(entries);
  expect(
    found.flatMap(({ lease }) => (lease === undefined ? [] : [lease])),
    name,
  ).toEqual(leases);
  const judged = new Set(found.map(({ lane, loop_ts }) => keyOf({ lane, loop_ts })));
  expect([...runs.keys()].filter((key) => !judged.has(key))).toEqual([]);
  for (const { lane, loop_ts, lease, verdict, reason: _, ...rest } of found) {
    const key = keyOf({ lane, loop_ts });
    const { startedAt, commits = 0, isGone = false } = runs.get(key) ?? {};
    const acquiredAt = stampNaively(lease?.["acquired_at"]);
    const start = startedAt instanceof Date ? startedAt.getTime() : acquiredAt;
    const naive = progressNaively(entries, key, { nowMs, startedAt: start });
    expect(rest, name).toEqual({ ...naive, commits, isGone });
    expect(verdict, name).toBe(verdictNaively(naive, { nowMs, commits, isGone }));
    met[lease === undefined ? "others" : "leases"]++;
    met[verdict]++;
    met.events += naive.events;
    if (naive.lastBeatAt !== null && naive.lastBeatAt > nowMs) met.aheadOfTheClock++;
  }
}

describe.each(families)("a random journal of the family $name", (family) => {
  it("has the same liveness on both engines as a naive fold tells", () => {
    for (let i = 0; i < perFamily; i++) {
      const name = `${seed}/${family.name}/${i}`;
      const r = new Random(name);
      const journal = makeJournal(family, name);
      writeFileSync(path, journal);
      const entries = listNaively(journal).entries.map(({ entry }) => entry);
      const nowMs = midnight + r.below(r.pick([5, 20, 120])) * 60_000 + r.pick([0, 500, 29_000, 29_500]);
      const runs = makeRuns(r, entries, nowMs);
      for (const engine of engines) {
        const found = judge(engine, nowMs, runs);
        if (typeof found === "string") expect(found, name).toBe("ERR_NOT_A_JOURNAL");
        else expectNaive(found, { name: `${name} ${engine}`, entries, nowMs, runs });
      }
    }
  });
});

const attemptNow = Date.parse("2026-03-04T12:00:00Z");

/** Draws stamps at the edges of the windows, some of them the same instant written in two ways. */
function makeAttempt(r: Random): Thing {
  const minutes = r.pick([0, 29, 30, 31, 359, 360, 361]);
  const stamp = new Date(attemptNow - minutes * 60_000).toISOString();
  const outcome = r.pick([...["shipped", "drained", "BLOCKED", " error ", "Error", "lost", "", null, 7]]);
  const schemas = [
    ...[{ family: "lane-journal", version: 1 }, undefined, 1, 2, 0, true, "1", { version: 2 }],
    ...[
      { family: "lane-journal", version: 2 },
      { family: "other", version: 1 },
      { family: "", version: 1 },
    ],
  ];
  return {
    op: r.pick(["ATTEMPT", "ATTEMPT", "ATTEMPT", "SPAWN"]),
    unit_id: r.pick(["U-1", "U-2", 3, ""]),
    outcome,
    schema: r.pick(schemas),
    ts: r.pick([stamp, `${stamp.slice(0, 19)}Z`, `${stamp.slice(0, 16)}Z`, `${stamp.slice(0, 19)}+00:00`, "soon"]),
  };
}

it("random attempts have the same cooldowns on both engines as a naive fold tells", () => {
  const states = new Set<string>();
  // Fewer would not meet every state.
  for (let i = 0; i < Math.max(perFamily, 400); i++) {
    const name = `${seed}/attempts/${i}`;
    const r = new Random(name);
    const entries = Array.from({ length: r.between(1, 12) }, () => makeAttempt(r));
    writeFileSync(path, entries.map((entry) => `${JSON.stringify(entry)}\n`).join(""));
    for (const engine of engines) {
      const found = attempts(path, { engine, now: new Date(attemptNow) });
      expect(found, `${name} ${engine}`).toEqual(attemptsNaively(entries, attemptNow));
      for (const { state, outcome } of found) states.add(`${outcome} ${state}`);
    }
  }
  expect([...states].sort()).toEqual([
    ...["blocked clear", "blocked cooling", "drained clear", "drained cooling"],
    ...["error clear", "error cooling", "shipped clear", "unknown clear", "unknown cooling"],
  ]);
});

it("progress is the part of liveness that is not a verdict", () => {
  const [family] = families;
  if (family === undefined) throw new Error("expected a family of journals");
  writeFileSync(path, makeJournal(family, `${seed}/progress`));
  const now = new Date(midnight + 3_600_000);
  for (const engine of engines) {
    const parts = liveness(path, { engine, now }).map(({ commits, isGone, verdict, reason, ...rest }) => rest);
    expect(progress(path, { engine, now })).toEqual(parts);
  }
});

it("the random journals met everything", () => {
  for (const [what, times] of Object.entries(met)) expect(times, what).toBeGreaterThan(0);
});
