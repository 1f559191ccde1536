// Checks that a read is correct whatever the state of the snapshot's file, and that it reports what happened to that
// file.
import { execFileSync } from "node:child_process";
import {
  appendFileSync,
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { loadNativeEngine } from "../../../src/engine/native.js";
import { scriptEngine } from "../../../src/engine/script.js";
import type { Engine } from "../../../src/index.js";
import {
  append,
  leaseGenerations,
  nextSeq,
  openJournal,
  replay,
  replayAsync,
  scan,
  scanAsync,
} from "../../../src/index.js";
import { OpenJournal } from "../../../src/journal/journal.js";
import { planJournal } from "../../../src/journal/plan.js";
import { snapshotPath } from "../../../src/read/snapshot.js";
import { createAppender } from "../../../src/write/append.js";
import { formatLine } from "../../../src/write/line.js";
import { engines } from "../../support/engines.js";
import { countReads, createFaultyDisk } from "../../write/faults.js";

let folder: string;
let journal: string;
let snapshot: string;
let notes: string[];

const isRoot = process.getuid?.() === 0;
/** A journal of more than a megabyte, from which size on snapshots are made. */
const history = Array.from({ length: 8000 }, (_, at) =>
  formatLine({ op: "ACQUIRE", lane: `lane-${at % 7}`, loop_ts: "T", seq: at + 1, filler: "x".repeat(100) }),
).join("");

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lane-snapshot-"));
  journal = join(folder, "journal.jsonl");
  snapshot = snapshotPath(journal);
  notes = [];
  writeFileSync(journal, history);
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

const onSnapshot = (what: string): void => void notes.push(what.replace(/^snapshot \S+: /, ""));

function make(engine: Engine = "native"): void {
  replay(journal, { snapshot: true, engine });
}

/** Scans with snapshots, and returns what happened to the existing one. */
function ask(engine: Engine): string {
  notes = [];
  expect(scan(journal, { snapshot: true, onSnapshot, engine })).toEqual(scan(journal, { engine }));
  return notes[0] ?? "";
}

describe.each(engines)("a snapshot (%s)", (engine) => {
  test("is made by a read that requests it, and used by the next", async () => {
    expect(ask(engine)).toBe("not used: there is none");
    expect(notes[1]).toMatch(/^written: \d+ bytes for \d+$/);
    expect(ask(engine)).toMatch(/^used for/);
    const options = { engine, snapshot: true, onSnapshot };
    notes = [];
    expect(replay(journal, options)).toEqual(replay(journal));
    expect(await replayAsync(journal, options)).toEqual(replay(journal));
    expect(await scanAsync(journal, options)).toEqual(scan(journal, { engine }));
    expect(leaseGenerations(journal, options)).toEqual(leaseGenerations(journal));
    expect(nextSeq(journal, options)).toBe(8001);
    expect(notes.map((note) => note.slice(0, 8))).toEqual(Array.from({ length: 5 }, () => "used for"));
  });

  test("is not made of a short journal, nor without a request", () => {
    expect(nextSeq(journal, { engine })).toBe(8001);
    replay(journal, { engine });
    writeFileSync(journal, history.slice(0, 500_000));
    replay(journal, { engine, snapshot: true });
    expect(readdirSync(folder)).toEqual(["journal.jsonl"]);
  });

  test("is written again once the journal has grown by a megabyte", () => {
    make(engine);
    const before = statSync(snapshot).ino;
    appendFileSync(journal, history.slice(0, 900_000).replace(/[^\n]*$/, ""));
    expect(ask(engine)).toMatch(/^used for/);
    expect(statSync(snapshot).ino).toBe(before);
    appendFileSync(journal, history.slice(0, 200_000).replace(/[^\n]*$/, ""));
    expect(ask(engine)).toMatch(/^used for/);
    expect(notes[1]).toMatch(/^written/);
  });

  test("with a changed byte is not used", () => {
    make(engine);
    const good = readFileSync(snapshot);
    // Both engines share the check. Every byte of the first lines is tested, and some of those under the checksum.
    for (let at = 0; at < good.length; at += at < 200 ? 1 : 101) {
      const bad = Buffer.from(good);
      bad[at] = (bad[at] ?? 0) ^ (1 << (at % 8));
      writeFileSync(snapshot, bad);
      notes = [];
      expect(nextSeq(journal, { engine, snapshot: true, onSnapshot })).toBe(8001);
      expect(notes[0]).toMatch(/^not used: expected/);
      rmSync(snapshot);
    }
  });

  test.each([
    ["cut", (good: Buffer) => good.subarray(0, -1)],
    ["empty", () => Buffer.alloc(0)],
    ["longer", (good: Buffer) => Buffer.concat([good, Buffer.from("\n")])],
    ["of zeros", (good: Buffer) => Buffer.alloc(good.length)],
    ["of another version", (good: Buffer) => Buffer.from(good.toString("latin1").replace("snapshot 4", "snapshot 3"))],
  ])("that is %s is not used, and made again", (_, change) => {
    make(engine);
    writeFileSync(snapshot, change(readFileSync(snapshot)));
    expect(ask(engine)).toMatch(/^not used: expected/);
    expect(ask(engine)).toMatch(/^used for/);
  });

  test("of another file, or of one that was cut or rewritten, is not used", () => {
    make(engine);
    renameSync(journal, `${journal}.old`);
    writeFileSync(journal, history);
    expect(ask(engine)).toMatch(/^not used: the file: expected/);
    writeFileSync(journal, history.slice(0, 1_100_000));
    expect(ask(engine)).toMatch(/^not used: expected at most/);
    writeFileSync(journal, history.replaceAll("lane-3", "lane-4"));
    expect(ask(engine)).toMatch(/^not used: (the journal's (first )?bytes|expected at most)/);
  });

  test("has the journal's mode", () => {
    chmodSync(journal, 0o640);
    make(engine);
    expect(statSync(snapshot).mode & 0o777).toBe(0o640);
  });
});

describe("the path of a snapshot", () => {
  test("is not followed if it is a link, and does not hang if it is a FIFO", () => {
    symlinkSync(join(folder, "elsewhere"), snapshot);
    expect(ask("native")).toMatch(/^not used: ELOOP/);
    expect(existsSync(join(folder, "elsewhere"))).toBe(false);
    expect(lstatSync(snapshot).isFile()).toBe(true);
    rmSync(snapshot);
    execFileSync("mkfifo", [snapshot]);
    expect(ask("native")).toMatch(/^not used: expected a regular file, found a FIFO/);
    expect(ask("native")).toMatch(/^used for/);
  });

  test("is not trusted if more users may write it than the journal", () => {
    make();
    chmodSync(snapshot, 0o666);
    expect(ask("native")).toBe("not used: expected a mode that lets nobody write who cannot write the journal");
  });

  test.skipIf(!isRoot)("is not trusted if it belongs to another user; a new file gets the owner of the journal", () => {
    chownSync(journal, 1234, 1234);
    make();
    expect(statSync(snapshot)).toMatchObject({ uid: 1234, gid: 1234 });
    chownSync(snapshot, 4321, 4321);
    expect(ask("native")).toBe("not used: expected the owner to be the journal's, 1234, found 4321");
  });

  test("does not affect the answer if it is a folder", () => {
    execFileSync("mkdir", [snapshot]);
    expect(ask("native")).toMatch(/^not used: /);
    expect(notes[1]).toMatch(/^not written: EISDIR/);
    expect(readdirSync(folder).toSorted()).toEqual([".journal.jsonl.snapshot", "journal.jsonl"]);
  });

  test("deletes an old temporary file under its own name, but not a new one", () => {
    const names = Array.from({ length: 8 }, (_, i) => `${snapshot}.new-${i}`);
    const [free = "", ...others] = names;
    for (const name of names) writeFileSync(name, "");
    replay(journal, { snapshot: true, onSnapshot });
    expect(notes.at(-1)).toMatch(/^not written: EEXIST/);
    utimesSync(free, 1, 1);
    replay(journal, { snapshot: true, onSnapshot });
    expect(notes.at(-1)).toMatch(/^written: /);
    expect(names.map((name) => existsSync(name))).toEqual([false, ...others.map(() => true)]);
  });
});

describe("the part of a long journal that an append reads", () => {
  const engine = loadNativeEngine().engine ?? scriptEngine;

  test("is the part after the snapshot, which it renews but never creates", () => {
    const counting = countReads(engine);
    const first = createAppender(() => counting)({ op: "HALT" }, journal);
    expect(first["seq"]).toBe(8001);
    expect(existsSync(snapshot)).toBe(false);
    make();
    const known = statSync(journal).size;
    appendFileSync(journal, formatLine({ op: "HALT", seq: 9000 }));
    expect(append({ op: "HALT" }, journal)["seq"]).toBe(9001);
    const resumed = countReads(engine);
    expect(createAppender(() => resumed)({ op: "HALT" }, journal)["seq"]).toBe(9002);
    expect(resumed.bytesAhead[0]).toBe(
      statSync(journal).size - known - formatLine({ op: "HALT", seq: 9002, ts: "2026-01-01T00:00:00Z" }).length,
    );
  });

  test("is the whole journal if reading the snapshot fails", () => {
    make();
    const disk = createFaultyDisk();
    disk.faults.push({ call: "open", nth: 3, code: "EIO" });
    expect(createAppender(() => engine, { disk })({ op: "HALT" }, journal)["seq"]).toBe(8001);
  });
});

test("an open journal uses a snapshot and makes one", () => {
  const open = openJournal(journal, { snapshot: true, onSnapshot });
  expect(open.replay()).toEqual(replay(journal));
  expect(open.scan()).toEqual(scan(journal));
  open.append({ op: "HALT" });
  open.close();
  expect(notes.map((note) => note.slice(0, 8))).toEqual(["not used", "written:"]);
  const again = openJournal(journal, { snapshot: true, onSnapshot });
  expect(again.nextSeq()).toBe(8002);
  expect(notes.at(-1)).toMatch(/^used for/);
});

test.each(["open", "write", "lstat"] as const)("a failing %s changes no answer and leaves nothing behind", (call) => {
  const engine = loadNativeEngine().engine ?? scriptEngine;
  const expected = scan(journal);
  for (let nth = 1; nth <= 6; nth++) {
    for (const code of ["EIO", "ENOSPC", "EMFILE", "EACCES"]) {
      const disk = createFaultyDisk();
      disk.faults.push({ call, nth, code });
      const descriptors = readdirSync("/proc/self/fd").length;
      const open = new OpenJournal(planJournal(journal, { snapshot: true }, () => engine, { disk }));
      expect(open.scan()).toEqual(expected);
      open.close();
      expect(readdirSync("/proc/self/fd").length).toBe(descriptors);
      expect(readdirSync(folder).filter((name) => name.includes(".new-"))).toEqual([]);
      if (nth % 2 === 0) rmSync(snapshot, { force: true });
    }
  }
});

test("wrong options are rejected", () => {
  expect(() => Reflect.apply(replay, undefined, [journal, { snapshot: "yes" }])).toThrow(
    /snapshot: expected a boolean/,
  );
  expect(() => Reflect.apply(replay, undefined, [journal, { onSnapshot: 1 }])).toThrow(
    /onSnapshot: expected a function/,
  );
});
