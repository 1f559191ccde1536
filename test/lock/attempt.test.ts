// Checks what one attempt to take a lock reads, writes, sweeps and leaves alone, while others act between two calls.
import { statSync, unlinkSync, utimesSync } from "node:fs";
import { describe, expect, test } from "vitest";
import type { LockSite } from "../../src/lock/aside.js";
import { LockAttempt, type Outcome } from "../../src/lock/attempt.js";
import { acquireLock } from "../../src/lock/lock.js";
import {
  diskWith,
  failureOf,
  filesIn,
  type Intruder,
  makePlace,
  missingPid,
  openOf,
  ownText,
  type Place,
  referenceText,
  siteOf,
  stampAgo,
  systemFailure,
  tryAcquire,
  writeLock,
} from "./place.js";

const atNoon = Date.parse("2026-06-01T12:00:00Z");
const publishing = /\.new-\S* \S*\.lane-lease\.lock$/;
const day = 24 * 3600;

/** A lock that comes and goes: each link finds one, each look finds none. */
const elusive: Intruder = (call, given) => {
  if (call === "link" && publishing.test(given.join(" "))) throw systemFailure("EEXIST", call);
};

function attemptAt(
  place: Place,
  intruder: Intruder,
  clock: { now: number },
): { attempt: LockAttempt; calls: string[] } {
  const calls: string[] = [];
  const disk = diskWith((call, given) => {
    calls.push(call);
    intruder(call, given);
  });
  const site: LockSite = siteOf(place.lock, disk);
  const world = { ...site.world, now: () => clock.now };
  return { attempt: new LockAttempt({ ...site, world }, "agent"), calls };
}

const countOf = (calls: readonly string[], name: string): number => calls.filter((call) => call === name).length;

describe("a lock that comes and goes", () => {
  test("is tried four times with one file before a pause", () => {
    const place = makePlace();
    const { attempt, calls } = attemptAt(place, elusive, { now: atNoon });
    expect(attempt.tryOnce({ isLast: false })).toEqual({ busy: undefined });
    expect({ links: countOf(calls, "link"), written: countOf(calls, "fsync") }).toEqual({ links: 4, written: 1 });
    attempt.end();
    expect(filesIn(place)).toEqual([]);
  });

  test("is waited for like a held one, and the error says that others took it", () => {
    const place = makePlace();
    const failure = failureOf(() => acquireLock(place.journal, { waitMs: 5, disk: diskWith(elusive) }));
    const why = `the lock ${place.lock} was taken by another process at each try; waited 5 ms`;
    expect(failure.message).toBe(`cannot write to ${place.journal}: ${why}`);
    expect(filesIn(place)).toEqual([]);
  });

  test("is tried with a file stamped in the current second, because the reference reads the stamp", () => {
    const place = makePlace();
    const clock = { now: atNoon };
    const { attempt, calls } = attemptAt(place, elusive, clock);
    const triedAt = (now: number): { outcome: Outcome; written: number; files: number } => {
      clock.now = now;
      return {
        outcome: attempt.tryOnce({ isLast: false }),
        written: countOf(calls, "fsync"),
        files: filesIn(place).length,
      };
    };
    const outcome = { busy: undefined };
    expect(triedAt(atNoon)).toEqual({ outcome, written: 1, files: 1 });
    expect(triedAt(atNoon + 999)).toEqual({ outcome, written: 1, files: 1 });
    expect(triedAt(atNoon + 1000)).toEqual({ outcome, written: 2, files: 1 });
    attempt.end();
  });
});

describe("a lock that is held", () => {
  test("is only read", () => {
    const place = makePlace();
    writeLock(place, ownText());
    const { attempt, calls } = attemptAt(place, () => undefined, { now: Date.now() });
    expect(attempt.tryOnce({ isLast: false })).toMatchObject({ busy: { fields: { owner: "other:1" } } });
    expect(new Set(calls)).toEqual(new Set(["lstat", "open", "fstat", "read", "close"]));
  });

  test("by a dead holder causes an error that says that another process is taking it over", () => {
    const place = makePlace();
    writeLock(place, ownText({ pid: missingPid }));
    // The claim exists when this process creates its own, and is gone when it reads it.
    const disk = diskWith((call, [, to]) => {
      if (call === "link" && String(to).includes(".claim-")) throw systemFailure("EEXIST", call);
    });
    const failure = failureOf(() => acquireLock(place.journal, { waitMs: 0, disk }));
    expect(failure.message).toContain(`is held by other:1 (pid ${missingPid}`);
    expect(failure.message).toMatch(/, dead\) since .*; waited 0 ms; another process is taking it over$/);
    expect(filesIn(place)).toEqual([".lane-lease.lock"]);
  });
});

describe("the folder of a lock", () => {
  test("is swept only at the first lock of a process and after each takeover", () => {
    const place = makePlace();
    const sweepsOf = (): number => {
      let sweeps = 0;
      const disk = diskWith((call) => {
        if (call === "readdir") sweeps++;
      });
      acquireLock(place.journal, { waitMs: 0, disk }).release();
      return sweeps;
    };
    expect([sweepsOf(), sweepsOf()]).toEqual([1, 0]);
    writeLock(place, ownText({ pid: missingPid }));
    expect([sweepsOf(), sweepsOf()]).toEqual([1, 0]);
  });
});

describe("a lock with a stamp and a time in the future", () => {
  /** Returns by how many milliseconds the time of the file changes when an attempt finds this clock. */
  function moved(place: Place, now: () => number): number {
    const before = statSync(place.lock).mtimeMs;
    const { disk, open } = openOf(diskWith(() => undefined));
    expect(tryAcquire(place, { disk, now })).toBeUndefined();
    expect(open.size).toBe(0);
    return statSync(place.lock).mtimeMs - before;
  }

  test("ages from now on if its holder is unknown", () => {
    const place = makePlace();
    writeLock(place, referenceText("agent", -day), -day);
    expect(moved(place, Date.now)).toBeLessThan(-86_000_000);
  });

  test("stays unchanged if its holder lives", () => {
    const place = makePlace();
    writeLock(place, ownText({ acquiredAt: stampAgo(-day) }), -day);
    expect(moved(place, Date.now)).toBe(0);
  });

  test("is not in the future in the second of its stamp", () => {
    const place = makePlace();
    const acquiredAt = stampAgo(0);
    writeLock(place, ownText({ bootId: "", acquiredAt }), -day);
    expect(moved(place, () => Date.parse(acquiredAt))).toBe(0);
  });

  test("is not in the future by a second, because the clocks of two hosts may differ", () => {
    const place = makePlace();
    writeLock(place, referenceText("agent", -day));
    const second = Math.floor(Date.now() / 1000);
    utimesSync(place.lock, second, second);
    expect(moved(place, () => second * 1000 - 1000)).toBe(0);
    expect(moved(place, () => second * 1000 - 1001)).toBe(-1001);
  });

  test("is left to the next attempt if it disappears meanwhile", () => {
    const place = makePlace();
    writeLock(place, referenceText("agent", -day), -day);
    let opens = 0;
    const disk = diskWith((call, [path]) => {
      if (call === "open" && path === place.lock && ++opens === 2) unlinkSync(place.lock);
    });
    expect(tryAcquire(place, { disk })).toBeUndefined();
    expect(filesIn(place)).toEqual([]);
  });
});
