// A guard that is free, held for ever, planted or of the wrong mode -> who gets the lock, and who may open the guard.
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

/** Long enough that a wait which nothing bounds would end the test by its own limit. */
const longMs = 3_600_000;

function deadHoldersPlace(): Place {
  const place = makePlace();
  writeLock(place, ownText({ pid: missingPid }));
  return place;
}

/** Refuses so many times, then is free. */
function guardAfter(refusals: number): { guard: Guard; asked: () => number } {
  let asked = 0;
  return { guard: { tryLock: () => ++asked > refusals }, asked: () => asked };
}

describe("the guard", () => {
  test("is a file that stays, and is asked only by those who remove a lock", () => {
    const place = makePlace();
    const { guard, asked } = guardAfter(0);
    acquireLock(place.journal, { guard }).release();
    expect([asked(), existsSync(guardPath(place.lock))]).toEqual([0, false]);
    writeLock(place, ownText({ pid: missingPid }));
    acquireLock(place.journal, { guard }).release();
    expect(asked()).toBe(1);
    expect(filesIn(place, true)).toEqual([".lane-lease.lock.guard"]);
  });

  test("that another thief holds for a moment is waited for", () => {
    const { guard, asked } = guardAfter(guardRefusalsMax - 1);
    acquireLock(deadHoldersPlace().journal, { guard, waitMs: longMs }).release();
    expect(asked()).toBe(guardRefusalsMax);
  });

  test("that is never free is done without after a bounded number of tries", async () => {
    for (const acquire of [acquireLock, acquireLockAsync]) {
      const { guard, asked } = guardAfter(Number.POSITIVE_INFINITY);
      (await acquire(deadHoldersPlace().journal, { guard, waitMs: longMs })).release();
      expect(asked()).toBe(guardRefusalsMax);
    }
  });

  test("that is never free does not keep an operator from taking the lock away", () => {
    const place = makePlace();
    writeLock(place, ownText());
    const { guard, asked } = guardAfter(Number.POSITIVE_INFINITY);
    expect(breakLock(place.journal, { guard })).toMatchObject({ held: true, owner: "other:1" });
    expect([asked(), filesIn(place)]).toEqual([guardRefusalsMax, []]);
  });

  test("is not asked by the last try, so that a caller who does not wait is served too", () => {
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

  test.each(["EACCES", "EPERM", "EROFS", "ENOSPC", "EISDIR", "ELOOP", "ENXIO"])(
    "because of %s is done without",
    (code) => {
      acquireWith(code)().release();
    },
  );

  test("for another reason is an error", () => {
    expect(failureOf(acquireWith("EIO"))).toMatchObject({ code: "ERR_LOCK_FAILED" });
    expect(acquireWith(undefined)).toThrow("undefined: injected, open");
  });
});

describe("the guard's mode", () => {
  /** Opens the guard beside a journal of this mode, and gives the mode that it has then. */
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

  test.each(modes)("beside a journal of mode %o lets in those who may write the journal", (journal, expected) => {
    expect(modeBeside(journal)).toBe(expected);
  });

  test.each(modes)("beside a journal of mode %o is set right where the guard is there already", (journal, expected) => {
    const place = makePlace();
    for (const found of [0o644, 0o600, 0o666]) {
      writeFileSync(guardPath(place.lock), "");
      chmodSync(guardPath(place.lock), found);
      expect(modeBeside(journal, place)).toBe(expected);
    }
  });

  test("lets in a group only if it is the journal's", () => {
    expect(guardMode({ gid: 7 }, { ...nodeDisk.lstat("."), gid: 7, mode: 0o664 })).toBe(0o660);
    expect(guardMode({ gid: 8 }, { ...nodeDisk.lstat("."), gid: 7, mode: 0o664 })).toBe(0o600);
  });

  test.each([
    ["is given to", undefined, 0o660],
    ["cannot be given to", "EPERM", 0o600],
  ] as const)("lets in the journal's group if the guard %s it", (_what, code, expected) => {
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
    "stays for its owner alone where it cannot be changed (%s)",
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
