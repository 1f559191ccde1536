// Checks the length of each pause while a lock is held, and when waiting ends. The clock moves only by waiting.
import { unlinkSync } from "node:fs";
import { beforeEach, describe, expect, test, vi } from "vitest";
import { acquireLock, type LockOptions } from "../../src/lock/lock.js";
import { failureOf, makePlace, ownText, type Place, readIfThere, writeLock } from "./place.js";

let place: Place;
let pauses: number[];
/** Runs after each pause. */
let meanwhile: () => void;

beforeEach(() => {
  place = makePlace();
  writeLock(place, ownText());
  pauses = [];
  meanwhile = () => undefined;
  let now = 5000;
  vi.spyOn(performance, "now").mockImplementation(() => now);
  vi.spyOn(Atomics, "wait").mockImplementation((_sleeper, _at, _value, milliseconds = 0) => {
    pauses.push(milliseconds);
    now += milliseconds;
    meanwhile();
    return "timed-out";
  });
});

function busyAfter(options: LockOptions, random: number): string {
  vi.spyOn(Math, "random").mockReturnValue(random);
  const failure = failureOf(() => acquireLock(place.journal, options));
  expect(failure.code).toBe("ERR_LOCK_BUSY");
  return failure.message;
}

describe("the pauses between attempts", () => {
  test("double up to 25 ms, and the last is the remaining time", () => {
    expect(busyAfter({ waitMs: 100 }, 0.5)).toMatch(/; waited 100 ms$/);
    expect(pauses).toEqual([1, 2, 4, 8, 16, 25, 25, 19]);
  });

  test("vary randomly by up to half", () => {
    busyAfter({ waitMs: 3 }, 0);
    expect(pauses).toEqual([0.5, 1, 1.5]);
    pauses = [];
    busyAfter({ waitMs: 4.5 }, 1);
    expect(pauses).toEqual([1.5, 3]);
  });

  test("are none for waitMs 0, and a second in total by default", () => {
    busyAfter({ waitMs: 0 }, 0.5);
    expect(pauses).toEqual([]);
    expect(busyAfter({}, 0.5)).toMatch(/; waited 1000 ms$/);
    expect(pauses.reduce((sum, pause) => sum + pause, 0)).toBe(1000);
  });

  test("end as soon as the lock is free, and the waiting process becomes its holder", () => {
    meanwhile = () => {
      if (pauses.length === 3) unlinkSync(place.lock);
    };
    const held = acquireLock(place.journal);
    expect(pauses).toHaveLength(3);
    expect(held.owner).toMatch(/^lane-journal:[0-9a-f]{16}$/);
    expect(readIfThere(place.lock)).toContain(`owner: ${held.owner}\n`);
    held.release();
  });
});
