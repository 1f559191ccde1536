// Checks who gets a lock while the guard is free, held permanently, planted or of the wrong mode, and who may open the
// guard.
import { chmodSync, existsSync, statSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { nodeDisk } from "../../src/file/disk.js";
import { guardMode, guardPath, guardRefusalsMax, openGuard } from "../../src/lock/guard.js";
import { acquireLock, acquireLockAsync, breakLock, type Guard } from "../../src/lock/lock.js";
import {
  diskWith,
  failureOf,
  filesIn,
  makePlace,
  missingPid,
  openOf,
  ownText,
  type Place,
  siteOf,
  systemFailure,
  writeLock,
} from "./place.js";

/** So long that an unbounded wait would run into the time limit of the test. */
const longMs = 3_600_000;

function deadHoldersPlace(): Place {
  const place = makePlace();
  writeLock(place, ownText({ pid: missingPid }));
  return place;
}

/** Refuses this many times, then is free. */
function guardAfter(refusals: number): { guard: Guard; asked: () => number } {
  let asked = 0;
  return { guard: { tryLock: () => ++asked > refusals }, asked: () => asked };
}

describe("the guard", () => {
  test("is a file that stays, and is locked only to remove a lock", () => {
    const place = makePlace();
    const { guard, asked } = guardAfter(0);
    acquireLock(place.journal, { guard }).release();
    expect([asked(), existsSync(guardPath(place.lock))]).toEqual([0, false]);
    writeLock(place, ownText({ pid: missingPid }));
    acquireLock(place.journal, { guard }).release();
    expect(asked()).toBe(1);
    expect(filesIn(place, true)).toEqual([".lane-lease.lock.guard"]);
  });

  test("is waited for if another thief holds it briefly", () => {
    const { guard, asked } = guardAfter(guardRefusalsMax - 1);
    acquireLock(deadHoldersPlace().journal, { guard, waitMs: longMs }).release();
    expect(asked()).toBe(guardRefusalsMax);
  });

  test("is ignored after a bounded number of attempts if it is never free", async () => {
    for (const acquire of [acquireLock, acquireLockAsync]) {
      const { guard, asked } = guardAfter(Number.POSITIVE_INFINITY);
      (await acquire(deadHoldersPlace().journal, { guard, waitMs: longMs })).release();
      expect(asked()).toBe(guardRefusalsMax);
    }
  });

  test("does not prevent an operator from breaking the lock if it is never free", () => {
    const place = makePlace();
    writeLock(place, ownText());
    const { guard, asked } = guardAfter(Number.POSITIVE_INFINITY);
    expect(breakLock(place.journal, { guard })).toMatchObject({ held: true, owner: "other:1" });
    expect([asked(), filesIn(place)]).toEqual([guardRefusalsMax, []]);
  });

  test("is not locked at the last attempt, so that a caller who does not wait can take over too", () => {
    const { guard, asked } = guardAfter(Number.POSITIVE_INFINITY);
    acquireLock(deadHoldersPlace().journal, { guard, waitMs: 0 }).release();
    expect(asked()).toBe(0);
  });
});

describe("a guard that cannot be opened", () => {
  const acquireWith = (code: string | undefined) => {
    const place = deadHoldersPlace();
    const disk = diskWith((call, [path]) => {
      if (call === "open" && String(path).endsWith(".guard")) throw systemFailure(code, call);
    });
    return () => acquireLock(place.journal, { disk, guard: { tryLock: () => true } });
  };

  test.each(["EACCES", "EPERM", "EROFS", "ENOSPC", "EISDIR", "ELOOP", "ENXIO"])("because of %s is ignored", (code) => {
    acquireWith(code)().release();
  });

  test("for another reason causes an error", () => {
    expect(failureOf(acquireWith("EIO"))).toMatchObject({ code: "ERR_LOCK_FAILED" });
    expect(acquireWith(undefined)).toThrow("undefined: injected, open");
  });
});

describe("the mode of the guard", () => {
  /** Opens the guard beside a journal of this mode, and returns the guard's mode afterwards. */
  function modeBeside(journalMode: number | undefined, place = makePlace()): number {
    if (journalMode !== undefined) {
      writeFileSync(place.journal, "");
      chmodSync(place.journal, journalMode);
    }
    const { disk, open } = openOf(nodeDisk);
    const journal = journalMode === undefined ? undefined : nodeDisk.lstat(place.journal);
    const fd = openGuard({ ...siteOf(place.lock, disk), journal });
    if (fd !== undefined) disk.close(fd);
    expect(open.size).toBe(0);
    return statSync(guardPath(place.lock)).mode & 0o7777;
  }

  const modes = [
    [undefined, 0o600],
    [0o600, 0o600],
    [0o644, 0o600],
    [0o444, 0o600],
    [0o664, 0o660],
    [0o620, 0o660],
    [0o666, 0o666],
  ] as const;

  test.each(modes)("beside a journal of mode %o admits those who may write the journal", (journal, expected) => {
    expect(modeBeside(journal)).toBe(expected);
  });

  test.each(modes)("beside a journal of mode %o is corrected if the guard exists already", (journal, expected) => {
    const place = makePlace();
    for (const found of [0o644, 0o600, 0o666]) {
      writeFileSync(guardPath(place.lock), "");
      chmodSync(guardPath(place.lock), found);
      expect(modeBeside(journal, place)).toBe(expected);
    }
  });

  test("admits a group only if it is the journal's", () => {
    expect(guardMode({ gid: 7 }, { ...nodeDisk.lstat("."), gid: 7, mode: 0o664 })).toBe(0o660);
    expect(guardMode({ gid: 8 }, { ...nodeDisk.lstat("."), gid: 7, mode: 0o664 })).toBe(0o600);
  });

  test.each([
    ["admits the journal's group if it can be given to that group", undefined, 0o660],
    ["excludes the journal's group if it cannot be given to that group", "EPERM", 0o600],
  ] as const)("%s", (_what, code, expected) => {
    const place = makePlace();
    writeFileSync(place.journal, "");
    const found = nodeDisk.lstat(place.journal);
    const disk = {
      ...nodeDisk,
      fchown: () => {
        if (code !== undefined) throw systemFailure(code, "fchown");
      },
    };
    const fd = openGuard({ ...siteOf(place.lock, disk), journal: { ...found, gid: found.gid + 1, mode: 0o664 } });
    if (fd !== undefined) nodeDisk.close(fd);
    expect(statSync(guardPath(place.lock)).mode & 0o777).toBe(expected);
  });

  test.each(["EPERM", "EROFS", "ERR_ACCESS_DENIED"])(
    "stays restricted to its owner if it cannot be changed (%s)",
    (code) => {
      const place = makePlace();
      writeFileSync(place.journal, "");
      chmodSync(place.journal, 0o666);
      const disk = diskWith((call) => {
        if (call === "fchmod") throw systemFailure(code, call);
      });
      const fd = openGuard({ ...siteOf(place.lock, disk), journal: nodeDisk.lstat(place.journal) });
      expect(fd).toBeDefined();
      if (fd !== undefined) nodeDisk.close(fd);
      expect(statSync(guardPath(place.lock)).mode & 0o777).toBe(0o600);
    },
  );
});
