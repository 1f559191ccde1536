// Processes killed in the middle of a lock call in, a lock that can be had and a clean folder out; the guard stays.
import { existsSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { acquireLock } from "../../src/write/lock.js";
import {
  diskWith,
  filesIn,
  makePlace,
  missingPid,
  onceBefore,
  ownText,
  processesWith,
  tryAcquire,
  writeLock,
} from "./place.js";

/** The link that makes an aside the lock. */
const publishing = /\.new-\S* \S*\.lane-lease\.lock$/;

describe("what killed processes leave behind", () => {
  const killed = (text: string): Error => Object.assign(new Error(text), { code: "KILLED" });

  test("at any call of an acquisition does not keep the next one out, and is swept away", () => {
    const count = killAt(0);
    expect(count).toBeGreaterThan(20);
    for (let stopAt = 1; stopAt <= count; stopAt++) killAt(stopAt);
  });

  /** A process that is gone by the time of the next, killed before its n-th call while it replaces a dead holder. */
  function killAt(stopAt: number): number {
    const place = makePlace();
    writeLock(place, ownText({ pid: missingPid }));
    let calls = 0;
    const disk = diskWith((call) => {
      calls++;
      if (stopAt > 0 && calls >= stopAt && call !== "close") throw killed(`before call ${stopAt}`);
    });
    const processes = processesWith({ pid: missingPid - 1 }, () => "gone");
    try {
      acquireLock(place.journal, { waitMs: 0, disk, processes });
    } catch (error) {
      if (stopAt === 0) throw error;
    }
    const next = acquireLock(place.journal, { waitMs: 0 });
    next.check();
    next.release();
    expect(filesIn(place), `killed before call ${stopAt}`).toEqual([]);
    return calls;
  }

  test("and may still be in use by a living one stays", () => {
    const place = makePlace();
    const names = [`new-${process.pid}-1x`, "claim-short", "guard.txt", "new-1-2-aaaaaaaaaaaa-0123456789abcdef"];
    for (const name of names) writeFileSync(`${place.lock}.${name}`, "");
    writeLock(place, ownText({ pid: missingPid }));
    const held = acquireLock(place.journal);
    held.release();
    expect(filesIn(place)).toEqual(names.map((name) => `.lane-lease.lock.${name}`).toSorted());
    const unknown = `${place.lock}.new-1-2-aaaaaaaaaaaa-0123456789abcdef`;
    utimesSync(unknown, 1, 1);
    writeLock(place, ownText({ pid: missingPid }));
    acquireLock(place.journal).release();
    expect(existsSync(unknown)).toBe(false);
  });

  test("a claim of a living process stays, however the clock was set; that of a dead one goes", () => {
    const place = makePlace();
    const claim = `${place.lock}.claim-${"0".repeat(32)}`;
    const tomorrow = { now: () => Date.now() + 24 * 3_600_000 };
    for (const [pid, stays] of [
      [process.pid, true],
      [missingPid, false],
    ] as const) {
      writeFileSync(claim, ownText({ pid }));
      writeLock(place, ownText({ pid: missingPid }));
      acquireLock(place.journal, tomorrow).release();
      expect(existsSync(claim)).toBe(stays);
    }
    expect(filesIn(place)).toEqual([]);
  });

  test("a claim that an operator removed is no reason to fail", () => {
    const place = makePlace();
    writeLock(place, ownText({ pid: missingPid }));
    const dropClaims = onceBefore("unlink", /\.claim-/, () => {
      for (const name of filesIn(place).filter((file) => file.includes(".claim-"))) rmSync(join(place.folder, name));
    });
    const disk = diskWith(dropClaims);
    const held = acquireLock(place.journal, { waitMs: 0, disk });
    held.check();
    held.release();
    expect(filesIn(place)).toEqual([]);
  });

  test("an aside that was swept away while its process was stopped is written anew", () => {
    const place = makePlace();
    const sweepAway = onceBefore("link", publishing, () => {
      for (const name of readdirSync(place.folder)) rmSync(join(place.folder, name));
    });
    const held = acquireLock(place.journal, { waitMs: 0, disk: diskWith(sweepAway) });
    held.check();
    held.release();
    expect(filesIn(place)).toEqual([]);
  });
});

describe("the guard", () => {
  test("is a file that stays, asked only by those who remove a lock, and lets one thief in at a time", () => {
    const place = makePlace();
    let asked = 0;
    let free = false;
    const guard = {
      tryLock: () => {
        asked++;
        return free;
      },
    };
    acquireLock(place.journal, { guard }).release();
    expect(asked).toBe(0);
    writeLock(place, ownText({ pid: missingPid }));
    expect(tryAcquire(place, { guard })).toBeUndefined();
    expect(filesIn(place, true)).toEqual([".lane-lease.lock", ".lane-lease.lock.guard"]);
    expect(asked).toBeGreaterThan(0);
    free = true;
    acquireLock(place.journal, { guard, waitMs: 0 }).release();
    expect(filesIn(place, true)).toEqual([".lane-lease.lock.guard"]);
  });

  test("that may not be opened is done without", () => {
    const place = makePlace();
    writeLock(place, ownText({ pid: missingPid }));
    const disk = diskWith((call, [path]) => {
      if (call !== "open" || !String(path).endsWith(".guard")) return;
      throw Object.assign(new Error("EACCES"), { code: "EACCES" });
    });
    acquireLock(place.journal, { guard: { tryLock: () => false }, disk, waitMs: 0 }).release();
    expect(filesIn(place, true)).toEqual([]);
  });
});
