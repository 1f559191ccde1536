// Checks that an open journal, changed by itself and by others, answers as the bare functions do for the file as it is
// now.
import { appendFileSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { formatLine, leaseGenerations, nextSeq, replay, scan, tail } from "../../src/index.js";
import { about, acquire, brokenLine } from "../contract/journals.js";
import { engines } from "../support/engines.js";
import { openTest, type TestJournal } from "./open.js";

function expectAsBare({ journal, file }: TestJournal): void {
  expect(journal.replay()).toEqual(replay(file));
  expect(journal.generations()).toEqual(leaseGenerations(file));
  expect(journal.nextSeq()).toBe(nextSeq(file));
  expect(journal.tail(2)).toEqual(tail(2, file));
  expect({ ...journal.scan(), engine: "any" }).toEqual({ ...scan(file), engine: "any" });
}

describe.each(engines)("an open journal on the %s engine", (engine) => {
  it("without a file is empty, and reading creates none", () => {
    const test = openTest(engine);
    expectAsBare(test);
    expect(test.journal.replay()).toEqual([]);
    expect(test.text()).toBe("");
  });

  it("reports what it and others have appended, complete lines or not", () => {
    const test = openTest(engine);
    test.journal.append(acquire("a"));
    expectAsBare(test);
    appendFileSync(test.file, `${formatLine(acquire("b"))}${brokenLine}`);
    expectAsBare(test);
    appendFileSync(test.file, `\n\n${formatLine(about("HEARTBEAT", "a", "T1", { heartbeat_at: "H" }))}[1]\n`);
    expectAsBare(test);
    expect(test.journal.replay()).toHaveLength(2);
    expect(test.journal.scan().corrupt.count).toBe(1);
  });

  it("reads the file once, then only what was appended", () => {
    const test = openTest(engine);
    const line = formatLine({ ...acquire("a"), filler: "x".repeat(300) });
    writeFileSync(test.file, line.repeat(2000));
    test.journal.replay();
    for (let count = 0; count < 10; count++) {
      appendFileSync(test.file, line);
      test.journal.replay();
      test.journal.append(about("HEARTBEAT", "a"));
      test.journal.generations();
      test.journal.transact((live) => (live.length === 1 ? about("HEARTBEAT", "a") : undefined));
    }
    expect(test.engine.folds).toBe(1);
    expect(test.engine.bytesAhead[0]).toBe(line.length * 2000);
    expect(Math.max(...test.engine.bytesAhead.slice(1))).toBeLessThanOrEqual(2 * line.length);
  });

  it("folds again if another file has replaced the journal", () => {
    const test = openTest(engine);
    test.journal.appendAll([acquire("a"), acquire("b")]);
    writeFileSync(`${test.file}.new`, formatLine({ ...acquire("c"), seq: 70 }).repeat(9));
    renameSync(`${test.file}.new`, test.file);
    expectAsBare(test);
    expect(test.journal.replay()).toEqual([{ lane: "c", loop_ts: "T1" }]);
  });

  it("folds again if the file was cut, deleted, or rewritten under its inode", () => {
    const test = openTest(engine);
    test.journal.appendAll([acquire("a"), acquire("b")]);
    const [first = ""] = test.lines();
    truncateSync(test.file, first.length + 1);
    expectAsBare(test);
    writeFileSync(test.file, formatLine(acquire("d")).repeat(30));
    expectAsBare(test);
    rmSync(test.file);
    expectAsBare(test);
  });

  it("does not mistake a line for one of the same length that it replaced", () => {
    const test = openTest(engine);
    const stamps = { seq: 1, tree: ["x".repeat(500)], ts: "2026-06-01T14:00:03Z", ttl_minutes: 50 };
    writeFileSync(test.file, formatLine({ ...acquire("a"), ...stamps }));
    expect(test.journal.replay()).toEqual([{ lane: "a", loop_ts: "T1" }]);
    const { ino } = statSync(test.file);
    writeFileSync(test.file, formatLine({ ...acquire("b"), ...stamps }));
    expect(statSync(test.file).ino).toBe(ino);
    expect(test.journal.replay()).toEqual([{ lane: "b", loop_ts: "T1" }]);
  });

  it.each(["", '{"op":"HALT"}\n'])(
    "treats a damaged line as a torn tail once the lines after it are cut off (%j)",
    (start) => {
      const test = openTest(engine);
      const damaged = `${start}{"op\n`;
      for (const behind of ['{"torn', "{}\n", "{}\n{"]) {
        writeFileSync(test.file, damaged + behind);
        expect(test.journal.scan()).toMatchObject({ corrupt: { count: 1 } });
        truncateSync(test.file, damaged.length);
        expect(test.journal.scan()).toEqual(scan(test.file, { engine }));
        expect(test.journal.scan().tornTail).toMatchObject({ offset: start.length, terminated: true });
      }
    },
  );

  it("folds again if the file becomes shorter while it is read, at most three times", () => {
    const test = openTest(engine);
    const lines = [acquire("a"), acquire("b"), acquire("c")].map((entry) => formatLine(entry));
    writeFileSync(test.file, lines.join(""));
    const own = test.engine.openFold.bind(test.engine);
    let cuts = 1;
    test.engine.openFold = (options) => {
      const fold = own(options);
      const step = fold.step.bind(fold);
      fold.step = (fd, bytesMax) => {
        const atEnd = step(fd, bytesMax);
        if (cuts-- > 0) truncateSync(test.file, statSync(test.file).size - (lines[0]?.length ?? 0));
        return atEnd;
      };
      return fold;
    };
    expect(test.journal.replay()).toHaveLength(2);
    writeFileSync(test.file, lines.join("").repeat(2));
    cuts = 3;
    expect(() => test.journal.replay()).toThrow(/became shorter while it was read/);
  });

  it("returns copies: a change to one answer does not affect the next", () => {
    const { journal } = openTest(engine);
    journal.append(acquire("a", "T1", { tree: ["src"] }));
    for (const lease of [...journal.replay(), ...journal.scan().leases]) {
      lease["lane"] = "b";
      if (Array.isArray(lease["tree"])) lease["tree"].push("docs");
    }
    expect(journal.replay()).toEqual([{ lane: "a", loop_ts: "T1", tree: ["src"] }]);
    expect(journal.scan().leases).toEqual(journal.replay());
  });

  it("starts again after a read that failed", () => {
    const test = openTest(engine);
    test.journal.append(acquire("a"));
    test.engine.beforeStep = () => {
      throw Object.assign(new Error("EIO: injected"), { code: "EIO", syscall: "read" });
    };
    expect(() => test.journal.replay()).toThrow(expect.objectContaining({ code: "ERR_JOURNAL_UNREADABLE" }));
    const before = test.text();
    expect(() => test.journal.append(acquire("b"))).toThrow(
      expect.objectContaining({ code: "ERR_JOURNAL_UNREADABLE", path: test.file }),
    );
    expect(test.text()).toBe(before);
    expect(test.isLocked()).toBe(false);
    test.engine.beforeStep = () => undefined;
    expectAsBare(test);
  });
});
