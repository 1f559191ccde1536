// Creates folders for locks, lock files with given content, disks on which others act, and made-up processes.
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, expect } from "vitest";
import { JournalError } from "../../src/errors.js";
import { type Disk, nodeDisk } from "../../src/file/disk.js";
import type { LockSite } from "../../src/lock/aside.js";
import { acquireLock, type HeldLock, type LockOptions } from "../../src/lock/lock.js";
import { type ProcessMark, type ProcessTable, type Sighting, systemProcesses } from "../../src/lock/process.js";
import { formatLock, type LockFields } from "../../src/lock/text.js";

export interface Place {
  folder: string;
  journal: string;
  lock: string;
}

const folders: string[] = [];
afterEach(() => {
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

export function makePlace(): Place {
  const folder = mkdtempSync(join(tmpdir(), "lane-lock-"));
  folders.push(folder);
  return { folder, journal: join(folder, "journal.jsonl"), lock: join(folder, ".lane-lease.lock") };
}

/** Returns all files in the folder; the guard, which is never deleted, only if requested. */
export function filesIn({ folder }: Place, withGuard = false): string[] {
  return readdirSync(folder)
    .filter((name) => withGuard || !name.endsWith(".guard"))
    .toSorted();
}

export function readIfThere(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

export function failureOf(run: () => unknown): JournalError {
  try {
    run();
  } catch (error) {
    if (error instanceof JournalError) return error;
    throw error;
  }
  throw new Error("expected a failure, found none");
}

export function stampAgo(seconds: number): string {
  return new Date(Date.now() - seconds * 1000).toISOString().replace(/\.\d+Z$/, "Z");
}

/** Formats a lock as the reference does. */
export function referenceText(owner: string, secondsAgo: number, pid = process.pid): string {
  return `owner: ${owner}\nacquired_at: ${stampAgo(secondsAgo)}\npid: ${pid}\n`;
}

/** Formats a lock as this package does, held by this process unless fields are given. */
export function ownText(given: Partial<LockFields> = {}): string {
  const fields = { ...systemProcesses.self(), owner: "other:1", acquiredAt: stampAgo(0), uptime: "" };
  return formatLock({ ...fields, ...given });
}

export function setAge(path: string, seconds: number): void {
  const when = Date.now() / 1000 - seconds;
  utimesSync(path, when, when);
}

export function writeLock(place: Place, text: string, ageSeconds = 0): void {
  writeFileSync(place.lock, text);
  setAge(place.lock, ageSeconds);
}

/** A pid that no process of this namespace has. */
export const missingPid = 0x7ffffffe;

export type Intruder = (call: string, given: readonly unknown[]) => void;

/**
 * Returns the real disk with an intruder that acts just before each call, like another process, or throws like a
 * failure.
 */
export function diskWith(intruder: Intruder): Disk {
  return new Proxy(nodeDisk, {
    get(disk, name) {
      const method: unknown = Reflect.get(disk, name);
      if (typeof method !== "function") return method;
      return (...given: unknown[]): unknown => {
        intruder(String(name), given);
        return Reflect.apply(method, disk, given);
      };
    },
  });
}

/** Returns the disk, and the descriptors that it has opened and not closed. */
export function openOf(disk: Disk): { disk: Disk; open: Set<number> } {
  const open = new Set<number>();
  const note = (fd: number): number => {
    open.add(fd);
    return fd;
  };
  const noting: Partial<Disk> = {
    open: (path, flags, mode) => note(disk.open(path, flags, mode)),
    close(fd) {
      open.delete(fd);
      disk.close(fd);
    },
  };
  const noted = new Proxy(disk, { get: (target, name) => Reflect.get(name in noting ? noting : target, name) });
  return { disk: noted, open };
}

/** Creates an error as `node:fs` throws it. Without a code it is not an error of the operating system. */
export function systemFailure(code: string | undefined, call: string): Error {
  return Object.assign(new Error(`${code}: injected, ${call}`), code === undefined ? {} : { code, syscall: call });
}

export function siteOf(path: string, disk: Disk = nodeDisk): LockSite {
  return {
    path,
    journalPath: "/journal",
    mode: 0o600,
    journal: undefined,
    world: { disk, processes: systemProcesses, now: Date.now },
    guard: undefined,
  };
}

/** Acts once, before the n-th matching call. */
export function onceBefore(call: string, fits: RegExp, act: () => void, nth = 1): Intruder {
  let seen = 0;
  return (name, given) => {
    if (name !== call || !fits.test(given.map(String).join(" "))) return;
    seen++;
    if (seen === nth) act();
  };
}

/** Returns a process table in which this process has made-up properties. */
export function processesWith(self: Partial<ProcessMark>, look: (pid: number) => Sighting): ProcessTable {
  return { self: () => ({ ...systemProcesses.self(), ...self }), look };
}

/** Acquires without waiting; returns `undefined` if the lock is held. */
export function tryAcquire(place: Place, options: LockOptions = {}): HeldLock | undefined {
  try {
    return acquireLock(place.journal, { waitMs: 0, ...options });
  } catch (error) {
    expect(error).toMatchObject({ code: "ERR_LOCK_BUSY" });
    return undefined;
  }
}
