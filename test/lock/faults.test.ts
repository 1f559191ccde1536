// Fails each call of an acquisition and release in turn: the lock must be held or not, but never stuck, never held
// twice, and no descriptor may stay open.
import { describe, expect, test } from "vitest";
import { acquireLock, type HeldLock } from "../../src/lock/lock.js";
import { openDescriptors } from "../contract/journals.js";
import { diskWith, filesIn, type Intruder, makePlace, missingPid, ownText, type Place, writeLock } from "./place.js";

const codes = ["EIO", "ENOSPC", "EMFILE", "EACCES", "EINTR"];

const beginnings = [
  { name: "of a free lock", prepare: (): void => undefined },
  {
    name: "of a dead holder's lock",
    prepare: (place: Place): void => writeLock(place, ownText({ pid: missingPid })),
  },
];

function failing(nth: number, code: string, forGood: boolean): { intruder: Intruder; calls: () => number } {
  let calls = 0;
  const intruder: Intruder = (call) => {
    calls++;
    if (nth === 0 || (forGood ? calls < nth : calls !== nth)) return;
    // Closing frees a descriptor whatever `close` returns, and an interrupted call never fails permanently.
    if (call === "close" || (code === "EINTR" && call !== "read" && call !== "write")) return;
    throw Object.assign(new Error(`${code}: injected, ${call}`), { code, syscall: call });
  };
  return { intruder, calls: () => calls };
}

/** Returns the number of calls. A lock that was acquired must be released, one that was not must not remain. */
function run(prepare: (place: Place) => void, nth: number, code: string, forGood: boolean): number {
  const place = makePlace();
  prepare(place);
  const { intruder, calls } = failing(nth, code, forGood);
  const what = `${code} at call ${nth}${forGood ? " and ever after" : ""}`;
  const before = openDescriptors();
  let held: HeldLock | undefined;
  try {
    held = acquireLock(place.journal, { waitMs: 0, disk: diskWith(intruder) });
    held.check();
  } catch (error) {
    expect(code === "EINTR" ? error : undefined, what).toBeUndefined();
    expect(error, what).toMatchObject({ code: expect.stringMatching(/^ERR_LOCK_(FAILED|LOST|BUSY)$/) });
  }
  release(held, what);
  expect(openDescriptors(), what).toBe(before);
  const next = attempt(() => acquireLock(place.journal, { waitMs: 0 }), what);
  next.check();
  next.release();
  // Only asides that could not be deleted may be left of a living process.
  expect(
    filesIn(place).filter((name) => !/\.(new|old|claim)-/.test(name)),
    what,
  ).toEqual([]);
  if (nth === 0) expect(filesIn(place)).toEqual([]);
  return calls();
}

function attempt(take: () => HeldLock, what: string): HeldLock {
  try {
    return take();
  } catch (error) {
    throw new Error(`${what}: ${String(error)}`, { cause: error });
  }
}

function release(held: HeldLock | undefined, what: string): void {
  try {
    held?.release();
  } catch (error) {
    expect(error, what).toMatchObject({ code: "ERR_LOCK_FAILED" });
  }
}

describe.each(beginnings)("an acquisition and release $name", ({ prepare }) => {
  test.each(codes)("with %s at any one call leaks no lock and no descriptor", (code) => {
    const count = run(prepare, 0, code, false);
    expect(count).toBeGreaterThan(15);
    for (let nth = 1; nth <= count; nth++) run(prepare, nth, code, false);
  });

  test.each(["EIO", "ENOSPC", "EMFILE"])("with %s from any call on leaks no lock once the failures end", (code) => {
    const count = run(prepare, 0, code, false);
    for (let nth = 1; nth <= count; nth++) run(prepare, nth, code, true);
  });
});

test("completes a short read or write", () => {
  const place = makePlace();
  const whole = diskWith(() => undefined);
  const disk = {
    ...whole,
    link: whole.link,
    read: (fd: number, into: Uint8Array, position: number) => whole.read(fd, into.subarray(0, 3), position),
    write: (fd: number, bytes: Uint8Array) => whole.write(fd, bytes.subarray(0, 5)),
  };
  writeLock(place, ownText({ pid: missingPid }));
  const held = acquireLock(place.journal, { waitMs: 0, disk });
  held.check();
  held.release();
  expect(filesIn(place)).toEqual([]);
});
