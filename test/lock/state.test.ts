// Checks what is read from a lock file and how its age is computed, while others act between two calls.

import { symlinkSync, writeFileSync } from "node:fs";
import { uptime } from "node:os";
import { describe, expect, test } from "vitest";
import { type FileState, nodeDisk } from "../../src/file/disk.js";
import { lookUp } from "../../src/file/regular.js";
import { linkAside, writeAside, writeText } from "../../src/lock/aside.js";
import { breakLock, readLock } from "../../src/lock/lock.js";
import { type ProcessMark, systemProcesses } from "../../src/lock/process.js";
import { ageSeconds, isSame, isStale, type SeenLock, seeLock } from "../../src/lock/state.js";
import {
  diskWith,
  filesIn,
  makePlace,
  onceBefore,
  openOf,
  ownText,
  processesWith,
  siteOf,
  systemFailure,
  writeLock,
} from "./place.js";

const stamp = "2026-06-01T12:00:00Z";
const atStamp = Date.parse(stamp);
const self = systemProcesses.self();

const state: FileState = {
  identity: "1:2",
  kind: "regular file",
  size: 3,
  device: "1",
  mode: 0o600,
  uid: 0,
  gid: 0,
  links: 1,
  modifiedAtMs: atStamp - 60_000,
  changedAtMs: atStamp - 60_000,
};

function seenWith(given: Partial<ProcessMark> & { uptime?: string }, modifiedAtMs = state.modifiedAtMs): SeenLock {
  const fields = { ...self, owner: "a:1", acquiredAt: stamp, uptime: "", released: false, ...given };
  return { path: "/lock", state: { ...state, modifiedAtMs }, content: "text", fields };
}

describe("a lock that is read", () => {
  test.each(["ENOENT", "ELOOP", "ENXIO"])("is read again if it is replaced before it is opened (%s)", (code) => {
    const place = makePlace();
    const content = ownText();
    writeLock(place, content);
    const disk = diskWith(
      onceBefore("open", /lock/, () => {
        throw systemFailure(code, "open");
      }),
    );
    expect(seeLock(place.lock, disk)).toMatchObject({ content, fields: { owner: "other:1" } });
  });

  test.each(["EACCES", "EPERM"])("is returned without its text if it may not be opened (%s)", (code) => {
    const place = makePlace();
    writeLock(place, ownText());
    const disk = diskWith((call) => {
      if (call === "open") throw systemFailure(code, call);
    });
    const named = lookUp(place.lock, disk);
    expect(seeLock(place.lock, disk)).toEqual({
      path: place.lock,
      state: named,
      content: undefined,
      fields: undefined,
    });
  });

  test("is read again if it is a device once it is open, and nothing stays open", () => {
    const place = makePlace();
    const content = ownText();
    writeLock(place, content);
    const { disk, open } = openOf(diskWith(() => undefined));
    let looks = 0;
    const fstat = (fd: number): FileState => ({
      ...disk.fstat(fd),
      ...(looks++ === 0 ? { kind: "character device" } : {}),
    });
    expect(seeLock(place.lock, { ...disk, fstat })?.content).toBe(content);
    expect({ looks, open: open.size }).toEqual({ looks: 2, open: 0 });
  });

  test("is read up to 16 KiB, which is longer than any lock", () => {
    const place = makePlace();
    writeLock(place, "x".repeat(20_000));
    expect(seeLock(place.lock, nodeDisk)?.content).toHaveLength(16 * 1024);
  });

  test("is found beside the target if there is none beside the link", () => {
    const place = makePlace();
    const other = makePlace();
    symlinkSync(other.journal, place.journal);
    writeLock(other, ownText());
    expect(readLock(place.journal)).toMatchObject({ held: true, path: other.lock });
    expect(breakLock(place.journal)).toMatchObject({ held: true, path: other.lock });
    expect(filesIn(other)).toEqual([]);
  });
});

describe("two readings of a lock", () => {
  const seen = seenWith({});
  test("are equal if they find the same", () => {
    expect(isSame(seen, { ...seen, state: { ...state } })).toBe(true);
  });

  test.each([
    ["nothing", undefined],
    ["another file", { ...seen, state: { ...state, identity: "1:3" } }],
    ["another time", { ...seen, state: { ...state, modifiedAtMs: state.modifiedAtMs + 1 } }],
    ["another text", { ...seen, content: "other" }],
  ])("are not equal if the second finds %s", (_what, other) => {
    expect(isSame(seen, other)).toBe(false);
  });
});

describe("the age of a lock", () => {
  const at = (now: number, boot: Partial<ProcessMark> = {}) => ({
    disk: nodeDisk,
    processes: processesWith(boot, () => "hidden"),
    now: () => now,
  });

  test("is computed from its stamp if it has another boot id or no uptime", () => {
    const old = { bootId: "other", uptime: "0.5" };
    expect(ageSeconds(seenWith(old), at(atStamp + 2500))).toBe(2.5);
    expect(ageSeconds(seenWith({}), at(atStamp + 2500))).toBe(2.5);
    expect(ageSeconds(seenWith({ bootId: "", uptime: "0.5" }), at(atStamp + 2500, { bootId: "" }))).toBe(2.5);
  });

  test("is computed from its uptime, unless that is in the future", () => {
    const age = ageSeconds(seenWith({ uptime: String(uptime() - 7) }), at(atStamp + 2500));
    expect(age).toBeGreaterThan(6.9);
    expect(age).toBeLessThan(600);
    expect(ageSeconds(seenWith({ uptime: String(uptime() + 900) }), at(atStamp + 2500))).toBe(2.5);
  });

  test("is 0 at the moment of its stamp, and computed from the file's time before that", () => {
    expect(ageSeconds(seenWith({}), at(atStamp))).toBe(0);
    expect(ageSeconds(seenWith({}), at(atStamp - 1000))).toBe(59);
    expect(ageSeconds(seenWith({}, atStamp), at(atStamp - 1000))).toBe(0);
  });

  test("makes an unknown holder stale at more than 301 s, because stamps are cut to the second", () => {
    const unknown = seenWith({ bootId: "other", host: "elsewhere" });
    expect(isStale(unknown, at(atStamp + 301_000))).toBe(false);
    expect(isStale(unknown, at(atStamp + 301_001))).toBe(true);
  });
});

describe("the file that becomes a lock", () => {
  function written(code?: string) {
    const place = makePlace();
    const calls: string[] = [];
    const { disk, open } = openOf(
      diskWith((call) => {
        calls.push(call);
        if (call === "open" && code !== undefined) throw systemFailure(code, call);
      }),
    );
    return { place, calls, open, write: () => writeAside("agent", siteOf(place.lock, disk)) };
  }

  test("is only opened with its mode, written and fsynced", () => {
    const { calls, write } = written();
    nodeDisk.close(write().fd);
    expect(calls).toEqual(["open", "write", "fstat", "fsync"]);
  });

  test("is not opened again if the system refuses", () => {
    const { calls, write } = written("EIO");
    expect(write).toThrow("EIO: injected, open");
    expect(calls).toEqual(["open"]);
  });

  test("is deleted and closed if it cannot be written", () => {
    const { place, open, write } = written();
    const full = { ...nodeDisk, write: () => 0 };
    expect(() => writeAside("agent", siteOf(place.lock, full))).toThrow("the operating system wrote nothing");
    expect({ files: filesIn(place), open: open.size }).toEqual({ files: [], open: 0 });
    nodeDisk.close(write().fd);
  });

  test("does not become the lock if the link fails, which is no error if another lock exists", () => {
    const place = makePlace();
    const aside = writeAside("agent", siteOf(place.lock));
    for (const [code, expected] of [
      ["EEXIST", false],
      ["ENOENT", false],
      ["EMLINK", "EMLINK: injected, link"],
    ] as const) {
      const disk = diskWith((call) => {
        if (call === "link") throw systemFailure(code, call);
      });
      const link = (): boolean => linkAside(aside, place.lock, siteOf(place.lock, disk));
      if (typeof expected === "string") expect(link).toThrow(expected);
      else expect(link()).toBe(expected);
    }
    nodeDisk.close(aside.fd);
  });

  test("is written completely despite a partial write", () => {
    const place = makePlace();
    writeFileSync(place.lock, "");
    const texts: string[] = [];
    const write = (_fd: number, bytes: Uint8Array): number => {
      texts.push(Buffer.from(bytes).toString());
      return 2;
    };
    writeText(0, "abcd", siteOf(place.lock, { ...nodeDisk, write }));
    expect(texts).toEqual(["abcd", "cd"]);
  });
});
