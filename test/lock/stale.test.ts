// Checks which lock files are taken over, with dead, living and unknown holders (docs/format.md 8, docs/faults.md B).
import { readFileSync, statSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { openFlags } from "../../src/file/disk.js";
import { acquireLock, type LockOptions, readLock } from "../../src/lock/lock.js";
import { type Sighting, systemProcesses } from "../../src/lock/process.js";
import type { LockFields } from "../../src/lock/text.js";
import {
  diskWith,
  failureOf,
  filesIn,
  makePlace,
  missingPid,
  ownText,
  type Place,
  processesWith,
  readIfThere,
  referenceText,
  setAge,
  stampAgo,
  writeLock,
} from "./place.js";

/** Checks without waiting: a takeover must happen immediately. */
function expectReplaced(place: Place, options: LockOptions = {}): void {
  const { held } = readLock(place.journal, options);
  expect(held).toBe(true);
  const next = acquireLock(place.journal, { waitMs: 0, ...options });
  next.check();
  expect(readIfThere(place.lock)).toContain(next.owner);
  next.release();
  expect(filesIn(place)).toEqual([]);
}

function expectKept(place: Place, options: LockOptions = {}): string {
  const left = readFileSync(place.lock, "utf8");
  const failure = failureOf(() => acquireLock(place.journal, { waitMs: 0, ...options }));
  expect(failure.code).toBe("ERR_LOCK_BUSY");
  expect(readFileSync(place.lock, "utf8")).toBe(left);
  expect(filesIn(place)).toEqual([".lane-lease.lock"]);
  return failure.message;
}

const hour = 3600;
const self = systemProcesses.self();

describe("a provably dead holder is replaced immediately, at any age of its lock", () => {
  const dead: { name: string; fields: Partial<LockFields> }[] = [
    { name: "B4: its pid is gone", fields: { pid: missingPid } },
    { name: "B15: its pid was reused by a later process", fields: { start: "1" } },
    { name: "B4: the system was restarted since", fields: { bootId: "0b0b0b0b-another-boot" } },
    { name: "it marked the lock as released, but could not delete it", fields: { released: true } },
  ];
  test.each(dead)("$name", ({ fields }) => {
    const place = makePlace();
    writeLock(place, ownText(fields) + (fields.released ? "released: yes\n" : ""));
    expect(readLock(place.journal)).toMatchObject({ alive: "dead", stale: true });
    expectReplaced(place);
  });

  test("B15: it has ended, but its parent has not reaped it", () => {
    const place = makePlace();
    writeLock(place, ownText({ pid: 4242, start: "77" }));
    const look = (): Sighting => ({ start: "77", finished: true });
    expectReplaced(place, { processes: processesWith({}, look) });
  });
});

describe("a provably living holder keeps its lock at any age", () => {
  test.each([0, 301, 24 * hour, 10 * 365 * 24 * hour])("B5: %d s", (age) => {
    const place = makePlace();
    writeLock(place, ownText({ acquiredAt: stampAgo(age), uptime: "0.01" }), age);
    expect(readLock(place.journal)).toMatchObject({ alive: "alive", stale: false });
    expect(expectKept(place)).toContain(", alive)");
  });

  test("B10: a day later by the clock, which was set forward", () => {
    const place = makePlace();
    writeLock(place, ownText());
    expectKept(place, { now: () => Date.now() + 24 * hour * 1000 });
  });

  test("with a command name that looks like the end of a line in /proc", () => {
    const stat = readFileSync(`/proc/${process.pid}/stat`, "utf8");
    expect(stat.slice(stat.lastIndexOf(")")).split(" ")[20]).toBe(self.start);
  });
});

describe("a holder whose state is unknown keeps its lock for 300 s", () => {
  const unknown: { name: string; fields: Partial<LockFields> }[] = [
    { name: "B15: another pid namespace", fields: { namespace: "pid:[1] time:[1]", pid: missingPid } },
    { name: "B16: another host", fields: { host: "elsewhere", machine: "m", bootId: "another-boot" } },
    { name: "B16: another host of the same name", fields: { machine: "another-machine", bootId: "another-boot" } },
    { name: "no boot id", fields: { bootId: "", pid: missingPid } },
    { name: "no start time", fields: { start: "" } },
    { name: "an invalid pid", fields: { pid: 0, namespace: "" } },
  ];
  test.each(unknown)("$name", ({ fields }) => {
    const place = makePlace();
    for (const age of [0, 290]) {
      writeLock(place, ownText({ ...fields, acquiredAt: stampAgo(age) }), age);
      expect(readLock(place.journal)).toMatchObject({ alive: "unknown", stale: false });
      expect(expectKept(place)).toContain("taken over once it is 300 s old");
    }
    writeLock(place, ownText({ ...fields, acquiredAt: stampAgo(303) }), 303);
    expectReplaced(place);
  });

  test("one of the reference, by its stamp, whether its pid exists or not", () => {
    const place = makePlace();
    for (const pid of [process.pid, missingPid]) {
      writeLock(place, referenceText("agent", 290, pid), hour);
      expectKept(place);
      writeLock(place, referenceText("agent", 303, pid));
      expectReplaced(place);
    }
  });

  test("B10: by a stamp cut to the second, so that a lock of 300.9 s is not taken early", () => {
    const place = makePlace();
    writeLock(place, referenceText("agent", 0));
    const stamped = Date.parse(/acquired_at: (.*)/.exec(readFileSync(place.lock, "utf8"))?.[1] ?? "");
    expectKept(place, { now: () => stamped + 300_900 });
    expectReplaced(place, { now: () => stamped + 301_100 });
  });

  test("B10: by the end of the minute of a stamp without seconds, so that no lock is taken early", () => {
    const place = makePlace();
    writeLock(place, "owner: agent\nacquired_at: 2026-06-01T13:58Z\npid: 1\n");
    const stamped = Date.parse("2026-06-01T13:58:59Z");
    expect(readLock(place.journal, { now: () => stamped - 30_000 })).toMatchObject({ ageSeconds: 0 });
    expectKept(place, { now: () => stamped + 300_900 });
    expectReplaced(place, { now: () => stamped + 301_100 });
  });

  test("B10: by the uptime in the file, so that a clock set forward takes no lock early", () => {
    const place = makePlace();
    writeLock(
      place,
      ownText({ namespace: "pid:[1]", uptime: readFileSync("/proc/uptime", "utf8").split(" ")[0] ?? "" }),
    );
    expectKept(place, { now: () => Date.now() + 24 * hour * 1000 });
  });

  test("B10: by the time of the file if its stamp is in the future", () => {
    const place = makePlace();
    writeLock(place, referenceText("agent", -hour), 290);
    expectKept(place);
    setAge(place.lock, 301.5);
    expectReplaced(place);
  });

  test("B10: from the first attempt if the time of the file is in the future too", () => {
    const place = makePlace();
    writeLock(place, referenceText("agent", -24 * hour), -24 * hour);
    expectKept(place);
    expect(Math.abs(statSync(place.lock).mtimeMs - Date.now())).toBeLessThan(600_000);
    expectReplaced(place, { now: () => Date.now() + 303_000 });
  });

  test.each([
    { what: "empty", text: "" },
    { what: "part of a word", text: "own" },
    { what: "part of a lock", text: "owner: agent\n" },
    { what: "not a lock", text: "not a lock at all\n" },
    { what: "zeros", text: "\0".repeat(90) },
    { what: "longer than a lock", text: "x".repeat(100_000) },
  ])("B2: by the time of the file if that has no fields ($what)", ({ text }) => {
    const place = makePlace();
    writeLock(place, text, 290);
    expect(readLock(place.journal)).toMatchObject({ held: true, owner: "", pid: 0, alive: "unknown", stale: false });
    expect(expectKept(place)).toContain("names no holder");
    setAge(place.lock, 301.5);
    expectReplaced(place);
  });

  test("by the time of the file if that may not be read", () => {
    const place = makePlace();
    const disk = diskWith((call, [path, flags]) => {
      if (call !== "open" || path !== place.lock || flags !== openFlags.read) return;
      throw Object.assign(new Error("EACCES: permission denied, open"), { code: "EACCES" });
    });
    writeFileSync(place.lock, referenceText("agent", hour));
    expectKept(place, { disk });
    setAge(place.lock, 301.5);
    const next = acquireLock(place.journal, { waitMs: 0, disk });
    next.check();
    expect(readIfThere(place.lock)).toContain(next.owner);
  });
});
