// Checks the bytes that an open journal writes: each write is under the lock, durable, and one at a time
// (docs/format.md 8).
import { existsSync, readFileSync, unlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import type { JournalEngine } from "../../src/engine/engine.js";
import { compactJournal, formatLine, openJournal, readAll, replay } from "../../src/index.js";
import { OpenJournal } from "../../src/journal/journal.js";
import { planJournal } from "../../src/journal/plan.js";
import { acquireLock } from "../../src/lock/lock.js";
import { about, acquire, openDescriptors, temporaryFolder, thrownBy } from "../contract/journals.js";
import { foreign } from "../generate/foreign.js";
import { engines } from "../support/engines.js";
import { changesOf } from "../write/faults.js";
import { engineOf, openTest } from "./open.js";

const coded = (code: string) => expect.objectContaining({ code });

describe.each(engines)("append on the %s engine", (engine) => {
  it("stamps the entry, writes its canonical line, fsyncs it and releases the lock", () => {
    const test = openTest(engine);
    const stamped = test.journal.append({ op: "HALT", handle: "é" });
    expect(stamped).toEqual({ op: "HALT", handle: "é", seq: 1, ts: "NOW" });
    expect(test.text()).toBe(formatLine(stamped));
    expect(test.fsyncs()).toBe(1);
    expect(test.isLocked()).toBe(false);
  });

  it("continues from the numbers in the file, also from those that others add", () => {
    const { journal, file } = openTest(engine);
    writeFileSync(file, '{"op": "CHECKPOINT", "seq_watermark": 40}\nnot JSON\n{"op": "HALT", "seq": 3}');
    expect(journal.append({ op: "HALT" })["seq"]).toBe(41);
    writeFileSync(file, '{"seq": 99}\n', { flag: "a" });
    expect(journal.append({ op: "HALT" })["seq"]).toBe(100);
    expect(readAll(file)).toHaveLength(6);
  });

  it("keeps stamps that are set, even null, and adds them if the key is undefined", () => {
    const { journal, text } = openTest(engine);
    journal.append({ seq: null, ts: null });
    journal.append({ seq: undefined, ts: undefined });
    expect(text()).toBe('{"seq": null, "ts": null}\n{"seq": 1, "ts": "NOW"}\n');
  });
});

describe("appendAll", () => {
  it("writes all entries with one write and one fsync, and numbers them in order", () => {
    const test = openTest();
    const stamped = test.journal.appendAll(Array.from({ length: 64 }, (_, at) => acquire(`lane-${at}`)));
    expect(stamped.map((entry) => entry["seq"])).toEqual(Array.from({ length: 64 }, (_, at) => at + 1));
    expect(test.text()).toBe(stamped.map((entry) => formatLine(entry)).join(""));
    expect(test.fsyncs()).toBe(1);
    expect(changesOf(test.disk).filter((call) => call === `write ${test.text().length}`)).toHaveLength(1);
  });

  it("continues from numbers that the entries already have, in any representation", () => {
    const { journal } = openTest();
    const toJSON = () => 30;
    const seqs = [undefined, 7, undefined, 12n, undefined, { toJSON }, undefined, "50"].map((seq) => foreign({ seq }));
    const stamped = journal.appendAll([...seqs, { seq_watermark: 90 }, {}]);
    expect(stamped.map((entry) => entry["seq"])).toEqual([1, 7, 8, 12n, 13, { toJSON }, 31, "50", 51, 91]);
    const marked = journal.appendAll([{ seq_watermark: { toJSON: () => 200 } }, {}]);
    expect(marked.map((entry) => entry["seq"])).toEqual([92, 201]);
  });

  it("of no entries does nothing", () => {
    const test = openTest();
    expect(test.journal.appendAll([])).toEqual([]);
    expect(changesOf(test.disk)).toEqual([]);
  });

  it("with one entry that cannot be written writes none, acquires no lock and creates no file", () => {
    const test = openTest();
    expect(() => test.journal.appendAll([acquire("a"), { pid: Number.NaN }])).toThrow(coded("ERR_ENTRY_INVALID"));
    expect(() => Reflect.apply(test.journal.append, test.journal, [[]])).toThrow(TypeError);
    expect(changesOf(test.disk)).toEqual([]);
    expect(existsSync(test.file)).toBe(false);
  });

  it("takes each entry as it is when the iterator yields it", () => {
    const { journal, text } = openTest();
    function* growing() {
      const entry = { number: 0, ts: "" };
      for (; entry.number < 3; entry.number++) yield entry;
    }
    journal.appendAll(growing());
    expect(text().match(/"number": \d/g)).toEqual(['"number": 0', '"number": 1', '"number": 2']);
  });
});

describe("a write that fails", () => {
  it.each([
    ["write", "ENOSPC", "ERR_APPEND_FAILED"],
    ["fsync", "EIO", "ERR_APPEND_FAILED"],
  ] as const)(
    "in its %s is not acknowledged, leaves the file as it was, and the next succeeds",
    (call, code, error) => {
      const test = openTest();
      test.journal.append(acquire("a"));
      const before = test.text();
      const own = test.disk[call].bind(test.disk);
      let failures = 0;
      const fail = (fd: number): void => {
        if (!readFileSync(`/proc/self/fd/${fd}`, "utf8").startsWith('{"lane": "a"') || failures++ > 0) return;
        throw Object.assign(new Error(`${code}: injected`), { code, syscall: call });
      };
      Object.assign(test.disk, {
        [call]: (fd: number, bytes: Uint8Array) => {
          fail(fd);
          return Reflect.apply(own, test.disk, [fd, bytes]);
        },
      });
      expect(() => test.journal.append(acquire("b"))).toThrow(coded(error));
      expect(failures).toBeGreaterThan(0);
      expect(test.text()).toBe(before);
      expect(test.isLocked()).toBe(false);
      expect(test.journal.append(acquire("c"))["seq"]).toBe(2);
      expect(test.journal.replay().map((lease) => lease["lane"])).toEqual(["a", "c"]);
    },
  );

  it("because its lock was lost writes nothing and leaves the new holder's lock alone", () => {
    const test = openTest();
    const foreign = "owner: another\nacquired_at: 2126-01-01T00:00:00Z\npid: 1\n";
    const decide = () => {
      unlinkSync(test.lockFile);
      writeFileSync(test.lockFile, foreign);
      return acquire("a");
    };
    expect(() => test.journal.transact(decide)).toThrow(coded("ERR_LOCK_LOST"));
    expect(test.text()).toBe("");
    expect(readFileSync(test.lockFile, "utf8")).toBe(foreign);
  });

  it("because another holds the lock names the holder and writes nothing", () => {
    const test = openTest("js", { lockWaitMs: 0 });
    const held = acquireLock(test.file, { label: "somebody" });
    expect(() => test.journal.append(acquire("a"))).toThrow(coded("ERR_LOCK_BUSY"));
    expect(String(thrownBy(() => test.journal.append(acquire("a"))))).toMatch(/somebody/);
    expect(existsSync(test.file)).toBe(false);
    held.release();
    expect(test.journal.append(acquire("a"))["seq"]).toBe(1);
  });

  it("leaks no descriptor", () => {
    const test = openTest("js", { lockWaitMs: 0 });
    test.journal.append(acquire("a"));
    const before = openDescriptors();
    for (let count = 0; count < 20; count++) {
      expect(() => test.journal.transact(() => ({ pid: Number.NaN }))).toThrow(coded("ERR_ENTRY_INVALID"));
      test.journal.append(about("HEARTBEAT", "a"));
    }
    expect(openDescriptors()).toBe(before);
  });
});

describe("a stale lock", () => {
  const stale = "owner: another\nacquired_at: 2020-01-01T00:00:00Z\npid: 1\n";

  it.each(["native", "js"] as const)(
    "is replaced under a flock with the %s engine if that engine has one",
    (engine) => {
      const { journal, file, lockFile } = openTest(engine);
      writeFileSync(lockFile, stale);
      expect(journal.append(acquire("a"))["seq"]).toBe(1);
      const tries: number[] = [];
      const { tryFlock } = engineOf(engine);
      expect(tryFlock === undefined).toBe(engine === "js");
      const guarded: JournalEngine = {
        ...engineOf(engine),
        tryFlock(fd) {
          tries.push(fd);
          return tryFlock?.(fd) ?? true;
        },
      };
      const other = new OpenJournal(planJournal(file, {}, () => guarded));
      other.append(acquire("b"));
      expect(tries).toHaveLength(0);
      writeFileSync(lockFile, stale);
      expect(other.append(acquire("c"))["seq"]).toBe(3);
      expect(tries.length).toBeGreaterThan(0);
      other.close();
    },
  );
});

describe("a lock file that cannot be deleted", () => {
  it("does not fail a durable append, but causes a warning", async () => {
    const test = openTest();
    test.journal.append(acquire("a"));
    const { unlink, rename } = test.disk;
    const refuse = (): never => {
      throw Object.assign(new Error("EACCES: injected"), { code: "EACCES", syscall: "unlink" });
    };
    const warned = new Promise<Error>((resolve) => process.once("warning", resolve));
    Object.assign(test.disk, { unlink: refuse, rename: refuse });
    expect(test.journal.append(acquire("b"))["seq"]).toBe(2);
    Object.assign(test.disk, { unlink, rename });
    expect(await warned).toMatchObject({ code: "ERR_LOCK_FAILED" });
    expect(test.journal.append(acquire("c"))["seq"]).toBe(3);
  });
});

describe("close", () => {
  it("makes every later call throw ERR_CLOSED, and may be called again", async () => {
    const { journal, file } = openTest();
    journal.append(acquire("a"));
    journal.close();
    journal.close();
    for (const call of ["replay", "generations", "scan", "nextSeq", "tail", "compact"] as const) {
      expect(() => journal[call]()).toThrow(coded("ERR_CLOSED"));
    }
    expect(() => journal.append(acquire("b"))).toThrow(coded("ERR_CLOSED"));
    expect(() => journal.appendAll([acquire("b")])).toThrow(coded("ERR_CLOSED"));
    expect(() => journal.transact(() => acquire("b"))).toThrow(coded("ERR_CLOSED"));
    await expect(journal.appendAsync(acquire("b"))).rejects.toThrow(coded("ERR_CLOSED"));
    expect(readAll(file)).toHaveLength(1);
  });
});

describe("the exported functions", () => {
  it("open the named journal with the requested engine, and compact it", () => {
    const file = path.join(temporaryFolder(), "deep", "journal.jsonl");
    const journal = openJournal(file, { engine: "js", label: "tester" });
    journal.appendAll([acquire("a"), acquire("b"), about("RELEASE", "a")]);
    expect(journal.path).toBe(file);
    expect(journal.scan().engine).toBe("js");
    const lease = { lane: "b", loop_ts: "T1" };
    expect(compactJournal(file)).toMatchObject({ entriesBefore: 3, entriesAfter: 1 });
    expect(replay(file)).toEqual([lease]);
    expect(journal.replay()).toEqual([lease]);
    expect(journal.append(acquire("c"))["seq"]).toBe(4);
    expect(journal.compact({ archive: path.join(file, "..", "old") })).toMatchObject({ entriesBefore: 2 });
    expect(journal.generations().map(({ generation }) => generation)).toEqual([2, 3]);
    journal.close();
  });

  it.each([
    [{ label: " spaced" }],
    [{ lockWaitMs: -1 }],
    [{ lockWaitMs: Number.NaN }],
    [{ engine: "fast" }],
    [{ threads: 0 }],
    [null],
  ])("reject the options %j", (options) => {
    expect(() => Reflect.apply(openJournal, undefined, ["journal", options])).toThrow(TypeError);
  });

  it("reject an archive and a signal of the wrong type before they acquire the lock", () => {
    const test = openTest();
    for (const options of [{ archive: 3 }, { archive: "" }, { signal: 1 }, { onProgress: "x" }]) {
      expect(() => Reflect.apply(test.journal.compact, test.journal, [options])).toThrow(TypeError);
    }
    expect(changesOf(test.disk)).toEqual([]);
  });
});
