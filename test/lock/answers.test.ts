// Others who act between two calls, and calls that fail in odd ways -> what a lock call says, and that nothing is left.
import { renameSync, statSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { JournalError } from "../../src/errors.js";
import { nodeDisk } from "../../src/write/disk.js";
import { acquireLock, breakLock, readLock, tellHolder } from "../../src/write/lock.js";
import { busyError, explainFailure } from "../../src/write/lock-answers.js";
import { linkAside, writeAside, writeText } from "../../src/write/lock-aside.js";
import {
  diskWith,
  failureOf,
  filesIn,
  makePlace,
  onceBefore,
  ownText,
  readIfThere,
  referenceText,
  setAge,
  siteOf,
  systemFailure,
  tryAcquire,
  writeLock,
} from "./place.js";

const hour = 3600;

describe("an unknown holder's lock with a stamp and a time in the future", () => {
  const future = () => {
    const place = makePlace();
    writeLock(place, referenceText("agent", -24 * hour), -24 * hour);
    return place;
  };

  test("that another replaces meanwhile keeps the other's time", () => {
    const place = future();
    const other = `${place.lock}.other`;
    writeFileSync(other, referenceText("other", -24 * hour));
    setAge(other, -24 * hour);
    let opens = 0;
    const disk = diskWith((call, [path]) => {
      if (call === "open" && path === place.lock && ++opens === 2) renameSync(other, place.lock);
    });
    expect(tryAcquire(place, { disk })).toBeUndefined();
    expect(opens).toBeGreaterThanOrEqual(2);
    expect(statSync(place.lock).mtimeMs - Date.now()).toBeGreaterThan(23 * hour * 1000);
    expect(readIfThere(place.lock)).toContain("owner: other");
  });

  test.each(["ENOENT", "EACCES", "EPERM", "ELOOP"])("that cannot be opened (%s) stays as it is", (code) => {
    const place = future();
    let opens = 0;
    const disk = diskWith((call, [path]) => {
      if (call === "open" && path === place.lock && ++opens === 2) throw systemFailure(code, call);
    });
    expect(tryAcquire(place, { disk })).toBeUndefined();
    expect(statSync(place.lock).mtimeMs - Date.now()).toBeGreaterThan(23 * hour * 1000);
  });

  test("whose time the system refuses to change is an error", () => {
    const place = future();
    const disk = diskWith((call) => {
      if (call === "setModified") throw systemFailure("EIO", call);
    });
    expect(failureOf(() => acquireLock(place.journal, { waitMs: 0, disk }))).toMatchObject({ code: "ERR_LOCK_FAILED" });
  });

  test("is not touched if it is only its time that is in the future, or only its stamp", () => {
    for (const [stamped, aged] of [
      [0, -24 * hour],
      [-24 * hour, 0],
    ] as const) {
      const place = makePlace();
      writeLock(place, referenceText("agent", stamped), aged);
      const before = statSync(place.lock).mtimeMs;
      expect(tryAcquire(place)).toBeUndefined();
      expect(statSync(place.lock).mtimeMs).toBe(before);
    }
  });
});

describe("a lock that is being published", () => {
  test("though its own file was swept away meanwhile is written anew", () => {
    const place = makePlace();
    let aside = "";
    const disk = diskWith((call, [path]) => {
      if (call !== "link") return;
      if (aside === "") nodeDisk.unlink((aside = String(path)));
    });
    const held = acquireLock(place.journal, { waitMs: 0, disk });
    held.check();
    held.release();
    expect(filesIn(place)).toEqual([]);
  });

  test("by a link that is made and yet reported as failed is held", () => {
    const place = makePlace();
    const aside = writeAside("agent", siteOf(place.lock));
    const disk = diskWith((call, [from, to]) => {
      if (call !== "link") return;
      nodeDisk.link(String(from), String(to));
      throw systemFailure("EIO", call);
    });
    expect(linkAside(aside, place.lock, siteOf(place.lock, disk))).toBe(true);
    expect(linkAside(aside, place.lock, siteOf(place.lock))).toBe(true);
    nodeDisk.close(aside.fd);
  });

  test("where nothing can be written is an error, and no file stays", () => {
    const place = makePlace();
    const disk = { ...nodeDisk, write: () => 0 };
    expect(() => acquireLock(place.journal, { waitMs: 0, disk })).toThrow("the operating system wrote nothing");
    expect(filesIn(place)).toEqual([]);
    expect(() => writeText(0, "", siteOf(place.lock, disk))).not.toThrow();
  });

  test("in a folder that cannot be written to is an error", () => {
    const place = makePlace();
    const disk = diskWith((call) => {
      if (call === "open") throw systemFailure("EACCES", call);
    });
    expect(failureOf(() => acquireLock(place.journal, { waitMs: 0, disk }))).toMatchObject({ code: "ERR_LOCK_FAILED" });
  });
});

describe("a lock that an operator takes away", () => {
  test("is busy while another process is removing it", () => {
    const place = makePlace();
    writeLock(place, ownText());
    // A second older, as two writes in one millisecond would leave the same time.
    const takeOver = (): void => writeLock(place, ownText({ owner: "next:1" }), 1);
    const disk = diskWith(onceBefore("rename", /lane-lease/, takeOver));
    const linked = diskWith(onceBefore("link", /claim/, takeOver));
    for (const one of [disk, linked]) {
      writeLock(place, ownText());
      const error = failureOf(() => breakLock(place.journal, { disk: one }));
      expect(error).toMatchObject({ code: "ERR_LOCK_BUSY", path: place.lock });
      expect(error.message).toContain("is being removed or replaced by another process; try again");
      expect(readIfThere(place.lock)).toContain("owner: next:1");
    }
    expect(filesIn(place)).toEqual([".lane-lease.lock"]);
  });
});

describe("what is said of a lock", () => {
  const holder = {
    held: true,
    path: "/lock",
    owner: "a:1",
    pid: 7,
    host: "box",
    acquiredAt: "T",
    stale: false,
  } as const;

  test.each([
    [{}, "a:1, pid 7 on box, which is alive, since T (12 s ago)"],
    [{ host: "" }, "a:1, pid 7, which is alive, since T (12 s ago)"],
    [{ alive: "dead" }, "a:1, pid 7 on box, which is dead, since T (12 s ago)"],
    [{ alive: "unknown" }, "a:1, pid 7 on box, of which it is unknown whether it lives, since T (12 s ago)"],
    [{ owner: "" }, "a file that names no holder, written 12 s ago"],
  ] as const)("but for %j is that it is held by %s", (fields, expected) => {
    const told = tellHolder({ ...holder, alive: "alive", ageSeconds: 12.9, ...fields });
    expect(told).toBe(`the lock /lock is held by ${expected}`);
  });

  test("that came and went with each look is that it went from hand to hand", () => {
    const { world } = siteOf("/lock");
    const error = busyError("/lock", undefined, world, 7);
    expect(error).toMatchObject({ code: "ERR_LOCK_BUSY", path: "/lock" });
    expect(error.message).toBe("the lock /lock went from hand to hand; waited 7 ms");
  });

  test.each([
    ["lives", ownText(), /, which is alive, since \S+ \(\d s ago\); waited 0 ms$/],
    ["cannot be told", ownText({ bootId: "" }), /; waited 0 ms; it can be taken over once it is 300 s old$/],
  ])("whose holder %s ends with what may come of it", (_what, text, expected) => {
    const place = makePlace();
    writeLock(place, text);
    expect(failureOf(() => acquireLock(place.journal, { waitMs: 0 })).message).toMatch(expected);
  });

  test("that is this thread's own is that waiting has no sense", () => {
    const place = makePlace();
    const held = acquireLock(place.journal);
    const own = "; by this very thread, which would wait for itself";
    expect(failureOf(() => acquireLock(place.journal)).message.endsWith(own)).toBe(true);
    held.release();
  });

  test("of which there is none is where it would be", () => {
    const place = makePlace();
    expect(readLock(place.journal)).toEqual({ held: false, path: place.lock });
  });

  test("that does not say who holds it is that, and 0 for the pid", () => {
    const place = makePlace();
    writeLock(place, "no lock\n");
    const nobody = { held: true, path: place.lock, owner: "", pid: 0, host: "", acquiredAt: "", alive: "unknown" };
    expect(readLock(place.journal)).toEqual({ ...nobody, ageSeconds: expect.any(Number), stale: false });
  });

  test.each([
    ["taken", acquireLock],
    ["looked at", readLock],
    ["taken away", breakLock],
  ])("that the system does not let be %s is its reason, and that nothing was written", (action, run) => {
    const place = makePlace();
    const disk = diskWith((call) => {
      throw systemFailure("EIO", call);
    });
    const failure = failureOf(() => run(place.journal, { disk }));
    expect(failure).toMatchObject({ code: "ERR_LOCK_FAILED", path: place.journal, cause: { code: "EIO" } });
    const why = "EIO: injected, lstat; nothing was written";
    expect(failure.message).toBe(`the lock ${place.journal} cannot be ${action}: ${why}`);
  });

  test("is left as it is where it is no answer of the system", () => {
    const error = new TypeError("no");
    expect(explainFailure(error, "/journal", "taken")).toBe(error);
    const told = new JournalError("ERR_LOCK_LOST", "lost", {});
    expect(explainFailure(told, "/journal", "taken")).toBe(told);
  });
});
