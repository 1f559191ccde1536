// Tests that an open journal links one lock file for several decisions, and when it must write a new one.
import { spawnSync } from "node:child_process";
import { appendFileSync, mkdirSync, readFileSync, renameSync, statSync, unlinkSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { openJournal } from "../../src/index.js";
import { acquireLock, discardSpares, type HeldLock, type LockOptions, readLock } from "../../src/lock/lock.js";
import { builtFile } from "../support/built.js";
import { diskWith, failureOf, filesIn, makePlace, openOf, type Place, readIfThere, tryAcquire } from "./place.js";

const sparePattern = /^\.lane-lease\.lock\.new-/;
const places: Place[] = [];

afterEach(() => {
  for (const { journal } of places.splice(0)) discardSpares(journal);
});

function makeSparePlace(): Place {
  const place = makePlace();
  places.push(place);
  return place;
}

function acquire(place: Place, options: LockOptions = {}): HeldLock {
  return acquireLock(place.journal, { waitMs: 0, reuses: true, ...options });
}

/** Acquires and releases the lock; returns the owner and the inode of the lock file. */
function enter(place: Place, options?: LockOptions): { owner: string; inode: number } {
  const held = acquire(place, options);
  held.check();
  const inode = statSync(place.lock).ino;
  held.release();
  return { owner: held.owner, inode };
}

function sparesIn(place: Place): string[] {
  return filesIn(place).filter((name) => sparePattern.test(name));
}

describe("a reused lock file", () => {
  test("is fsynced once for several acquisitions", () => {
    const place = makeSparePlace();
    let fsyncs = 0;
    const disk = diskWith((call) => void (call === "fsync" && fsyncs++));
    const entered = Array.from({ length: 5 }, () => enter(place, { disk }));
    expect(fsyncs).toBe(1);
    expect(new Set(entered.map(({ inode }) => inode)).size).toBe(1);
    expect(filesIn(place)).toEqual(sparesIn(place));
  });

  test("has its name removed by each release, and is deleted by discardSpares", () => {
    const place = makeSparePlace();
    const { disk, open } = openOf(diskWith(() => undefined));
    enter(place, { disk });
    expect(readIfThere(place.lock)).toBeUndefined();
    expect(open.size).toBe(1);
    discardSpares(place.journal);
    expect(filesIn(place)).toEqual([]);
    expect(open.size).toBe(0);
  });

  test("names the time of its link as the time of acquisition", () => {
    const place = makeSparePlace();
    const began = Date.now();
    enter(place, { now: () => began - 30_000 });
    const held = acquire(place, { now: () => began - 29_000 });
    const state = readLock(place.journal, { now: () => began });
    held.release();
    expect(readIfThere(place.lock)).toBeUndefined();
    if (!state.held) throw new Error("expected a lock that is held");
    expect(Math.abs(Date.parse(state.acquiredAt) - began)).toBeLessThan(20_000);
  });
});

describe("a new lock file is written", () => {
  const minute = 60_000;

  test.each([
    { when: "more than a minute after the stamp", laterMs: minute + 1000 },
    { when: "if the clock was set back", laterMs: -1000 },
  ])("$when", ({ laterMs }) => {
    const place = makeSparePlace();
    const at = Math.floor(Date.now() / 1000) * 1000;
    const first = enter(place, { now: () => at });
    const second = enter(place, { now: () => at + laterMs });
    expect(second.owner).not.toBe(first.owner);
    expect(sparesIn(place).length).toBe(1);
  });

  test("for another label", () => {
    const place = makeSparePlace();
    const first = enter(place);
    expect(enter(place, { label: "another" }).owner).toMatch(/^another:/);
    expect(enter(place).owner).not.toBe(first.owner);
    expect(sparesIn(place).length).toBe(1);
  });

  test("if the old one was deleted", () => {
    const place = makeSparePlace();
    const first = enter(place);
    for (const name of sparesIn(place)) unlinkSync(join(place.folder, name));
    expect(enter(place).owner).not.toBe(first.owner);
  });

  test("if the folder was renamed and created again", () => {
    const place = makeSparePlace();
    const first = enter(place);
    renameSync(place.folder, `${place.folder}-away`);
    mkdirSync(place.folder);
    expect(enter(place).owner).not.toBe(first.owner);
    renameSync(`${place.folder}-away`, join(place.folder, "away"));
  });

  test("after another process wrote to the old one, whose holder then loses the lock", () => {
    const place = makeSparePlace();
    const first = enter(place);
    for (const name of sparesIn(place)) appendFileSync(join(place.folder, name), "released: yes\n");
    const held = acquire(place);
    expect(held.owner).toBe(first.owner);
    expect(failureOf(() => held.check()).code).toBe("ERR_LOCK_LOST");
    held.release();
    expect(enter(place).owner).not.toBe(first.owner);
  });

  test("if the process was stopped for longer than a minute just before the link", () => {
    const place = makeSparePlace();
    let at = Math.floor(Date.now() / 1000) * 1000;
    const now = (): number => at;
    let stops = false;
    const disk = diskWith((call, [, to]) => {
      if (stops && call === "link" && to === place.lock) at += minute + 5000;
      if (call === "link") stops = false;
    });
    const first = enter(place, { now, disk });
    stops = true;
    const second = enter(place, { now, disk });
    expect(second.owner).not.toBe(first.owner);
    expect(sparesIn(place).length).toBe(1);
  });
});

describe("while another acquires the same lock", () => {
  /** The other process acts before the call of this number; 0 means never. */
  function interleave(stopAt: number, otherReuses: boolean): number {
    const place = makeSparePlace();
    let calls = -1;
    let other: HeldLock | undefined;
    const disk = diskWith(() => {
      if (calls >= 0 && ++calls === stopAt) other = tryAcquire(place, { label: "other", reuses: otherReuses });
    });
    enter(place, { disk });
    calls = 0;
    const held = tryAcquire(place, { disk, reuses: true });
    const count = calls;
    calls = -1;
    const writers = [held, other].filter((each) => each !== undefined);
    for (const each of writers) each.check();
    expect(writers.length, `stopped before call ${stopAt}`).toBe(1);
    expect(readIfThere(place.lock)).toContain(writers[0]?.owner);
    held?.release();
    other?.release();
    expect(readIfThere(place.lock)).toBeUndefined();
    discardSpares(place.journal);
    expect(filesIn(place), `stopped before call ${stopAt}`).toEqual([]);
    return count;
  }

  test.each([{ otherReuses: false }, { otherReuses: true }])(
    "exactly one holds it, before whichever call the other acts (other reuses: $otherReuses)",
    ({ otherReuses }) => {
      const calls = interleave(0, otherReuses);
      expect(calls).toBeGreaterThan(1);
      for (let stopAt = 1; stopAt <= calls; stopAt++) interleave(stopAt, otherReuses);
    },
  );
});

describe("an open journal", () => {
  test("deletes its file when it is closed", () => {
    const place = makeSparePlace();
    const journal = openJournal(place.journal);
    journal.append({ op: "HALT" });
    expect(sparesIn(place).length).toBe(1);
    journal.close();
    expect(filesIn(place)).toEqual(["journal.jsonl"]);
  });

  test("deletes its file when the process exits without closing it", () => {
    const place = makeSparePlace();
    const program = `import { openJournal } from ${JSON.stringify(builtFile("src/index.js").href)};
      openJournal(${JSON.stringify(place.journal)}).append({ op: "HALT" });`;
    const { status, stderr } = spawnSync(process.execPath, ["--input-type=module", "--eval", program]);
    expect({ status, stderr: String(stderr) }).toEqual({ status: 0, stderr: "" });
    expect(filesIn(place)).toEqual(["journal.jsonl"]);
  });

  test("keeps the files of at most 16 journals", () => {
    const all = Array.from({ length: 20 }, makeSparePlace);
    const journals = all.map(({ journal }) => openJournal(journal));
    for (const journal of journals) journal.append({ op: "HALT" });
    expect(all.filter((place) => sparesIn(place).length > 0).length).toBe(16);
    for (const journal of journals) journal.append({ op: "HALT" });
    for (const journal of journals) journal.close();
    expect(all.flatMap((place) => sparesIn(place))).toEqual([]);
    expect(all.map(({ journal }) => readFileSync(journal, "utf8").split("\n").length - 1)).toEqual(all.map(() => 2));
    expect(new Set(all.map(({ journal }) => dirname(journal))).size).toBe(20);
  });
});
