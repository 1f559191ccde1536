// Checks that a decision and its entries happen under one lock, or not at all (docs/format.md 8).
import { appendFileSync, copyFileSync, linkSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { formatLine, readAll, replay } from "../../src/index.js";
import { about, acquire } from "../contract/journals.js";
import { engines } from "../support/engines.js";
import { openTest } from "./open.js";

const coded = (code: string) => expect.objectContaining({ code });

describe.each(engines)("transact on the %s engine", (engine) => {
  it("passes the live leases and their tokens, under the lock, and returns the appended entries", () => {
    const test = openTest(engine);
    test.journal.appendAll([acquire("a"), acquire("b"), about("RELEASE", "a")]);
    appendFileSync(test.file, formatLine(acquire("c")));
    const appended = test.journal.transact((live, generations) => {
      expect(test.isLocked()).toBe(true);
      expect(live.map((lease) => lease["lane"])).toEqual(["b", "c"]);
      expect(generations.map(({ generation }) => generation)).toEqual([2, 3]);
      return [about("RELEASE", "b"), acquire("d")];
    });
    expect(appended.map((entry) => entry["seq"])).toEqual([4, 5]);
    expect(readAll(test.file).slice(-2)).toEqual(appended);
    expect(test.isLocked()).toBe(false);
  });

  it("accepts one entry, several or none", () => {
    const { journal, lines } = openTest(engine);
    expect(journal.transact(() => acquire("a"))).toHaveLength(1);
    expect(journal.transact(() => [])).toEqual([]);
    expect(journal.transact(() => undefined)).toEqual([]);
    expect(lines()).toHaveLength(1);
  });
});

describe("a decision that goes wrong", () => {
  it("by throwing writes nothing, rethrows the error unchanged and releases the lock", () => {
    const test = openTest();
    const error = Object.assign(new Error("ENOENT: of the caller's own"), { code: "ENOENT", syscall: "open" });
    expect(() =>
      test.journal.transact(() => {
        throw error;
      }),
    ).toThrow(error);
    expect(test.text()).toBe("");
    expect(test.isLocked()).toBe(false);
    expect(test.journal.append(acquire("a"))["seq"]).toBe(1);
  });

  it("by one invalid entry writes none of the others", () => {
    const test = openTest();
    expect(() => test.journal.transact(() => [acquire("a"), { pid: Number.POSITIVE_INFINITY }])).toThrow(
      coded("ERR_ENTRY_INVALID"),
    );
    for (const wrong of ["entry", 1, null, [null], new Map()]) {
      expect(() => Reflect.apply(test.journal.transact, test.journal, [() => wrong])).toThrow(TypeError);
    }
    expect(test.text()).toBe("");
  });

  it("by being async writes nothing and throws", () => {
    const test = openTest();
    const decide = async () => acquire("a");
    expect(() => Reflect.apply(test.journal.transact, test.journal, [decide])).toThrow(/cannot be async/);
    expect(test.text()).toBe("");
  });

  it("by writing to the same journal gets an error from each call, and may still decide", () => {
    const test = openTest();
    const { journal } = test;
    const appended = journal.transact(() => {
      expect(() => journal.append(acquire("x"))).toThrow(/append within transact/);
      expect(() => journal.appendAll([acquire("x")])).toThrow(coded("ERR_LOCK_BUSY"));
      expect(() => journal.transact(() => acquire("x"))).toThrow(coded("ERR_LOCK_BUSY"));
      expect(() => journal.compact()).toThrow(coded("ERR_LOCK_BUSY"));
      expect(() => journal.close()).toThrow(coded("ERR_LOCK_BUSY"));
      expect(journal.replay()).toEqual([]);
      return acquire("a");
    });
    expect(readAll(test.file)).toEqual(appended);
  });
});

describe("a journal that changes between the decision and the write", () => {
  it("by an append without the lock is decided on again", () => {
    const test = openTest();
    let decisions = 0;
    test.journal.transact((live) => {
      decisions++;
      if (decisions === 1) appendFileSync(test.file, formatLine({ ...acquire("a", "T9"), seq: 8 }));
      return live.some((lease) => lease["lane"] === "a") ? { op: "REFUSE" } : acquire("a");
    });
    expect(decisions).toBe(2);
    expect(readAll(test.file).map((entry) => entry["op"])).toEqual(["ACQUIRE", "REFUSE"]);
    expect(test.journal.tail(1)[0]?.["seq"]).toBe(9);
  });

  it("by a compaction without the lock gets the entry in its new file, and nothing in its old one", () => {
    const test = openTest();
    test.journal.appendAll([acquire("a"), acquire("b"), about("RELEASE", "a")]);
    const old = `${test.file}.old`;
    linkSync(test.file, old);
    const before = readFileSync(old, "utf8");
    let decisions = 0;
    test.journal.transact((live) => {
      decisions++;
      if (decisions === 1) {
        writeFileSync(`${test.file}.new`, formatLine({ op: "CHECKPOINT", leases: live, seq_watermark: 3 }));
        renameSync(`${test.file}.new`, test.file);
      }
      return acquire("c");
    });
    expect(decisions).toBe(2);
    expect(readFileSync(old, "utf8")).toBe(before);
    expect(replay(test.file).map((lease) => lease["lane"])).toEqual(["b", "c"]);
    expect(test.journal.nextSeq()).toBe(5);
  });

  it("every time causes an error after 16 decisions, and nothing is written", () => {
    const test = openTest();
    let decisions = 0;
    const decide = () => {
      decisions++;
      copyFileSync(test.file, `${test.file}.new`);
      renameSync(`${test.file}.new`, test.file);
      return acquire("a");
    };
    expect(() => test.journal.transact(decide)).toThrow(coded("ERR_APPEND_FAILED"));
    expect(decisions).toBe(16);
    expect(test.text()).toBe("");
    expect(test.isLocked()).toBe(false);
  });
});
