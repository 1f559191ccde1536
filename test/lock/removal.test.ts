// Checks whether exactly the lock that was seen is removed, and whose files are left, while others act in the middle.
import { renameSync, rmSync, statSync, unlinkSync, utimesSync, writeFileSync } from "node:fs";
import { describe, expect, onTestFinished, test } from "vitest";
import { type Disk, nodeDisk } from "../../src/file/disk.js";
import { type Aside, type LockSite, writeAside } from "../../src/lock/aside.js";
import { removeClaimed, removeGuarded, removeSeen } from "../../src/lock/removal.js";
import { type SeenLock, seeLock } from "../../src/lock/state.js";
import {
  diskWith,
  filesIn,
  type Intruder,
  makePlace,
  missingPid,
  onceBefore,
  openOf,
  ownText,
  type Place,
  readIfThere,
  siteOf,
  systemFailure,
  writeLock,
} from "./place.js";

const moving = /\.old-/;
const claiming = /\.claim-\w+$/;
const theirs = ownText({ owner: "theirs:1" });

interface Scene {
  place: Place;
  site: LockSite;
  seen: SeenLock;
  claimant: Aside;
}

/** A dead holder's lock, and a claimant that has seen it and wants to remove it. */
function scene(intruder: Intruder = () => undefined): Scene {
  const place = makePlace();
  writeLock(place, ownText({ pid: missingPid }), 5);
  const claimant = writeAside("thief", siteOf(place.lock));
  onTestFinished(() => nodeDisk.close(claimant.fd));
  const site = siteOf(place.lock, diskWith(intruder));
  const seen = see(place.lock, site.world.disk);
  return { place, site, seen, claimant };
}

function see(path: string, disk: Disk): SeenLock {
  const seen = seeLock(path, disk);
  if (seen === undefined) throw new Error(`expected a lock at ${path}, found none`);
  return seen;
}

function remove({ seen, claimant, site }: Scene): boolean {
  return removeSeen(seen, claimant, site);
}

/** Returns all files except the claimant's own aside. */
function othersIn({ place }: Scene): string[] {
  return filesIn(place)
    .filter((name) => !name.includes(".new-"))
    .map((name) => name.replace(/-\w+$/, ""));
}

/** Replaces the lock by another process's, with the time of the one that was seen. */
function replaceLock(place: Place): void {
  const { mtime } = statSync(place.lock);
  renameSync(place.lock, `${place.lock}.away`);
  writeFileSync(place.lock, theirs);
  utimesSync(place.lock, mtime, mtime);
  rmSync(`${place.lock}.away`);
}

/** Returns the name of the claim on the lock that was seen. */
function claimOf({ seen, claimant, site }: Scene): string {
  let claim = "";
  const disk = diskWith((call, [, to]) => {
    if (call !== "link") return;
    claim = String(to);
    throw systemFailure("EIO", call);
  });
  const world = { ...site.world, disk };
  expect(() => removeSeen(seen, claimant, { ...site, world })).toThrow("EIO");
  return claim;
}

describe("a lock that was seen", () => {
  test("is removed, and its claim with it", () => {
    const one = scene();
    expect(remove(one)).toBe(true);
    expect(othersIn(one)).toEqual([]);
  });

  test("counts as another one once its text differs, but the claim on it is the same", () => {
    const one = scene();
    const other = { ...one, seen: { ...one.seen, content: "other" } };
    expect(claimOf(other)).toBe(claimOf(one));
    expect(remove(other)).toBe(false);
    expect(othersIn(one)).toEqual([".lane-lease.lock"]);
  });

  test("that is gone before the move was removed by another process", () => {
    const one = scene(onceBefore("rename", moving, () => unlinkSync(one.place.lock)));
    expect(remove(one)).toBe(false);
    expect(othersIn(one)).toEqual([]);
  });

  test("that the system cannot move causes an error, and no claim stays", () => {
    const one = scene(
      onceBefore("rename", moving, () => {
        throw systemFailure("EIO", "rename");
      }),
    );
    expect(() => remove(one)).toThrow("EIO: injected, rename");
    expect(othersIn(one)).toEqual([".lane-lease.lock"]);
  });

  test("and was replaced by one with the same time before the move is put back", () => {
    const one = scene(onceBefore("rename", moving, () => replaceLock(one.place)));
    expect(remove(one)).toBe(false);
    expect(readIfThere(one.place.lock)).toBe(theirs);
    expect(othersIn(one)).toEqual([".lane-lease.lock"]);
  });

  test("and cannot be inspected after the move is put back", () => {
    const one = scene(
      onceBefore("lstat", moving, () => {
        throw systemFailure("EIO", "lstat");
      }),
    );
    expect(() => remove(one)).toThrow("EIO: injected, lstat");
    expect(readIfThere(one.place.lock)).toBe(one.seen.content);
  });

  test("and cannot be put back causes an error", () => {
    const swap = onceBefore("rename", moving, () => replaceLock(one.place));
    const one = scene((call, given) => {
      swap(call, given);
      if (call === "link" && moving.test(String(given[0]))) throw systemFailure("EIO", call);
    });
    expect(() => remove(one)).toThrow("EIO: injected, link");
  });
});

describe("the claim", () => {
  /** Returns how many claims exist at the moment the lock is moved. */
  function claimsAtMove(prepare: (one: Scene) => void, act: (one: Scene) => boolean): number {
    let claims = -1;
    const one = scene(
      onceBefore("rename", moving, () => {
        claims = filesIn(one.place).filter((name) => claiming.test(name)).length;
      }),
    );
    prepare(one);
    expect(act(one)).toBe(true);
    expect(othersIn(one)).toEqual([]);
    return claims;
  }

  test("exists when the lock is moved", () => {
    expect(claimsAtMove(() => undefined, remove)).toBe(1);
  });

  test("exists when the holder itself moves the lock, for whose file it has no other name", () => {
    const own = ({ seen, claimant, site }: Scene): boolean =>
      removeClaimed(seen, { ...claimant, path: "", identity: seen.state.identity }, site);
    expect(claimsAtMove(() => undefined, own)).toBe(1);
  });

  test("of a dead claimant is replaced by one's own before the lock is moved", () => {
    let moves = 0;
    const claims: number[] = [];
    const one = scene((call) => {
      if (call !== "rename") return;
      moves++;
      claims.push(filesIn(one.place).filter((name) => claiming.test(name)).length);
    });
    writeFileSync(claimOf(one), ownText({ pid: missingPid }));
    expect(remove(one)).toBe(true);
    expect({ moves, claims }).toEqual({ moves: 2, claims: [2, 1] });
    expect(othersIn(one)).toEqual([]);
  });

  test("of a living claimant excludes everyone else, and stays", () => {
    const one = scene();
    writeFileSync(claimOf(one), theirs);
    expect(remove(one)).toBe(false);
    expect(readIfThere(one.place.lock)).toBe(one.seen.content);
    expect(readIfThere(claimOf(one))).toBe(theirs);
  });

  test("of a living claimant excludes everyone else even if it replaces a dead one's", () => {
    const one = scene((call, given) => {
      if (call === "link" && given[1] === claim && readIfThere(claim) === undefined) writeFileSync(claim, theirs);
    });
    const claim = claimOf(one);
    writeFileSync(claim, ownText({ pid: missingPid }));
    expect(remove(one)).toBe(false);
    expect(readIfThere(one.place.lock)).toBe(one.seen.content);
    expect(readIfThere(claim)).toBe(theirs);
  });

  test("that is gone when it is read leaves the lock to its claimant", () => {
    const one = scene(
      onceBefore("link", claiming, () => {
        throw systemFailure("EEXIST", "link");
      }),
    );
    expect(remove(one)).toBe(false);
    expect(othersIn(one)).toEqual([".lane-lease.lock"]);
  });

  test("that an operator deletes immediately does not count", () => {
    const one = scene(onceBefore("lstat", claiming, () => unlinkSync(claim)));
    const claim = claimOf(one);
    expect(remove(one)).toBe(false);
    expect(othersIn(one)).toEqual([".lane-lease.lock"]);
  });

  test("of a holder whose lock was just replaced does not count, and the other's lock stays", () => {
    const one = scene(onceBefore("link", claiming, () => replaceLock(one.place)));
    const holder = { ...one.claimant, identity: one.seen.state.identity };
    expect(removeClaimed(one.seen, holder, one.site)).toBe(false);
    expect(readIfThere(one.place.lock)).toBe(theirs);
    expect(othersIn(one)).toEqual([".lane-lease.lock"]);
  });

  test("that cannot be deleted causes an error, and says that it was released", () => {
    const one = scene((call, given) => {
      if (call === "unlink" && claiming.test(String(given[0]))) throw systemFailure("EIO", call);
    });
    expect(() => remove(one)).toThrow("EIO: injected, unlink");
    expect(readIfThere(one.claimant.path)).toContain("released: yes");
  });
});

describe("the guard", () => {
  test("is not created without an engine that can lock it", () => {
    const one = scene();
    expect(removeGuarded(one.seen, one.claimant, one.site)).toBe("removed");
    expect(filesIn(one.place, true).filter((name) => name.endsWith(".guard"))).toEqual([]);
  });

  test.each([
    [true, "removed"],
    [false, "guarded"],
  ] as const)("whose tryLock returns %s is closed again", (isFree, removal) => {
    const one = scene();
    const { disk, open } = openOf(one.site.world.disk);
    const site = { ...one.site, world: { ...one.site.world, disk }, guard: { tryLock: () => isFree } };
    expect(removeGuarded(one.seen, one.claimant, site)).toBe(removal);
    expect(open.size).toBe(0);
  });
});
