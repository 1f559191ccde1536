// Checks that a journal that loses entries while it is open is refused, and that a compaction never makes the numbers
// and tokens go back (docs/format.md 8).
import {
  appendFileSync,
  copyFileSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from "node:fs";
import { describe, expect, it } from "vitest";
import { compactJournal, formatLine, leaseGenerations, readAll } from "../../src/index.js";
import type { Entry, Lease } from "../../src/types.js";
import { about, acquire } from "../contract/journals.js";
import { ownText } from "../lock/place.js";
import { engines } from "../support/engines.js";
import { openTest, type TestJournal } from "./open.js";

const coded = (code: string) => expect.objectContaining({ code });
const wentBack = coded("ERR_JOURNAL_WENT_BACK");

function replaceBy(test: TestJournal, entries: readonly Entry[]): void {
  writeFileSync(`${test.file}.new`, entries.map((entry) => formatLine(entry)).join(""));
  renameSync(`${test.file}.new`, test.file);
}

/** Leaves what a compaction of the reference leaves: no tokens, and no counter. */
function compactAsReference(test: TestJournal): void {
  const leases: Lease[] = test.journal.replay();
  replaceBy(test, [{ op: "CHECKPOINT", leases, seq_watermark: test.journal.nextSeq() - 1 }]);
}

const disasters: { [kind: string]: (test: TestJournal) => void } = {
  "was deleted": (test) => rmSync(test.file),
  "was deleted and created again": (test) => {
    rmSync(test.file);
    appendFileSync(test.file, formatLine({ ...acquire("x"), seq: 1 }));
  },
  "was truncated": (test) => truncateSync(test.file),
  "was cut to its first line": (test) => truncateSync(test.file, readFileSync(test.file).indexOf("\n") + 1),
  "was restored from a backup": (test) => renameSync(`${test.file}.backup`, test.file),
  "was overwritten by a backup": (test) => copyFileSync(`${test.file}.backup`, test.file),
};

const writes: { [call: string]: (test: TestJournal) => unknown } = {
  append: ({ journal }) => journal.append(acquire("c")),
  appendAll: ({ journal }) => journal.appendAll([acquire("c"), acquire("d")]),
  transact: ({ journal }) => journal.transact(() => acquire("c")),
  compact: ({ journal }) => journal.compact(),
};

function openWithBackup(engine: (typeof engines)[number]): TestJournal {
  const test = openTest(engine);
  test.journal.append(acquire("a"));
  copyFileSync(test.file, `${test.file}.backup`);
  test.journal.appendAll([acquire("b"), about("RELEASE", "a")]);
  return test;
}

describe.each(engines)("an open journal that, on the %s engine,", (engine) => {
  describe.each(Object.keys(disasters))("%s", (kind) => {
    it.each(Object.keys(writes))("is refused by %s, is read as it is, and is accepted after forget", (call) => {
      const test = openWithBackup(engine);
      disasters[kind]?.(test);
      const before = test.text();
      const write = () => writes[call]?.(test);
      expect(write).toThrow(wentBack);
      expect(write).toThrow(
        /up to seq 3 that this process knows, found (no file|a file of \d+ bytes that ends at seq [01])/,
      );
      expect(test.text()).toBe(before);
      expect(test.isLocked()).toBe(false);
      expect(test.journal.tail()).toEqual(readAll(test.file));
      expect(test.journal.nextSeq()).toBe(readAll(test.file).length + 1);
      test.journal.forget();
      expect(write).not.toThrow();
    });
  });

  it("went back rejects appendAsync too", async () => {
    const test = openWithBackup(engine);
    truncateSync(test.file);
    await expect(test.journal.appendAsync(acquire("c"))).rejects.toThrow(wentBack);
  });

  it("was never read is created", () => {
    const test = openTest(engine);
    expect(test.journal.append(acquire("a"))["seq"]).toBe(1);
  });

  it("was compacted twice by another process accepts an append", () => {
    const test = openWithBackup(engine);
    compactJournal(test.file, { engine });
    compactJournal(test.file, { engine });
    expect(test.journal.append(acquire("c"))["seq"]).toBe(4);
    expect(test.journal.generations().map(({ generation }) => generation)).toEqual([2, 3]);
  });

  it("was deleted after it was read refuses an append", () => {
    const test = openTest(engine);
    appendFileSync(test.file, formatLine({ ...acquire("a"), seq: 1 }));
    expect(test.journal.replay()).toHaveLength(1);
    rmSync(test.file);
    expect(() => test.journal.append(acquire("a"))).toThrow(wentBack);
  });

  it("was cut back by a writer whose append failed accepts an append", () => {
    const test = openWithBackup(engine);
    const whole = readFileSync(test.file).length;
    writeFileSync(test.lockFile, ownText());
    appendFileSync(test.file, formatLine({ ...acquire("z"), seq: 4 }));
    expect(test.journal.nextSeq()).toBe(5);
    truncateSync(test.file, whole);
    rmSync(test.lockFile);
    expect(test.journal.append(acquire("c"))["seq"]).toBe(4);
  });

  it("has reached the last number accepts appends, and emits one warning", async () => {
    const test = openTest(engine);
    appendFileSync(test.file, formatLine({ op: "ATTEMPT", seq: Number.MAX_SAFE_INTEGER }));
    const warned: unknown[] = [];
    const note = (warning: Error & { code?: string }) => warned.push(warning.code);
    process.on("warning", note);
    expect(test.journal.append(acquire("a"))["seq"]).toBe(2 ** 53);
    expect(test.journal.append(acquire("b"))["seq"]).toBe(2 ** 53);
    await new Promise((resolve) => setImmediate(resolve));
    process.off("warning", note);
    expect(warned).toEqual(["LANE_JOURNAL_SEQ_END"]);
    expect(test.journal.scan().oddSeq.count).toBe(2);
    expect(test.journal.replay()).toHaveLength(2);
  });

  it("was rewritten in the middle, with its size kept, is folded again", () => {
    const test = openTest(engine);
    const filler = Array.from({ length: 200 }, (_, at) => ({ op: "ATTEMPT", unit_id: `unit-${at}` }));
    test.journal.appendAll([acquire("a"), ...filler]);
    expect(test.journal.replay()).toMatchObject([{ lane: "a" }]);
    const rewritten = test.text().replaceAll('"lane": "a"', '"lane": "b"');
    writeFileSync(test.file, rewritten);
    utimesSync(test.file, 1, 1);
    expect(test.journal.replay()).toMatchObject([{ lane: "b" }]);
    test.journal.append(acquire("c"));
    writeFileSync(test.file, test.text().replaceAll('"lane": "b"', '"lane": "d"'));
    utimesSync(test.file, 2, 2);
    expect(test.journal.replay()).toMatchObject([{ lane: "d" }, { lane: "c" }]);
  });
});

describe.each(engines)("after a compaction that forgot the tokens, on the %s engine,", (engine) => {
  const tokens = (test: TestJournal) => leaseGenerations(test.file, { engine }).map(({ generation }) => generation);

  it("the next token is above all known ones, and the entry records the highest", () => {
    const test = openWithBackup(engine);
    compactAsReference(test);
    expect(tokens(test)).toEqual([]);
    expect(test.journal.append({ op: "ATTEMPT" })).not.toHaveProperty("generation_watermark");
    expect(test.journal.append(acquire("c"))).toMatchObject({ generation_watermark: 2, seq: 5 });
    expect(test.journal.append(acquire("d"))).not.toHaveProperty("generation_watermark");
    expect(tokens(test)).toEqual([3, 4]);
  });

  it("only the first of several entries records the highest token", () => {
    const test = openWithBackup(engine);
    compactAsReference(test);
    const appended = test.journal.transact(() => [acquire("c"), acquire("d")]);
    expect(appended.map((entry) => entry["generation_watermark"])).toEqual([2, undefined]);
    expect(tokens(test)).toEqual([3, 4]);
  });

  it("the tokens appended right before it count too", () => {
    const test = openWithBackup(engine);
    const { lines } = test;
    test.journal.append(acquire("c"));
    replaceBy(test, [{ op: "CHECKPOINT", leases: [], seq_watermark: lines().length }]);
    test.journal.append(acquire("d"));
    expect(tokens(test)).toEqual([4]);
  });
});
