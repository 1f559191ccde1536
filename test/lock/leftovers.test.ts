// Checks that processes killed in the middle of a lock call leave a lock that can be taken and a folder that gets
// cleaned.
import { existsSync, mkdirSync, readdirSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { basename, join } from "node:path";
import { describe, expect, test } from "vitest";
import { nodeDisk } from "../../src/file/disk.js";
import { leftoversMax } from "../../src/file/leftovers.js";
import { discardAside, linkAside, nameAside, writeAside } from "../../src/lock/aside.js";
import { listLeftovers, sweepLeftovers } from "../../src/lock/leftovers.js";
import { acquireLock } from "../../src/lock/lock.js";
import { type ProcessMark, type Sighting, systemProcesses } from "../../src/lock/process.js";
import {
  diskWith,
  filesIn,
  makePlace,
  missingPid,
  onceBefore,
  ownText,
  type Place,
  processesWith,
  siteOf,
  systemFailure,
  writeLock,
} from "./place.js";

/** Matches the link that turns an aside into the lock. */
const publishing = /\.new-\S* \S*\.lane-lease\.lock$/;

describe("files that killed processes leave behind", () => {
  const killed = (text: string): Error => Object.assign(new Error(text), { code: "KILLED" });

  test("at any call of an acquisition do not block the next one, and are swept away", () => {
    const count = killAt(0);
    expect(count).toBeGreaterThan(20);
    for (let stopAt = 1; stopAt <= count; stopAt++) killAt(stopAt);
  });

  /** Kills a process before its n-th call while it replaces a dead holder. The next process finds it gone. */
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

  test("stay if a living process may still use them", () => {
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

  test("include a claim, which stays while its process lives, at any clock time", () => {
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

  test("may include a claim that an operator deletes meanwhile", () => {
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

  test("may include an aside that is swept while its process is stopped, and then written again", () => {
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

describe("a sweep", () => {
  const hourMs = 3_600_000;
  const second = Math.floor(Date.now() / 1000);
  const here = { ...systemProcesses.self(), bootId: "boot", namespace: "pid:[1]", start: "50" };
  const running: Sighting = { start: "77", finished: false };

  interface Swept {
    mark?: Partial<ProcessMark>;
    found?: Sighting;
    self?: Partial<ProcessMark>;
    ageMs?: number;
  }

  /** Returns what is left of an aside of process 4242, named as that process would name it. */
  function leftOf({ mark = {}, found = "gone", self = {}, ageMs = 0 }: Swept): string[] {
    const place = makePlace();
    const aside = nameAside("new", { ...here, pid: 4242, start: "77", ...mark }, place.lock);
    return sweep(place, [aside], "", found, ageMs, self);
  }

  function sweep(place: Place, paths: string[], text: string, found: Sighting, ageMs: number, self = {}): string[] {
    for (const path of paths) {
      writeFileSync(path, text);
      utimesSync(path, second, second);
    }
    const processes = processesWith({ ...here, ...self }, (pid) => (pid === 4242 ? found : "hidden"));
    const site = siteOf(place.lock);
    const world = { ...site.world, processes, now: () => second * 1000 + ageMs };
    const claimant = writeAside("agent", site);
    linkAside(claimant, place.lock, site);
    nodeDisk.unlink(claimant.path);
    listLeftovers({ ...site, world });
    sweepLeftovers(claimant, { ...site, world });
    discardAside({ ...claimant, path: place.lock }, site);
    return filesIn(place);
  }

  const gone: [string, Swept][] = [
    ["that is gone", {}],
    ["that is gone, found on a host of another name", { self: { host: "renamed" } }],
    ["that has ended", { found: { start: "77", finished: true } }],
    ["whose pid was reused", { found: { start: "78", finished: false } }],
    ["that is hidden, for more than an hour", { found: "hidden", ageMs: hourMs + 1 }],
    ["of another boot, for more than an hour", { mark: { bootId: "other" }, ageMs: hourMs + 1 }],
    ["of another namespace, for more than an hour", { mark: { namespace: "pid:[2]" }, ageMs: hourMs + 1 }],
  ];
  test.each(gone)("deletes the file of a process %s", (_what, swept) => {
    expect(leftOf(swept)).toEqual([]);
  });

  const kept: [string, Swept][] = [
    ["that runs, at any age", { found: running, ageMs: 24 * hourMs }],
    ["that is hidden, for an hour", { found: "hidden", ageMs: hourMs }],
    ["of another boot, for an hour", { mark: { bootId: "other" }, ageMs: hourMs }],
    ["without a start time, for an hour", { mark: { start: "" }, ageMs: hourMs }],
    ["of a system without boot ids, for an hour", { mark: { bootId: "" }, self: { bootId: "" }, ageMs: hourMs }],
  ];
  test.each(kept)("keeps the file of a process %s", (_what, swept) => {
    expect(leftOf(swept)).toHaveLength(1);
  });

  const unknown = ownText({ bootId: "elsewhere", host: "elsewhere" });
  test.each([
    ["of a dead process is deleted", ownText({ ...here, pid: 4242 }), "gone", 0, 0],
    ["of a living one stays, at any age", ownText({ ...here, pid: 4242, start: "77" }), running, 24 * hourMs, 1],
    ["of an unknown process stays for an hour", unknown, "gone", hourMs, 1],
    ["of an unknown process is deleted after that", unknown, "gone", hourMs + 1, 0],
  ] as const)("a claim %s", (_what, text, found, ageMs, left) => {
    const place = makePlace();
    expect(sweep(place, [`${place.lock}.claim-${"0a".repeat(16)}`], text, found, ageMs)).toHaveLength(left);
  });

  test("keeps every file whose name is not one of a lock call", () => {
    const place = makePlace();
    const aside = nameAside("old", { ...here, pid: 4242 }, place.lock);
    const other = nameAside("old", { ...here, pid: 4242 }, join(place.folder, "other.lock"));
    const claim = `${place.lock}.claim-${"0".repeat(32)}`;
    const odd = [aside, claim].flatMap((path) => [`${path}0`, path.slice(0, -1), path.replace(".lock.", ".lock.x")]);
    const names = [...odd, other, aside.replace("4242", ""), aside.replace("old", "odd")];
    const dead = ownText({ ...here, pid: 4242 });
    const left = names.map((path) => path.slice(place.folder.length + 1)).toSorted();
    expect(sweep(place, [...names, aside, claim], dead, "gone", 24 * hourMs)).toEqual(left);
  });

  /** Returns how many files of dead processes are left beside the lock after each of the next decisions. */
  function leftAfterEach(count: number, decisions: number): { left: number[]; listings: number[] } {
    const place = makePlace();
    const dead = { ...systemProcesses.self(), pid: missingPid };
    for (let i = 0; i < count; i++) writeFileSync(nameAside("new", dead, place.lock), "");
    let listings = 0;
    const disk = diskWith((call) => {
      if (call === "readdir") listings++;
    });
    const after = Array.from({ length: decisions }, () => {
      acquireLock(place.journal, { waitMs: 0, disk }).release();
      return { left: filesIn(place).length, listings };
    });
    return { left: after.map(({ left }) => left), listings: after.map((each) => each.listings) };
  }

  test("of more files than one decision removes continues in the next ones, and lists the folder once", () => {
    const more = leftoversMax + 10;
    const left = [leftoversMax + more, more, 10, 0, 0];
    expect(leftAfterEach(2 * leftoversMax + more, 5)).toEqual({ left, listings: [1, 1, 1, 1, 1] });
  });

  test("deletes all files at once if one decision may remove that many", () => {
    expect(leftAfterEach(leftoversMax, 1).left).toEqual([0]);
  });

  test("continues after a file that cannot be inspected", () => {
    const place = makePlace();
    const planted = `${place.lock}.claim-${"0".repeat(32)}`;
    mkdirSync(planted);
    const dead = { ...here, pid: 4242 };
    const asides = ["a", "b", "c"].map(() => nameAside("new", dead, place.lock));
    for (const path of asides) writeFileSync(path, "");
    const processes = processesWith(here, (pid) => (pid === 4242 ? "gone" : "hidden"));
    acquireLock(place.journal, { waitMs: 0, processes }).release();
    expect(filesIn(place)).toEqual([basename(planted)]);
  });

  test("ignores a folder that may not be listed", () => {
    const place = makePlace();
    const disk = diskWith((call) => {
      if (call === "readdir") throw systemFailure("EACCES", call);
    });
    acquireLock(place.journal, { waitMs: 0, disk }).release();
    expect(filesIn(place)).toEqual([]);
  });
});
