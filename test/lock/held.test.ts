// Checks the check and the release of a held lock, and what is left, while the disk fails or another process acts.
import { renameSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { acquireLock, type HeldLock } from "../../src/lock/lock.js";
import {
  diskWith,
  failureOf,
  filesIn,
  type Intruder,
  makePlace,
  openOf,
  ownText,
  type Place,
  readIfThere,
  systemFailure,
  writeLock,
} from "./place.js";

/** Acquires a lock whose disk works until `intrude` is called. */
function holding(place: Place = makePlace()) {
  let intruder: Intruder = () => undefined;
  const { disk, open } = openOf(diskWith((call, given) => intruder(call, given)));
  const held = acquireLock(place.journal, { waitMs: 0, disk });
  const intrude = (next: Intruder): void => void (intruder = next);
  return { place, held, open, intrude };
}

function failing(...names: string[]): Intruder {
  return (call) => {
    if (names.includes(call)) throw systemFailure("EIO", call);
  };
}

function messageOf(run: () => unknown, { path }: HeldLock): string {
  const failure = failureOf(run);
  expect(failure.path).toBe(path);
  return failure.message;
}

describe("the check of a lock", () => {
  test("that cannot be inspected says why, and that nothing was written", () => {
    const { held, intrude } = holding();
    intrude(failing("lstat"));
    expect(failureOf(() => held.check())).toMatchObject({ code: "ERR_LOCK_LOST", cause: { code: "EIO" } });
    const why = "it cannot be looked at: EIO: injected, lstat";
    expect(messageOf(() => held.check(), held)).toBe(`the lock ${held.path} is lost: ${why}; nothing was written`);
  });

  test("that was replaced by another file says so", () => {
    const { held } = holding();
    renameSync(held.path, `${held.path}.away`);
    writeFileSync(held.path, "not a lock\n");
    const why = `expected owner ${held.owner}, found another file`;
    expect(messageOf(() => held.check(), held)).toBe(`the lock ${held.path} is lost: ${why}; nothing was written`);
  });
});

describe("a lock that cannot be deleted", () => {
  test("causes an error, and its file says that it was released", () => {
    const { held, intrude, open } = holding();
    intrude(failing("rename"));
    const failure = failureOf(() => held.release());
    expect(failure).toMatchObject({ code: "ERR_LOCK_FAILED", path: held.path, cause: { code: "EIO" } });
    const outcome = "EIO: injected, rename; the file is marked as released";
    expect(failure.message).toBe(`the lock ${held.path} cannot be removed: ${outcome}`);
    expect(readIfThere(held.path)).toContain("released: yes\n");
    expect(open.size).toBe(0);
  });

  test("nor marked stays held for other processes, while this thread can take it immediately", () => {
    const { held, place, intrude } = holding();
    intrude(failing("rename", "write"));
    const outcome = `for others it stays held until process ${process.pid} takes it again or ends`;
    const message = `the lock ${held.path} cannot be removed: EIO: injected, rename; ${outcome}`;
    expect(messageOf(() => held.release(), held)).toBe(message);
    const next = acquireLock(place.journal, { waitMs: 0 });
    next.check();
    next.release();
  });

  test("causes an error too if its existence cannot be determined", () => {
    const { held, intrude } = holding();
    intrude(failing("lstat"));
    expect(messageOf(() => held.release(), held)).toContain("cannot be removed: EIO: injected, lstat");
  });

  test("because another process did causes no error, and leaves nothing open", () => {
    const { held, intrude, open, place } = holding();
    intrude((call) => {
      if (call !== "rename") return;
      unlinkSync(held.path);
      throw systemFailure("EIO", call);
    });
    held.release();
    expect({ open: open.size, files: filesIn(place) }).toEqual({ open: 0, files: [] });
  });

  test("beside a link does not keep the one beside the file", () => {
    const place = makePlace();
    const other = makePlace();
    symlinkSync(other.journal, place.journal);
    const { held, intrude } = holding(place);
    intrude((call, [from]) => {
      if (call === "rename" && from === place.lock) throw systemFailure("EIO", call);
    });
    expect(messageOf(() => held.release(), held)).toContain(`the lock ${place.lock} cannot be removed`);
    expect(filesIn(other)).toEqual([]);
  });
});

describe("a lock that another process holds", () => {
  test("is waited for synchronously too, and the error says how long", () => {
    const place = makePlace();
    writeLock(place, ownText());
    const began = performance.now();
    const failure = failureOf(() => acquireLock(place.journal, { waitMs: 20 }));
    expect(performance.now() - began).toBeGreaterThanOrEqual(19);
    expect(failure.message).toMatch(/; waited 20 ms$/);
  });

  test("is waited for even if it names no holder", () => {
    const place = makePlace();
    writeLock(place, "not a lock\n");
    expect(failureOf(() => acquireLock(place.journal, { waitMs: 5 })).message).toContain("; waited 5 ms; it can be");
  });
});
