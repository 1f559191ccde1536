// Defines the scenarios: calls of writers in a folder, each with the expected content of the journal.
import { mkdirSync, utimesSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { type Disk, nodeDisk } from "../../src/file/disk.js";
import { slotFolder } from "../../src/file/ship-slot.js";
import { type Entry, formatLine, type Lease } from "../../src/index.js";
import { OpenJournal } from "../../src/journal/journal.js";
import { planJournal } from "../../src/journal/plan.js";
import { OpenLeases } from "../../src/leases/leases.js";
import { checkLeasesOptions } from "../../src/leases/request.js";
import type { LeaseDone, LeaseRefused } from "../../src/leases/types.js";
import { acquireLock, breakLock } from "../../src/lock/lock.js";
import { systemProcesses } from "../../src/lock/process.js";
import { formatLock } from "../../src/lock/text.js";
import { createAppender } from "../../src/write/append.js";
import { engineNamed } from "../compact/compacting.js";

/** What a scenario works with. */
export interface Stage {
  journal: string;
  disk: Disk;
  /** Runs one call; the entries it returns are acknowledged. */
  call(run: () => readonly Entry[]): void;
  /** Runs one call that must fail. The entry must not be there afterwards. */
  failing(entry: Entry, run: () => unknown): void;
}

export interface Scenario {
  name: string;
  /** The path of the journal in the folder of the scenario. */
  journal: string;
  /** Creates the initial content, which is durable. */
  prepare(journal: string): void;
  /** Returns the disk below the recorder, with its faults. */
  below?(): Disk;
  run(stage: Stage): void;
}

const engine = engineNamed("native");

function line(entry: Entry): string {
  return formatLine({ seq: 1, ts: "2026-01-01T00:00:00Z", ...entry });
}

const oldLines = [
  line({ op: "ACQUIRE", lane: "old", loop_ts: "l0", lease: { lane: "old", loop_ts: "l0", holder: "anna" } }),
  line({ op: "REFUSE", lane: "old", reason: "held", seq: 2 }),
  line({ op: "ACQUIRE", lane: "gone", loop_ts: "l1", seq: 3 }),
  line({ op: "RELEASE", lane: "gone", loop_ts: "l1", seq: 4 }),
].join("");

function start(text: string | Buffer): (journal: string) => void {
  return (journal) => {
    mkdirSync(dirname(journal), { recursive: true });
    writeFileSync(journal, text);
  };
}

function acquireOf(lane: string, more: Lease = {}): Entry {
  return { op: "ACQUIRE", lane, loop_ts: `loop of ${lane}`, lease: { lane, loop_ts: `loop of ${lane}`, ...more } };
}

function appendTwice({ journal, disk, call }: Stage): void {
  const append = createAppender(() => engine, { disk });
  call(() => [append(acquireOf("alpha"), journal)]);
  call(() => [append({ op: "RELEASE", lane: "alpha", loop_ts: "loop of alpha" }, journal)]);
}

function openOn({ journal, disk }: Stage, label = "writer"): OpenJournal {
  return new OpenJournal(planJournal(journal, { label, lockWaitMs: 200 }, () => engine, { disk }));
}

function entryOf(answer: LeaseDone | LeaseRefused | { entry: Entry | null }): Entry[] {
  return answer.entry === null ? [] : [answer.entry];
}

function useLeases(stage: Stage): void {
  const options = { owner: "anna", reclaimDead: true, lockWaitMs: 200 };
  const leases = new OpenLeases(openOn(stage, "anna"), checkLeasesOptions(options));
  stage.call(() => entryOf(leases.acquire({ lane: "north", tree: ["a/", "b/"], ttlMinutes: 5 })));
  stage.call(() => entryOf(leases.acquire({ lane: "north" })));
  stage.call(() => entryOf(leases.heartbeat({ lane: "north" })));
  stage.call(() => entryOf(leases.adopt({ lane: "north", newHolder: "berta", newPid: process.pid })));
  stage.call(() => entryOf(leases.scavenge({ lane: "north" })));
  stage.call(() => entryOf(leases.acquire({ lane: "south" })));
  stage.call(() => entryOf(leases.release({ lane: "south" })));
  leases.close();
}

function compactBetween(stage: Stage, archive?: string): void {
  const journal = openOn(stage);
  const compact = (): Entry[] => {
    journal.compact(archive === undefined ? {} : { archive });
    return [];
  };
  stage.call(() => [journal.append(acquireOf("before"))]);
  stage.call(compact);
  stage.call(() => [journal.append(acquireOf("between"))]);
  stage.call(compact);
  stage.call(() => [journal.append({ op: "RELEASE", lane: "before", loop_ts: "loop of before" })]);
  journal.close();
}

function appendTogether(stage: Stage): void {
  const journal = openOn(stage);
  stage.call(() =>
    journal.appendAll(Array.from({ length: 24 }, (_, i) => acquireOf(`lane ${i}`, { note: "n".repeat(i) }))),
  );
  stage.call(() =>
    journal.transact((live) => live.slice(0, 3).map(({ lane, loop_ts }) => ({ op: "RELEASE", lane, loop_ts }))),
  );
  journal.close();
}

function lockAndLetGo(stage: Stage): void {
  const { journal, disk } = stage;
  for (const label of ["first", "second", "third"]) {
    stage.call(() => {
      const held = acquireLock(journal, { label, disk, waitMs: 200 });
      held.check();
      held.release();
      return [];
    });
  }
  acquireLock(journal, { label: "fourth", disk, waitMs: 200 });
  stage.call(() => {
    breakLock(journal, { disk });
    return [];
  });
  stage.call(() => [createAppender(() => engine, { disk })(acquireOf("after"), journal)]);
}

/** Leaves the lock of a writer that an earlier cut ended. */
function leaveDeadLock(journal: string): void {
  start(oldLines)(journal);
  const mark = { ...systemProcesses.self(), bootId: "00000000-0000-4000-8000-000000000000", pid: 4242, start: "17" };
  const fields = { ...mark, owner: "dead:0011223344556677", acquiredAt: "2026-01-01T00:00:00Z", uptime: "5.00" };
  writeFileSync(`${dirname(journal)}/.lane-lease.lock`, formatLock({ ...fields }));
}

function leaveEmptyLock(journal: string): void {
  start(oldLines)(journal);
  const lock = `${dirname(journal)}/.lane-lease.lock`;
  writeFileSync(lock, "");
  utimesSync(lock, 1_700_000_000, 1_700_000_000);
}

function takeOver(stage: Stage): void {
  const journal = openOn(stage, "heir");
  stage.call(() => [journal.append(acquireOf("taken over"))]);
  stage.call(() => [journal.append(acquireOf("and again"))]);
  journal.close();
}

function failure(code: string): Error {
  return Object.assign(new Error(`${code}: injected`), { code });
}

/** Fails the third fsync of a file, or limits every write to 100 bytes and reports a full disk at the sixth. */
function failingDisk(call: "fsync" | "write"): Disk {
  let fsyncs = 0;
  let writes = 0;
  return {
    ...nodeDisk,
    fsync(fd) {
      if (call === "fsync" && nodeDisk.fstat(fd).kind !== "folder" && ++fsyncs === 3) throw failure("EIO");
      nodeDisk.fsync(fd);
    },
    write(fd, bytes) {
      if (call === "fsync") return nodeDisk.write(fd, bytes);
      if (++writes === 6) throw failure("ENOSPC");
      return nodeDisk.write(fd, bytes.subarray(0, 100));
    },
  };
}

/** The third append fails. Its entry has its own number and stamp, so that it would be recognised. */
function appendPastFailure({ journal, disk, call, failing }: Stage): void {
  const append = createAppender(() => engine, { disk });
  call(() => [append(acquireOf("one"), journal)]);
  call(() => [append(acquireOf("two"), journal)]);
  const ghost = { ...acquireOf("ghost", { note: "g".repeat(150) }), seq: 90, ts: "2026-01-02T00:00:00Z" };
  failing(ghost, () => append(ghost, journal));
  call(() => [append(acquireOf("four"), journal)]);
}

const tears: Record<string, string | Buffer> = {
  "half a line": `${oldLines}{"op": "ACQUIRE", "lane": "to`,
  "a NUL tail (A12)": Buffer.concat([Buffer.from(oldLines), Buffer.alloc(700)]),
  "a line without its LF": oldLines.slice(0, -1),
  "a bad line with its LF (A7)": `${oldLines}{"op": "ACQ\n`,
};

const longNote = "0123456789abcdef".repeat(160);

/** Each compaction keeps the old file in the slot, where nothing removes it. */
export const slotScenario: Scenario = {
  name: "compaction with a slot",
  journal: "j.jsonl",
  prepare(journal) {
    start(oldLines)(journal);
    mkdirSync(slotFolder(journal));
  },
  run: (stage) => compactBetween(stage),
};

export const scenarios: readonly Scenario[] = [
  {
    name: "append to a new file in new folders (A11)",
    journal: "a/b/j.jsonl",
    prepare: () => undefined,
    run: appendTwice,
  },
  { name: "append to a journal", journal: "j.jsonl", prepare: start(oldLines), run: appendTwice },
  ...Object.entries(tears).map(
    ([tear, text]): Scenario => ({
      name: `append after ${tear} (A1)`,
      journal: "j.jsonl",
      prepare: start(text),
      run: appendTwice,
    }),
  ),
  {
    name: "append of lines longer than a sector",
    journal: "j.jsonl",
    prepare: start(oldLines),
    run({ journal, disk, call }) {
      const append = createAppender(() => engine, { disk });
      for (const lane of ["x", "y"]) call(() => [append(acquireOf(lane, { note: longNote }), journal)]);
    },
  },
  { name: "group append", journal: "j.jsonl", prepare: start(oldLines), run: appendTogether },
  { name: "group append to a new file", journal: "n/j.jsonl", prepare: () => undefined, run: appendTogether },
  { name: "lock taken, released and broken (B2)", journal: "j.jsonl", prepare: start(oldLines), run: lockAndLetGo },
  { name: "lock of a dead holder (B4)", journal: "j.jsonl", prepare: leaveDeadLock, run: takeOver },
  { name: "empty lock, old enough (B2)", journal: "j.jsonl", prepare: leaveEmptyLock, run: takeOver },
  { name: "compaction (A3)", journal: "j.jsonl", prepare: start(oldLines), run: (stage) => compactBetween(stage) },
  {
    name: "compaction of a damaged journal (A7)",
    journal: "j.jsonl",
    prepare: start(`{"op": "ACQ\n${tears["half a line"]}`),
    run: (stage) => compactBetween(stage),
  },
  {
    name: "compaction with an archive (A13)",
    journal: "d/j.jsonl",
    prepare: start(oldLines),
    run: (stage) => compactBetween(stage, `${dirname(stage.journal)}/old/archive`),
  },
  slotScenario,
  { name: "leases", journal: "j.jsonl", prepare: start(oldLines), run: useLeases },
  { name: "leases in a new journal", journal: ".dos/j.jsonl", prepare: () => undefined, run: useLeases },
  {
    name: "append whose fsync fails (A6)",
    journal: "j.jsonl",
    prepare: start(oldLines),
    below: () => failingDisk("fsync"),
    run: appendPastFailure,
  },
  {
    name: "append to a disk that is full (A2)",
    journal: "j.jsonl",
    prepare: start(oldLines),
    below: () => failingDisk("write"),
    run: appendPastFailure,
  },
];
