// Interleaves the release of a lock with an operator who breaks it, call by call: neither may remove the lock of a
// third process, not even for a moment.
import { chmodSync, statSync, writeFileSync } from "node:fs";
import { afterEach, describe, expect, test } from "vitest";
import type { Disk } from "../../src/file/disk.js";
import { releaseMark } from "../../src/lock/aside.js";
import { acquireLock, breakLock, discardSpares, type HeldLock, type LockOptions } from "../../src/lock/lock.js";
import {
  diskWith,
  failureOf,
  filesIn,
  type Intruder,
  makePlace,
  missingPid,
  onceBefore,
  ownText,
  type Place,
  readIfThere,
  systemFailure,
  tryAcquire,
  writeLock,
} from "./place.js";

const claiming = /\.claim-\w+$/;
const places: Place[] = [];

afterEach(() => {
  for (const { journal } of places.splice(0)) discardSpares(journal);
});

function makeReleasePlace(): Place {
  const place = makePlace();
  places.push(place);
  return place;
}

function acquire(place: Place, options: LockOptions = {}): HeldLock {
  return acquireLock(place.journal, { waitMs: 0, reuses: true, ...options });
}

/** Returns whether the lock was broken; false if it was just being removed. */
function tryBreak(place: Place, disk?: Disk): boolean {
  try {
    return breakLock(place.journal, { disk }).held;
  } catch (error) {
    expect(error).toMatchObject({ code: "ERR_LOCK_BUSY" });
    return false;
  }
}

/** Fails if a call moves the lock of anybody but `owner` away. */
function watchMoves(place: Place, ownerOf: () => string | undefined): Intruder {
  return (call, [from]) => {
    if (call !== "rename" || from !== place.lock) return;
    expect(readIfThere(place.lock) ?? "").toContain(`owner: ${ownerOf()}\n`);
  };
}

const isMarked = ({ lock }: Place): boolean => (statSync(lock).mode & releaseMark) !== 0;

describe("a release during which an operator breaks the lock", () => {
  /** The operator, and after him a third process, act before the call of this number; 0 means never. */
  function releaseWithBreak(stopAt: number): { calls: number; broken: boolean } {
    const place = makeReleasePlace();
    let calls = -1;
    let broken = false;
    let third: HeldLock | undefined;
    let held: HeldLock | undefined;
    const watch = watchMoves(place, () => held?.owner);
    const disk = diskWith((call, given) => {
      if (calls >= 0 && ++calls === stopAt) {
        broken = tryBreak(place);
        third = tryAcquire(place, { label: "third" });
      }
      watch(call, given);
    });
    held = acquire(place, { disk });
    calls = 0;
    held.release();
    const count = calls;
    calls = -1;
    third?.check();
    third?.release();
    expect(readIfThere(place.lock), `stopped before call ${stopAt}`).toBeUndefined();
    discardSpares(place.journal);
    expect(filesIn(place), `stopped before call ${stopAt}`).toEqual([]);
    return { calls: count, broken };
  }

  test("never moves the lock of a third process, before whichever of its calls the operator acts", () => {
    const { calls } = releaseWithBreak(0);
    expect(calls).toBeGreaterThan(5);
    const broken = Array.from({ length: calls }, (_, at) => releaseWithBreak(at + 1).broken);
    expect(broken[0]).toBe(true);
    expect(broken.filter(Boolean).length).toBe(1);
  });

  /**
   * The holder, and after it a third process, act before the operator's call of this number. His third call opens the
   * lock that he breaks.
   */
  function breakWithRelease(stopAt: number): number {
    const place = makeReleasePlace();
    const held = acquire(place);
    let calls = 0;
    let third: HeldLock | undefined;
    const watch = watchMoves(place, () => (stopAt > 3 ? held.owner : third?.owner));
    const disk = diskWith((call, given) => {
      if (++calls === stopAt) {
        held.release();
        third = tryAcquire(place, { label: "third" });
      }
      watch(call, given);
    });
    tryBreak(place, disk);
    if (stopAt > 3) third?.check();
    third?.release();
    held.release();
    acquireLock(place.journal, { waitMs: 0 }).release();
    discardSpares(place.journal);
    expect(filesIn(place), `stopped before call ${stopAt}`).toEqual([]);
    return calls;
  }

  test("never lets the operator move the lock of a third process, before whichever of his calls it ends", () => {
    const calls = breakWithRelease(Number.POSITIVE_INFINITY);
    expect(calls).toBeGreaterThan(15);
    for (let stopAt = 1; stopAt <= calls; stopAt++) breakWithRelease(stopAt);
  });
});

describe("the release mark", () => {
  test("is on the lock while it is removed, and no claim is", () => {
    const place = makeReleasePlace();
    const seen: { marked: boolean; claims: number }[] = [];
    const look = (): void =>
      void seen.push({ marked: isMarked(place), claims: filesIn(place).filter((name) => claiming.test(name)).length });
    acquire(place, { disk: diskWith(onceBefore("rename", /\.old-/, look)) }).release();
    expect(seen).toEqual([{ marked: true, claims: 0 }]);
  });

  test("is gone when the file is the lock again, which an operator can then break", () => {
    const place = makeReleasePlace();
    const first = acquire(place);
    first.release();
    const second = acquire(place);
    expect({ owner: second.owner, marked: isMarked(place) }).toEqual({ owner: first.owner, marked: false });
    expect(tryBreak(place)).toBe(true);
    expect(failureOf(() => second.check()).code).toBe("ERR_LOCK_LOST");
    second.release();
  });

  test("is gone after a release that failed", () => {
    const place = makeReleasePlace();
    const failing = onceBefore("rename", /\.old-/, () => {
      throw systemFailure("EIO", "rename");
    });
    expect(failureOf(() => acquire(place, { disk: diskWith(failing) }).release()).code).toBe("ERR_LOCK_FAILED");
    expect(isMarked(place)).toBe(false);
  });

  test("of a dead holder keeps nobody from taking the lock over", () => {
    const place = makeReleasePlace();
    writeLock(place, ownText({ pid: missingPid }));
    chmodSync(place.lock, statSync(place.lock).mode | releaseMark);
    expect(isMarked(place)).toBe(true);
    const held = acquire(place);
    held.check();
    held.release();
  });
});

describe("a release takes a claim", () => {
  function claimsOf(given: Partial<Disk>): number {
    const place = makeReleasePlace();
    let claims = 0;
    const noting = diskWith((call, [, to]) => void (call === "link" && claiming.test(String(to)) && claims++));
    const disk = new Proxy(noting, { get: (of, name) => Reflect.get(name in given ? given : of, name) });
    acquire(place, { disk }).release();
    expect(readIfThere(place.lock)).toBeUndefined();
    discardSpares(place.journal);
    expect(filesIn(place)).toEqual([]);
    return claims;
  }

  test("if the mode of the file cannot be changed", () => {
    const denied = (): void => {
      throw systemFailure("EPERM", "fchmod");
    };
    expect(claimsOf({ fchmod: denied })).toBe(1);
  });

  test("if the file system ignores the mark", () => {
    expect(claimsOf({ fchmod: () => undefined })).toBe(1);
  });

  test("if a dead operator has left one", () => {
    const place = makeReleasePlace();
    const held = acquire(place);
    const died = diskWith((call, [, to]) => {
      if (call !== "link") return;
      writeFileSync(String(to), ownText({ pid: missingPid }));
      throw systemFailure("EIO", call);
    });
    expect(failureOf(() => breakLock(place.journal, { disk: died })).code).toBe("ERR_LOCK_FAILED");
    held.release();
    expect(readIfThere(place.lock)).toBeUndefined();
    discardSpares(place.journal);
    expect(filesIn(place)).toEqual([]);
  });
});
