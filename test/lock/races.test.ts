// Interleaves two processes that want the same lock, call by call: at most one may hold it, and the other must notice.
import { renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import type { Disk } from "../../src/file/disk.js";
import { acquireLock, type HeldLock, type LockOptions } from "../../src/lock/lock.js";
import {
  diskWith,
  failureOf,
  filesIn,
  makePlace,
  missingPid,
  onceBefore,
  ownText,
  type Place,
  processesWith,
  readIfThere,
  referenceText,
  tryAcquire,
  writeLock,
} from "./place.js";

const atLock = /\.lane-lease\.lock$/;
/** Matches the rename of the lock file to a private name. */
const taking = /\.lane-lease\.lock \S*\.old-/;
/** Matches the link that turns an aside into the lock. */
const publishing = /\.new-\S* \S*\.lane-lease\.lock$/;
const claiming = /\.claim-\w+$/;

const always = { tryLock: () => true };

/** Returns those whose check, the last call before a write, permits the write. */
function writers(...helds: (HeldLock | undefined)[]): HeldLock[] {
  return helds.flatMap((held) => {
    try {
      held?.check();
      return held === undefined ? [] : [held];
    } catch (error) {
      expect(error).toMatchObject({ code: "ERR_LOCK_LOST" });
      return [];
    }
  });
}

/** Stops one acquirer before each of its calls in turn, while the other does all of its own. */
describe.each([
  { engine: "with the guard", guard: always },
  { engine: "without the guard", guard: undefined },
])("two thieves of one dead lock, $engine", ({ guard }) => {
  function interleave(stopAt: number, whole: boolean): { calls: number; place: Place } {
    const place = makePlace();
    writeLock(place, ownText({ pid: missingPid }));
    let calls = 0;
    let second: HeldLock | undefined;
    const disk = diskWith(() => {
      calls++;
      if (calls !== stopAt) return;
      second = tryAcquire(place, { label: "second", guard });
      if (whole) second?.release();
    });
    const first = tryAcquire(place, { label: "first", guard, disk });
    const entered = writers(first, whole ? undefined : second);
    expect(entered.length, `stopped before call ${stopAt}`).toBeLessThanOrEqual(1);
    const [last] = entered;
    if (last !== undefined) expect(readIfThere(place.lock)).toContain(last.owner);
    first?.release();
    second?.release();
    return { calls, place };
  }

  test.each([
    { what: "and stays", whole: false },
    { what: "and leaves", whole: true },
  ])("B6: at most one may write if the second enters $what before any call of the first", ({ whole }) => {
    const { calls } = interleave(0, whole);
    expect(calls).toBeGreaterThan(15);
    for (let stopAt = 1; stopAt <= calls; stopAt++) {
      const { place } = interleave(stopAt, whole);
      const next = acquireLock(place.journal, { waitMs: 0, guard });
      next.release();
      expect(filesIn(place), `stopped before call ${stopAt}`).toEqual([]);
    }
  });
});

describe("a thief and a holder whose state is unknown", () => {
  /** Sees the holder from another pid namespace: its state is unknown, and it is old by then. */
  const elsewhere: LockOptions = {
    processes: processesWith({ namespace: "pid:[7]" }, () => "gone"),
    now: () => Date.now() + 400_000,
  };

  function oldHolder(place: Place, disk?: Disk): HeldLock {
    const held = acquireLock(place.journal, { label: "slow", disk });
    const text = readIfThere(place.lock) ?? "";
    expect(text).toContain("uptime: ");
    return held;
  }

  test("B5: let the holder that resumes notice before its write, and keep the thief's lock", () => {
    const place = makePlace();
    const slow = oldHolder(place);
    const thief = stealing(place);
    expect(failureOf(() => slow.check()).code).toBe("ERR_LOCK_LOST");
    slow.release();
    thief.check();
    thief.release();
    expect(filesIn(place)).toEqual([]);
  });

  test("B5: keep the thief's lock, at whichever call of the release the thief comes", () => {
    const count = releaseWithThief(0);
    expect(count).toBeGreaterThan(6);
    for (let stopAt = 1; stopAt <= count; stopAt++) releaseWithThief(stopAt);
  });

  /**
   * Takes over as a process of another pid namespace would after 300 s. The boot id differs too, because by uptime the
   * lock is young.
   */
  function stealing(place: Place): HeldLock {
    return acquireLock(place.journal, {
      ...elsewhere,
      processes: processesWith({ bootId: "other", host: "other" }, () => "gone"),
      label: "thief",
      waitMs: 0,
    });
  }

  function releaseWithThief(stopAt: number): number {
    const place = makePlace();
    let calls = 0;
    let counting = false;
    let thief: HeldLock | undefined;
    const disk = diskWith(() => {
      if (counting && ++calls === stopAt) thief = attempt(() => stealing(place));
    });
    const slow = oldHolder(place, disk);
    counting = true;
    slow.release();
    counting = false;
    if (thief !== undefined) {
      thief.check();
      thief.release();
    }
    const next = acquireLock(place.journal, { waitMs: 0, ...(stopAt === 0 ? {} : { now: Date.now }) });
    next.release();
    expect(filesIn(place).filter((name) => !/\.(old|new|claim)-/.test(name))).toEqual([]);
    return calls;
  }

  function attempt(run: () => HeldLock): HeldLock | undefined {
    try {
      return run();
    } catch (error) {
      expect(error).toMatchObject({ code: "ERR_LOCK_BUSY" });
      return undefined;
    }
  }
});

describe("a lock shared with the reference", () => {
  const enter = (place: Place): void => writeFileSync(place.lock, referenceText("agent", 0), { flag: "wx" });

  test("B6: is put back if it is fresh and was moved away by mistake", () => {
    const place = makePlace();
    writeLock(place, referenceText("gone", 400));
    const swap = onceBefore("rename", taking, () => {
      rmSync(place.lock);
      enter(place);
    });
    expect(tryAcquire(place, { disk: diskWith(swap) })).toBeUndefined();
    expect(readIfThere(place.lock)).toContain("owner: agent\n");
    expect(filesIn(place)).toEqual([".lane-lease.lock"]);
  });

  test("B6: is never put back over the lock of a third process that entered meanwhile", () => {
    const place = makePlace();
    writeLock(place, referenceText("gone", 400));
    const swap = onceBefore("rename", taking, () => {
      rmSync(place.lock);
      enter(place);
    });
    const third = onceBefore("lstat", /\.old-/, () => writeFileSync(place.lock, referenceText("third", 0)));
    const disk = diskWith((call, given) => {
      for (const intruder of [swap, third]) intruder(call, given);
    });
    expect(tryAcquire(place, { disk })).toBeUndefined();
    expect(readIfThere(place.lock)).toContain("owner: third\n");
  });

  test.each([
    ["a stale one was removed", "unlink", /\.old-/, 1],
    ["it was found free", "link", publishing, 1],
  ])("belongs to the process that creates it after %s", (_, call, fits, nth) => {
    const place = makePlace();
    if (call === "unlink") writeLock(place, referenceText("gone", 400));
    const disk = diskWith(onceBefore(call, fits, () => enter(place), nth));
    expect(tryAcquire(place, { disk })).toBeUndefined();
    expect(readIfThere(place.lock)).toContain("owner: agent\n");
    expect(filesIn(place)).toEqual([".lane-lease.lock"]);
  });

  test("is contested again if the reference steals the dead lock first", () => {
    const place = makePlace();
    writeLock(place, ownText({ pid: missingPid }), 400);
    const steal = onceBefore("rename", taking, () => rmSync(place.lock));
    const held = acquireLock(place.journal, { waitMs: 0, disk: diskWith(steal) });
    held.check();
    held.release();
    expect(filesIn(place)).toEqual([]);
  });

  test("does not stay held if the reference moves it away and puts it back after our release", () => {
    const place = makePlace();
    const held = acquireLock(place.journal);
    const away = join(place.folder, "taken-by-the-reference");
    renameSync(place.lock, away);
    expect(failureOf(() => held.check()).code).toBe("ERR_LOCK_LOST");
    held.release();
    renameSync(away, place.lock);
    const next = acquireLock(place.journal, { waitMs: 0 });
    next.check();
    next.release();
  });
});

test("a claim of a living thief blocks a second thief", () => {
  const place = makePlace();
  writeLock(place, ownText({ pid: missingPid }));
  let second: HeldLock | undefined;
  const meanwhile = onceBefore("open", atLock, () => (second = tryAcquire(place, { label: "second" })), 2);
  let claims = 0;
  const disk = diskWith((call, given) => {
    if (call === "link" && claiming.test(String(given[1]))) claims++;
    meanwhile(call, given);
  });
  const first = acquireLock(place.journal, { waitMs: 0, disk });
  expect(claims).toBe(1);
  expect(second).toBeUndefined();
  first.check();
  first.release();
});
