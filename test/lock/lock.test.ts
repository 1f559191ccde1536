// Checks how processes acquire, check, wait for and release the lock of a journal one after the other (docs/format.md
// 8).
import { execFileSync } from "node:child_process";
import {
  chmodSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test, vi } from "vitest";
import { acquireLock, acquireLockAsync, breakLock, readLock } from "../../src/lock/lock.js";
import { systemProcesses } from "../../src/lock/process.js";
import { parseLock } from "../../src/lock/text.js";
import { failureOf, filesIn, makePlace, ownText, readIfThere, writeLock } from "./place.js";

describe("a lock that is acquired", () => {
  test("is a complete file beside the journal that names its holder, and leaves no other file behind", () => {
    const place = makePlace();
    const held = acquireLock(place.journal, { label: "agent" });
    expect(held.path).toBe(place.lock);
    expect(filesIn(place)).toEqual([".lane-lease.lock"]);
    const fields = parseLock(readFileSync(place.lock, "utf8"));
    expect(fields).toMatchObject({ ...systemProcesses.self(), owner: held.owner, released: false });
    expect(Math.abs(Date.now() - Date.parse(fields?.acquiredAt ?? ""))).toBeLessThan(600_000);
    held.check();
    held.release();
    expect(filesIn(place)).toEqual([]);
    held.release();
  });

  test("is at DISPATCH_LANE_LEASE_LOCK_PATH, unless that is empty", () => {
    const place = makePlace();
    const named = join(place.folder, "deep", "er", "mutex");
    vi.stubEnv("DISPATCH_LANE_LEASE_LOCK_PATH", named);
    const held = acquireLock(place.journal);
    expect(held.path).toBe(named);
    expect(readIfThere(named)).toContain(held.owner);
    held.release();
    vi.stubEnv("DISPATCH_LANE_LEASE_LOCK_PATH", "");
    const beside = acquireLock(place.journal);
    expect(beside.path).toBe(place.lock);
    beside.release();
  });

  test.each([
    [undefined, 0o600],
    [0o600, 0o600],
    [0o644, 0o644],
    [0o755, 0o644],
    [0o664, 0o664],
  ])("E4: of a journal with mode %s has mode %s", (journalMode, expected) => {
    const place = makePlace();
    if (journalMode !== undefined) {
      writeFileSync(place.journal, "");
      chmodSync(place.journal, journalMode);
    }
    const held = acquireLock(place.journal);
    expect(statSync(place.lock).mode & 0o7777).toBe(expected);
    held.release();
  });

  test("is beside a linked journal and beside its target, because others may use either name", () => {
    const place = makePlace();
    const other = makePlace();
    symlinkSync(other.journal, place.journal);
    const held = acquireLock(place.journal);
    expect([readIfThere(place.lock), readIfThere(other.lock)].every((text) => text?.includes("owner: "))).toBe(true);
    expect(failureOf(() => acquireLock(other.journal, { waitMs: 0 })).code).toBe("ERR_LOCK_BUSY");
    held.check();
    rmSync(other.lock);
    expect(failureOf(() => held.check()).code).toBe("ERR_LOCK_LOST");
    held.release();
    expect([...filesIn(place), ...filesIn(other)]).toEqual(["journal.jsonl"]);
  });

  test("is a single one in a folder with two names", () => {
    const place = makePlace();
    symlinkSync(place.folder, join(place.folder, "again"));
    symlinkSync(join(place.folder, "again", "real.jsonl"), place.journal);
    const held = acquireLock(place.journal, { waitMs: 0 });
    held.check();
    held.release();
    expect(filesIn(place)).toEqual(["again", "journal.jsonl"]);
  });

  test("is released beside the link if it cannot be acquired beside the target", () => {
    const place = makePlace();
    const other = makePlace();
    symlinkSync(other.journal, place.journal);
    writeLock(other, ownText());
    expect(failureOf(() => acquireLock(place.journal, { waitMs: 5 })).code).toBe("ERR_LOCK_BUSY");
    expect(filesIn(place)).toEqual(["journal.jsonl"]);
  });
});

describe("a lock that is held", () => {
  test("is waited for, and the error names the holder, its pid and the time", async () => {
    const place = makePlace();
    const held = await acquireLockAsync(place.journal, { label: "first" });
    const { acquiredAt } = parseLock(readFileSync(place.lock, "utf8")) ?? {};
    const began = performance.now();
    const failure = await acquireLockAsync(place.journal, { waitMs: 60 }).catch((error: unknown) => error);
    expect(performance.now() - began).toBeGreaterThanOrEqual(55);
    expect(failure).toMatchObject({ code: "ERR_LOCK_BUSY", path: place.lock });
    for (const part of [place.lock, held.owner, `pid ${process.pid}`, ", alive)", `since ${acquiredAt}`, "60 ms"]) {
      expect(String(failure)).toContain(part);
    }
    held.check();
    held.release();
    expect(filesIn(place)).toEqual([]);
  });

  test("is acquired as soon as it is released", async () => {
    const place = makePlace();
    const held = acquireLock(place.journal);
    setTimeout(() => held.release(), 30);
    const next = await acquireLockAsync(place.journal, { waitMs: 240_000 });
    next.check();
    next.release();
  });

  test("is not waited for if this thread itself holds it", () => {
    const place = makePlace();
    const held = acquireLock(place.journal);
    const began = performance.now();
    const failure = failureOf(() => acquireLock(place.journal, { waitMs: 600_000 }));
    expect(failure.message).toContain("this thread holds it and would wait for itself");
    expect(performance.now() - began).toBeLessThan(300_000);
    held.release();
  });

  test("B1: excludes a second holder with the same label", () => {
    const place = makePlace();
    const held = acquireLock(place.journal, { label: "compactor" });
    expect(failureOf(() => acquireLock(place.journal, { label: "compactor", waitMs: 0 })).code).toBe("ERR_LOCK_BUSY");
    held.check();
    held.release();
  });

  test.each([-1, Number.NaN, "1"])("waitMs %s causes a TypeError", (waitMs) => {
    const options = { waitMs };
    const run = (): unknown => Reflect.apply(acquireLock, undefined, [makePlace().journal, options]);
    expect(run).toThrow(TypeError);
    expect(run).toThrow("waitMs: expected a number of at least 0, found ");
  });
});

describe("a lock that is lost", () => {
  const losses = [
    { name: "removed", act: (lock: string) => rmSync(lock), found: "found no file" },
    {
      name: "replaced",
      act: (lock: string) => {
        renameSync(lock, `${lock}.theirs`);
        writeFileSync(lock, ownText({ owner: "thief:2", pid: 4 }));
      },
      found: "found owner thief:2 (pid 4)",
    },
    {
      name: "replaced by a copy of itself",
      act: (lock: string) => {
        const text = readFileSync(lock);
        rmSync(lock);
        writeFileSync(lock, text);
      },
      found: "found owner",
    },
    { name: "written to", act: (lock: string) => writeFileSync(lock, "owner: x\n"), found: "its file changed" },
    { name: "emptied", act: (lock: string) => writeFileSync(lock, ""), found: "its file changed" },
  ];

  test.each(losses)("because it was $name is detected before the next write", ({ act, found }) => {
    const place = makePlace();
    const held = acquireLock(place.journal);
    act(place.lock);
    const failure = failureOf(() => held.check());
    expect(failure).toMatchObject({ code: "ERR_LOCK_LOST", path: place.lock });
    expect(failure.message).toContain(found);
    held.release();
  });

  test.each(losses.slice(0, 3))("because it was $name is not released for its next holder", ({ act }) => {
    const place = makePlace();
    const held = acquireLock(place.journal);
    act(place.lock);
    const left = readIfThere(place.lock);
    held.release();
    expect(readIfThere(place.lock)).toBe(left);
  });

  test("is reported after its release too", () => {
    const held = acquireLock(makePlace().journal);
    held.release();
    expect(failureOf(() => held.check()).message).toContain("it was released");
  });

  test("because an operator broke it is distinguished from the one that replaced it", () => {
    const place = makePlace();
    const held = acquireLock(place.journal, { label: "stuck" });
    expect(breakLock(place.journal)).toMatchObject({ held: true, owner: held.owner, pid: process.pid, alive: "alive" });
    expect(readLock(place.journal)).toEqual({ held: false, path: place.lock });
    const next = acquireLock(place.journal, { waitMs: 0 });
    expect(failureOf(() => held.check()).code).toBe("ERR_LOCK_LOST");
    held.release();
    next.check();
    next.release();
    expect(breakLock(place.journal)).toEqual({ held: false, path: place.lock });
    expect(filesIn(place)).toEqual([]);
  });
});

describe("E5: at the lock's path", () => {
  const makers: { kind: string; make: (path: string) => void }[] = [
    { kind: "FIFO", make: (path) => void execFileSync("mkfifo", [path]) },
    { kind: "folder", make: (path) => mkdirSync(path) },
    { kind: "symbolic link", make: (path) => symlinkSync(join(dirname(path), "victim"), path) },
  ];
  test.each(makers)("a $kind is refused without hanging and left alone", ({ kind, make }) => {
    const place = makePlace();
    writeFileSync(join(place.folder, "victim"), "untouched");
    make(place.lock);
    for (const run of [acquireLock, readLock, breakLock]) {
      const failure = failureOf(() => run(place.journal));
      expect(failure).toMatchObject({ code: "ERR_PATH_REFUSED", path: place.lock });
      expect(failure.message).toContain(`expected a regular file, found a ${kind}`);
    }
    expect(readIfThere(join(place.folder, "victim"))).toBe("untouched");
    expect(filesIn(place)).toEqual([".lane-lease.lock", "victim"]);
  });

  test.each(makers)(
    "a $kind in the guard's place is left alone, and the lock is taken over without the guard",
    ({ make }) => {
      const place = makePlace();
      writeFileSync(join(place.folder, "victim"), "untouched");
      make(`${place.lock}.guard`);
      const before = lstatSync(`${place.lock}.guard`);
      writeLock(place, "", 400);
      const guard = { tryLock: () => expect.unreachable("the guard was asked") };
      acquireLock(place.journal, { guard }).release();
      expect(readIfThere(join(place.folder, "victim"))).toBe("untouched");
      expect(filesIn(place)).toEqual(["victim"]);
      expect(lstatSync(`${place.lock}.guard`)).toMatchObject({ ino: before.ino, mode: before.mode });
    },
  );
});
