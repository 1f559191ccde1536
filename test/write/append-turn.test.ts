// Checks that appends in one turn of the event loop share a descriptor, which is closed at the end of the turn.
import { mkdtempSync, readFileSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { afterEach, beforeEach, expect, test } from "vitest";
import { scriptEngine } from "../../src/engine/script.js";
import { nodeDisk } from "../../src/file/disk.js";
import { type Append, createAppender } from "../../src/write/append.js";
import { createFaultyDisk, type FaultyDisk } from "./faults.js";

let folder: string;
let journal: string;
let disk: FaultyDisk;
let append: Append;
let opens: number;
let open: Set<number>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lane-turn-"));
  journal = join(folder, "journal.jsonl");
  opens = 0;
  open = new Set();
  disk = createFaultyDisk();
  disk.open = (path, flags, mode) => {
    const fd = nodeDisk.open(path, flags, mode);
    if (path !== folder) opens++;
    open.add(fd);
    return fd;
  };
  disk.close = (fd) => {
    open.delete(fd);
    nodeDisk.close(fd);
  };
  append = createAppender(() => scriptEngine, { disk, now: () => "NOW" });
  writeFileSync(journal, '{"seq": 1}\n');
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function seqsOf(path: string): unknown[] {
  const lines = readFileSync(path, "utf8").trimEnd().split("\n");
  return lines.map((line) => (JSON.parse(line) as { seq: unknown }).seq);
}

test("appends of one turn open the journal once, and it is closed at the end of the turn", async () => {
  for (let i = 0; i < 3; i++) append({ op: "HALT" }, journal);
  expect({ opens, open: open.size }).toEqual({ opens: 1, open: 1 });
  await nextTurn();
  await nextTurn();
  expect(open.size).toBe(0);
  append({ op: "HALT" }, journal);
  expect(opens).toBe(2);
  expect(seqsOf(journal)).toEqual([1, 2, 3, 4, 5]);
});

test("an append continues from what others append within the turn, and leaves a torn tail alone", () => {
  append({ op: "HALT" }, journal);
  writeFileSync(journal, '{"seq": 40}\n{"op": "HA', { flag: "a" });
  append({ op: "HALT" }, journal);
  expect(readFileSync(journal, "utf8").split("\n").at(-2)).toBe('{"op": "HALT", "seq": 41, "ts": "NOW"}');
  expect(opens).toBe(1);
});

test("a journal that is replaced between two appends of a turn is opened again", () => {
  append({ op: "HALT" }, journal);
  writeFileSync(`${journal}.new`, '{"seq": 9}\n');
  renameSync(`${journal}.new`, journal);
  append({ op: "HALT" }, journal);
  expect(seqsOf(journal)).toEqual([9, 10]);
  expect({ opens, open: open.size }).toEqual({ opens: 2, open: 1 });
});

test("a journal that is deleted between two appends of a turn is created again", () => {
  append({ op: "HALT" }, journal);
  unlinkSync(journal);
  append({ op: "HALT" }, journal);
  expect(seqsOf(journal)).toEqual([1]);
});

test("a link that changes between two appends of a turn is followed to its new target", () => {
  const link = join(folder, "link");
  symlinkSync(journal, link);
  append({ op: "HALT" }, link);
  unlinkSync(link);
  const other = join(folder, "other.jsonl");
  symlinkSync(other, link);
  append({ op: "HALT" }, link);
  expect(seqsOf(journal)).toEqual([1, 2]);
  expect(seqsOf(other)).toEqual([1]);
});

test("an append reads only the last lines again, once, unless the file ends in a torn tail", () => {
  let reads = 0;
  const { read } = disk;
  disk.read = (fd, into, position) => {
    reads++;
    return read(fd, into, position);
  };
  const readsOf = (): number => {
    reads = 0;
    append({ op: "HALT" }, journal);
    return reads;
  };
  writeFileSync(journal, "");
  expect([readsOf(), readsOf(), readsOf()]).toEqual([0, 1, 1]);
  writeFileSync(journal, '{"seq": 9', { flag: "a" });
  expect([readsOf(), readsOf()]).toEqual([2, 1]);
  expect(readFileSync(journal, "utf8").split("\n").slice(3)).toEqual([
    '{"seq": 9',
    '{"op": "HALT", "seq": 4, "ts": "NOW"}',
    '{"op": "HALT", "seq": 5, "ts": "NOW"}',
    "",
  ]);
});

test("an append to another journal closes the previous one", () => {
  append({ op: "HALT" }, journal);
  append({ op: "HALT" }, join(folder, "other.jsonl"));
  expect({ opens, open: open.size }).toEqual({ opens: 2, open: 1 });
});

test("the end of the turn of an earlier journal does not close the one that is open by then", () => {
  const ends: (() => void)[] = [];
  append = createAppender(() => scriptEngine, { disk, now: () => "NOW", afterTurn: (close) => ends.push(close) });
  append({ op: "HALT" }, journal);
  append({ op: "HALT" }, join(folder, "other.jsonl"));
  ends[0]?.();
  expect(open.size).toBe(1);
  ends[1]?.();
  expect(open.size).toBe(0);
});

test("an append that fails leaves no descriptor open", () => {
  append({ op: "HALT" }, journal);
  disk.faults = [{ call: "write", nth: 2, code: "ENOSPC" }];
  expect(() => append({ op: "HALT" }, journal)).toThrow("ENOSPC");
  expect(open.size).toBe(0);
  append({ op: "HALT" }, journal);
  expect(seqsOf(journal)).toEqual([1, 2, 3]);
});

test("a journal that cannot be looked up again is opened again, and the error names that action", () => {
  append({ op: "HALT" }, journal);
  disk.reset();
  disk.faults = [
    { call: "lstat", nth: 1, code: "EACCES" },
    { call: "lstat", nth: 2, code: "EACCES" },
  ];
  expect(() => append({ op: "HALT" }, journal)).toThrow(/cannot be opened for appending, nothing was written: EACCES/);
});
