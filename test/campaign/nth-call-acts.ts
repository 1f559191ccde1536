// Defines what the fault campaigns do to a journal: append, lock, compact, acquire and release.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { JournalEngine } from "../../src/engine/engine.js";
import type { Disk } from "../../src/file/disk.js";
import { type Entry, formatLine, readAll, replay } from "../../src/index.js";
import { OpenJournal } from "../../src/journal/journal.js";
import { type JournalEdges, planJournal } from "../../src/journal/plan.js";
import { OpenLeases } from "../../src/leases/leases.js";
import { checkLeasesOptions } from "../../src/leases/request.js";
import { acquireLock } from "../../src/lock/lock.js";
import { systemProcesses } from "../../src/lock/process.js";
import { formatLock } from "../../src/lock/text.js";
import { createAppender } from "../../src/write/append.js";

export interface Place {
  folder: string;
  journal: string;
  archive: string;
}

export interface Act {
  name: string;
  /** The journal's file name in the folder of the trial. */
  file: string;
  prepare(place: Place): void;
  /** Returns once the act is acknowledged. */
  run(place: Place, disk: Disk, engine: JournalEngine): void;
  /** Returns whether the effect of the act is visible; `undefined` if the effect is temporary. */
  isDone(place: Place): boolean | undefined;
  /** Returns the live leases after the act, given those before it. */
  leases(before: readonly string[]): readonly string[];
  /** How many torn lines become sentinels through the act. */
  sentinels: number;
}

const owner = "campaign";
const laneCount = 4;
const damaged = '{"op": "RELEASE", "la\n';
const torn = '{"op": "ACQUIRE", "lane": "to';
const missingPid = 0x7ffffffe;

/** Writes a journal with leases, history and damage. */
function writeHistory({ journal }: Place, tail = ""): void {
  const stamp = "2026-01-01T00:00:00Z";
  const entries: Entry[] = Array.from({ length: laneCount }, (_, i) => {
    const lease = { lane: `lane ${i}`, loop_ts: `t${i}`, holder: owner, acquired_at: stamp, ttl_minutes: 50 };
    return { op: "ACQUIRE", lane: lease.lane, loop_ts: lease.loop_ts, lease, seq: i + 1, ts: stamp };
  });
  const refused = { op: "REFUSE", lane: "lane 0", reason: "held", seq: laneCount + 1, ts: stamp };
  writeFileSync(journal, `${entries.map(formatLine).join("")}${damaged}${formatLine(refused)}${tail}`);
}

export function openLeasesAt(place: Place, engine: JournalEngine, edges: JournalEdges = {}): OpenLeases {
  const options = { owner, lockWaitMs: 0, label: owner };
  const journal = new OpenJournal(planJournal(place.journal, options, () => engine, edges));
  return new OpenLeases(journal, checkLeasesOptions(options));
}

export function openAt(place: Place, engine: JournalEngine, edges: JournalEdges = {}): OpenJournal {
  return new OpenJournal(planJournal(place.journal, { lockWaitMs: 0, label: owner }, () => engine, edges));
}

/** An open journal keeps its lock file and a descriptor of it until it is closed. */
function closing<Open extends { close(): void }, Answer>(open: Open, act: (open: Open) => Answer): Answer {
  try {
    return act(open);
  } finally {
    open.close();
  }
}

const marked = { op: "ATTEMPT", unit_id: "marked" };

function hasMarked({ journal }: Place): boolean {
  return readAll(journal, { engine: "js" }).some((entry) => entry["unit_id"] === marked.unit_id);
}

function liveLanes({ journal }: Place): unknown[] {
  return replay(journal, { engine: "js" }).map((lease) => lease["lane"]);
}

const same = (before: readonly string[]): readonly string[] => before;

const append: Act = {
  name: "append to a torn tail",
  file: "journal.jsonl",
  prepare: (place) => writeHistory(place, torn),
  run(place, disk, engine) {
    let endTurn = (): void => undefined;
    const afterTurn = (close: () => void): void => {
      endTurn = close;
    };
    try {
      createAppender(() => engine, { disk, afterTurn })(marked, place.journal);
    } finally {
      endTurn();
    }
  },
  isDone: hasMarked,
  leases: same,
  sentinels: 1,
};

const appendNew: Act = {
  name: "append to a new journal in a new folder",
  file: "made/journal.jsonl",
  prepare: () => undefined,
  run(place, disk, engine) {
    closing(openAt(place, engine, { disk }), (journal) => journal.append(marked));
  },
  isDone: hasMarked,
  leases: same,
  sentinels: 0,
};

function takeAndLetGo({ journal }: Place, disk: Disk): void {
  const held = acquireLock(journal, { disk, waitMs: 0, label: owner });
  try {
    held.check();
  } finally {
    held.release();
  }
}

const lockFree: Act = {
  name: "lock that is free",
  file: "journal.jsonl",
  prepare: (place) => writeHistory(place),
  run: takeAndLetGo,
  isDone: () => undefined,
  leases: same,
  sentinels: 0,
};

const lockDead: Act = {
  ...lockFree,
  name: "lock of a dead holder",
  prepare(place) {
    writeHistory(place);
    const acquiredAt = "2026-01-01T00:00:00Z";
    const mark = { ...systemProcesses.self(), pid: missingPid };
    const text = formatLock({ ...mark, owner: "dead:1", acquiredAt, uptime: "" });
    writeFileSync(join(place.folder, ".lane-lease.lock"), text);
  },
};

const compact: Act = {
  name: "compaction with an archive",
  file: "journal.jsonl",
  prepare(place) {
    writeHistory(place);
    mkdirSync(place.archive);
  },
  run(place, disk, engine) {
    closing(openAt(place, engine, { disk }), (journal) => journal.compact({ archive: place.archive }));
  },
  isDone: ({ journal }) => existsSync(journal) && /^[^\n]*"op": "CHECKPOINT"/.test(readFileSync(journal, "utf8")),
  leases: same,
  sentinels: 0,
};

const acquire: Act = {
  name: "acquire of a lane",
  file: "journal.jsonl",
  prepare: (place) => writeHistory(place),
  run(place, disk, engine) {
    const answer = closing(openLeasesAt(place, engine, { disk }), (leases) =>
      leases.acquire({ lane: "wanted", loopTs: "now" }),
    );
    if (!answer.ok) throw new Error(`expected the lane, found it refused: ${answer.reason}`);
  },
  isDone: (place) => liveLanes(place).includes("wanted"),
  leases: (before) => [...before, "wanted now"],
  sentinels: 0,
};

const release: Act = {
  name: "release of a lane",
  file: "journal.jsonl",
  prepare: (place) => writeHistory(place),
  run(place, disk, engine) {
    const answer = closing(openLeasesAt(place, engine, { disk }), (leases) => leases.release({ lane: "lane 0" }));
    if (!answer.ok) throw new Error(`expected the release, found it refused: ${answer.reason}`);
  },
  isDone: (place) => !liveLanes(place).includes("lane 0"),
  leases: (before) => before.filter((lease) => lease !== "lane 0 t0"),
  sentinels: 0,
};

export const acts: readonly Act[] = [append, appendNew, lockFree, lockDead, compact, acquire, release];
