// Checks the errors and answers of lock calls while others act between two calls or calls fail, and that no file is
// left behind.
import { renameSync, statSync, writeFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { JournalError } from "../../src/errors.js";
import { type FileState, nodeDisk } from "../../src/file/disk.js";
import { busyError, explainFailure } from "../../src/lock/answers.js";
import { linkAside, writeAside, writeText } from "../../src/lock/aside.js";
import { acquireLock, breakLock, readLock, tellHolder } from "../../src/lock/lock.js";
import {
  diskWith,
  failureOf,
  filesIn,
  makePlace,
  missingPid,
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

  test("that another lock replaces meanwhile keeps the time of the other", () => {
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

  test.each(["ENOENT", "EACCES", "EPERM", "ELOOP"])("that cannot be opened (%s) stays unchanged", (code) => {
    const place = future();
    let opens = 0;
    const disk = diskWith((call, [path]) => {
      if (call === "open" && path === place.lock && ++opens === 2) throw systemFailure(code, call);
    });
    expect(tryAcquire(place, { disk })).toBeUndefined();
    expect(statSync(place.lock).mtimeMs - Date.now()).toBeGreaterThan(23 * hour * 1000);
  });

  test("whose time the system refuses to change causes an error", () => {
    const place = future();
    const disk = diskWith((call) => {
      if (call === "setModified") throw systemFailure("EIO", call);
    });
    expect(failureOf(() => acquireLock(place.journal, { waitMs: 0, disk }))).toMatchObject({ code: "ERR_LOCK_FAILED" });
  });

  test("is not touched if only its time or only its stamp is in the future", () => {
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
  test("is written again if its file was swept away meanwhile", () => {
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

  test("is held if the link is created although the call reports a failure", () => {
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

  test("causes an error and leaves no file if nothing can be written", () => {
    const place = makePlace();
    const disk = { ...nodeDisk, write: () => 0 };
    expect(() => acquireLock(place.journal, { waitMs: 0, disk })).toThrow("the operating system wrote nothing");
    expect(filesIn(place)).toEqual([]);
    expect(() => writeText(0, "", siteOf(place.lock, disk))).not.toThrow();
  });

  test("causes an error in a folder that cannot be written to", () => {
    const place = makePlace();
    const disk = diskWith((call) => {
      if (call === "open") throw systemFailure("EACCES", call);
    });
    expect(failureOf(() => acquireLock(place.journal, { waitMs: 0, disk }))).toMatchObject({ code: "ERR_LOCK_FAILED" });
  });
});

describe("a lock that an operator breaks", () => {
  test("is busy while another process is removing it", () => {
    const place = makePlace();
    writeLock(place, ownText());
    // A second older, because two writes within one millisecond would leave the same time.
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

describe("the description of a lock", () => {
  const self = process.geteuid?.() ?? 0;
  const holder = {
    held: true,
    path: "/lock",
    owner: "a:1",
    pid: 7,
    host: "box",
    acquiredAt: "T",
    uid: self,
    stale: false,
  } as const;
  const stranger = `uid ${missingPid}`;

  test.each([
    [{}, "a:1 (pid 7 on box, alive) since T (12 s ago)"],
    [{ host: "" }, "a:1 (pid 7, alive) since T (12 s ago)"],
    [{ alive: "dead" }, "a:1 (pid 7 on box, dead) since T (12 s ago)"],
    [{ alive: "unknown" }, "a:1 (pid 7 on box, not known whether alive) since T (12 s ago)"],
    [{ owner: "" }, "a file that names no holder, written 12 s ago"],
    [{ uid: missingPid }, `a:1 (pid 7 on box, alive) since T (12 s ago); its file belongs to ${stranger}`],
  ] as const)("with the fields %j says that it is held by %s", (fields, expected) => {
    const told = tellHolder({ ...holder, alive: "alive", ageSeconds: 12.9, ...fields });
    expect(told).toBe(`the lock /lock is held by ${expected}`);
  });

  test("that came and went at each attempt says that another process took it", () => {
    const error = busyError(siteOf("/lock"), undefined, 7);
    expect(error).toMatchObject({ code: "ERR_LOCK_BUSY", path: "/lock" });
    const why = "the lock /lock was taken by another process at each try; waited 7 ms";
    expect(error.message).toBe(`cannot write to /journal: ${why}`);
  });

  test.each([
    ["lives", ownText(), /, alive\) since \S+ \(\d s ago\); waited 0 ms$/],
    ["is unknown", ownText({ bootId: "" }), /; waited 0 ms; it can be taken over once it is 300 s old$/],
  ])("whose holder %s names the journal and the lock, and says what may happen", (_what, text, expected) => {
    const place = makePlace();
    writeLock(place, text);
    const failure = failureOf(() => acquireLock(place.journal, { waitMs: 0 }));
    expect(failure.message).toMatch(expected);
    expect(failure.message).toContain(
      `cannot write to ${place.journal}: the lock ${place.lock} is held by other:1 (pid `,
    );
    expect(failure.path).toBe(place.lock);
  });

  test("whose takeover a claim prevents names the claimant and the file", () => {
    const place = makePlace();
    writeLock(place, ownText({ pid: missingPid }));
    let claim = "";
    // A living process claims it first.
    const disk = diskWith((call, [, to]) => {
      if (call !== "link" || !String(to).includes(".claim-") || claim !== "") return;
      claim = String(to);
      writeFileSync(claim, ownText({ owner: "thief:2" }));
    });
    const failure = failureOf(() => acquireLock(place.journal, { waitMs: 0, disk }));
    const claimed = `waited 0 ms; its removal is claimed in ${claim} by thief:2 \\(pid \\d+ on .*, alive\\) since `;
    expect(failure.message).toMatch(new RegExp(claimed));
    expect(failureOf(() => breakLock(place.journal)).message).toMatch(new RegExp(claimed.replace(/.*;/, "try again;")));
  });

  test("that this thread holds says that waiting is useless", () => {
    const place = makePlace();
    const held = acquireLock(place.journal);
    const own = "; this thread holds it and would wait for itself";
    expect(failureOf(() => acquireLock(place.journal)).message.endsWith(own)).toBe(true);
    held.release();
  });

  test("that does not exist contains its path", () => {
    const place = makePlace();
    expect(readLock(place.journal)).toEqual({ held: false, path: place.lock });
  });

  test("without an owner has an empty owner, and 0 for the pid", () => {
    const place = makePlace();
    writeLock(place, "no lock\n");
    const nobody = { held: true, path: place.lock, owner: "", pid: 0, host: "", acquiredAt: "", alive: "unknown" };
    const file = { uid: self, ageSeconds: expect.any(Number), stale: false };
    expect(readLock(place.journal)).toEqual({ ...nobody, ...file });
  });

  const calls = [
    ["taken", acquireLock],
    ["looked at", readLock],
    ["taken away", breakLock],
  ] as const;

  test.each(calls)(
    "that cannot be %s names the lock and the reason, and says that nothing was written",
    (action, run) => {
      const place = makePlace();
      const disk = diskWith((call, [path]) => {
        if (call === "lstat" && path === place.lock) throw systemFailure("EIO", call);
      });
      const failure = failureOf(() => run(place.journal, { disk }));
      expect(failure).toMatchObject({ code: "ERR_LOCK_FAILED", path: place.lock, cause: { code: "EIO" } });
      const prefix = action === "taken" ? `cannot write to ${place.journal}: ` : "";
      const why = "EIO: injected, lstat; nothing was written";
      expect(failure.message).toBe(`${prefix}the lock ${place.lock} cannot be ${action}: ${why}`);
    },
  );

  test.each(calls)("that cannot be %s because its journal cannot be found names the journal", (action, run) => {
    const place = makePlace();
    const disk = diskWith(() => {
      throw systemFailure("EIO", "lstat");
    });
    const failure = failureOf(() => run(place.journal, { disk }));
    expect(failure).toMatchObject({ code: "ERR_LOCK_FAILED", path: place.journal });
    expect(failure.message).toContain(
      `the lock of ${place.journal} cannot be ${action}: EIO: injected, lstat; nothing`,
    );
  });

  test.each(["EACCES", "EPERM"])(
    "that may not be deleted (%s) names its owner and the users who may delete it",
    (code) => {
      const place = makePlace();
      writeLock(place, ownText({ pid: missingPid }));
      const strange = (state: FileState, path: string): FileState =>
        path === place.lock
          ? { ...state, uid: missingPid }
          : path === place.folder
            ? { ...state, mode: 0o1777 }
            : state;
      const disk = diskWith((call, [path]) => {
        if (call === "rename") throw Object.assign(systemFailure(code, call), { path });
      });
      const lstat = (path: string): FileState => strange(disk.lstat(path), path);
      const planted = new Proxy(disk, { get: (of, name) => (name === "lstat" ? lstat : Reflect.get(of, name)) });
      const { message } = failureOf(() => acquireLock(place.journal, { waitMs: 0, disk: planted }));
      expect(message).toContain(
        `the lock ${place.lock} cannot be taken: ${code}: injected, rename; this process runs as `,
      );
      expect(message).toContain("(mode 1777), ");
      expect(message).toContain(
        `${place.lock} belongs to ${stranger}; the sticky bit lets only these two and root remove`,
      );
    },
  );

  test("is not changed for an error that does not come from the system", () => {
    const { world } = siteOf("/lock");
    const call = { lockPath: "/lock", journalPath: "/journal", action: "taken", world } as const;
    const error = new TypeError("no");
    expect(explainFailure(error, call)).toBe(error);
    const told = new JournalError("ERR_LOCK_LOST", "lost", {});
    expect(explainFailure(told, call)).toBe(told);
  });
});
