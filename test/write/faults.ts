// Creates a disk that fails given calls, and an engine to append with; both record their calls.
import { fstatSync } from "node:fs";
import type { Fold, JournalEngine } from "../../src/engine/engine.js";
import { type Disk, nodeDisk } from "../../src/file/disk.js";

/** The n-th call (from 1) of this name fails with the code, before it does anything. */
export interface Fault {
  call: "open" | "write" | "fsync" | "ftruncate" | "lstat" | "mkdir";
  nth: number;
  code: string;
}

export interface FaultyDisk extends Disk {
  /** The calls so far: `write 12`, `fsync`, ... */
  calls: string[];
  /** How many bytes each of the next writes accepts; later writes accept all. */
  partBytes: number[];
  faults: Fault[];
  /** What runs just before the n-th call of a name, like another process. */
  before: { call: Fault["call"]; nth: number; run(): void }[];
  /** Forgets the calls so far, so that `nth` counts from here. */
  reset(): void;
}

export function createFaultyDisk(): FaultyDisk {
  const counts = new Map<string, number>();
  const enter = (call: Fault["call"]): void => {
    const nth = (counts.get(call) ?? 0) + 1;
    counts.set(call, nth);
    for (const one of disk.before.filter((each) => each.call === call && each.nth === nth)) one.run();
    const fault = disk.faults.find((each) => each.call === call && each.nth === nth);
    if (fault === undefined) return;
    disk.calls.push(`${call}: ${fault.code}`);
    throw Object.assign(new Error(`${fault.code}: injected, ${call}`), { code: fault.code, syscall: call });
  };
  const note = <Result>(call: Fault["call"], detail: string, run: () => Result): Result => {
    enter(call);
    const result = run();
    disk.calls.push(detail);
    return result;
  };
  const disk: FaultyDisk = {
    ...nodeDisk,
    calls: [],
    partBytes: [],
    faults: [],
    before: [],
    reset() {
      counts.clear();
      disk.calls = [];
    },
    open: (path, flags, mode) => note("open", "open", () => nodeDisk.open(path, flags, mode)),
    lstat: (path) => note("lstat", "lstat", () => nodeDisk.lstat(path)),
    mkdir: (path) => note("mkdir", `mkdir ${path}`, () => nodeDisk.mkdir(path)),
    fsync: (fd) => note("fsync", isFolder(fd) ? "fsync folder" : "fsync", () => nodeDisk.fsync(fd)),
    ftruncate: (fd, length) => note("ftruncate", `ftruncate ${length}`, () => nodeDisk.ftruncate(fd, length)),
    write(fd, bytes) {
      const part = bytes.subarray(0, disk.partBytes.shift() ?? bytes.length);
      return note("write", `write ${part.length}`, () => nodeDisk.write(fd, part));
    },
  };
  return disk;
}

/** Returns the calls that change the disk, without the others. */
export function changesOf(disk: FaultyDisk): string[] {
  return disk.calls.filter((call) => !/^(open|lstat)$/.test(call));
}

export interface CountingEngine extends JournalEngine {
  /** How many folds were opened. */
  folds: number;
  /** How many unread bytes the file had at each step of a fold. */
  bytesAhead: number[];
  /** Runs before each step. */
  beforeStep(): void;
}

/** Counts what the folds of an engine read, without changing their answers. */
export function countReads(engine: JournalEngine): CountingEngine {
  const count = (fold: Fold): Fold => {
    const step = fold.step.bind(fold);
    fold.step = (fd, bytesMax, end) => {
      counting.beforeStep();
      counting.bytesAhead.push(fstatSync(fd).size - fold.offset);
      return step(fd, bytesMax, end);
    };
    return fold;
  };
  const counting: CountingEngine = {
    name: engine.name,
    stepBytes: engine.stepBytes,
    folds: 0,
    bytesAhead: [],
    beforeStep: () => undefined,
    readEntries: (fd, from) => engine.readEntries(fd, from),
    siftEntries: (fd, sieve) => engine.siftEntries(fd, sieve),
    openEntries: (from, mark) => engine.openEntries(from, mark),
    findCut: (fd, bound) => engine.findCut(fd, bound),
    openFold(options) {
      counting.folds++;
      return count(engine.openFold(options));
    },
    resumeScan: (options) => count(engine.resumeScan(options)),
  };
  return counting;
}

function isFolder(fd: number): boolean {
  return fstatSync(fd).isDirectory();
}
