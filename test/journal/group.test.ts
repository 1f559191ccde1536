// Checks that concurrent appends share fsyncs, and that none is acknowledged before its entry is durable
// (docs/format.md 8, "Append").
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { formatLine, readAll } from "../../src/index.js";
import { acquireLock } from "../../src/lock/lock.js";
import { acquire } from "../contract/journals.js";
import { openTest } from "./open.js";

const coded = (code: string) => expect.objectContaining({ code });
const lanes = (count: number) => Array.from({ length: count }, (_, at) => acquire(`lane-${at}`));

describe("concurrent appendAsync", () => {
  it("share one fsync, in the order of the calls, each with its own number", async () => {
    const test = openTest();
    const stamped = await Promise.all(lanes(100).map((entry) => test.journal.appendAsync(entry)));
    expect(test.fsyncs()).toBe(1);
    expect(stamped.map((entry) => entry["seq"])).toEqual(Array.from({ length: 100 }, (_, at) => at + 1));
    expect(test.text()).toBe(stamped.map((entry) => formatLine(entry)).join(""));
    expect(test.isLocked()).toBe(false);
  });

  it("resolve only after the fsync of their own batch", async () => {
    const test = openTest();
    const events: string[] = [];
    const { fsync } = test.disk;
    test.disk.fsync = (fd) => {
      fsync(fd);
      events.push(`${test.fsyncs()} fsyncs`);
    };
    const append = async (at: number): Promise<void> => {
      const before = test.fsyncs();
      const { seq } = await test.journal.appendAsync(acquire(`${at}`));
      expect(test.fsyncs()).toBeGreaterThan(before);
      expect(readFileSync(test.file, "utf8")).toContain(`"seq": ${seq},`);
      events.push("told");
    };
    await Promise.all([0, 1, 2].map(append));
    await Promise.all([3, 4].map(append));
    const told = events.filter((event) => event === "told" || /^[12] /.test(event));
    expect(told.filter((event) => event === "told")).toHaveLength(5);
    expect(told.indexOf("1 fsyncs")).toBeLessThan(told.indexOf("told"));
    expect(test.fsyncs()).toBe(2);
  });

  it("are split into batches by number", async () => {
    const test = openTest();
    const stamped = await Promise.all(lanes(2500).map((entry) => test.journal.appendAsync(entry)));
    expect(test.fsyncs()).toBe(3);
    expect(readAll(test.file)).toEqual(stamped);
  });

  it("are split into batches by size, and one that is larger than a batch is alone in its batch", async () => {
    const test = openTest();
    const sized = [1, 5, 1].map((mebibytes) => ({ filler: "x".repeat(mebibytes * 1024 * 1024) }));
    await Promise.all(sized.map((entry) => test.journal.appendAsync(entry)));
    expect(test.fsyncs()).toBe(3);
    expect(readAll(test.file)).toHaveLength(3);
  });

  it("write each entry as it was at the call", async () => {
    const test = openTest();
    const entry = { number: 0, deep: { values: [0] } };
    const pending = [];
    for (; entry.number < 3; entry.number++) {
      entry.deep.values[0] = entry.number;
      pending.push(test.journal.appendAsync(entry));
    }
    await Promise.all(pending);
    expect(readAll(test.file).map(({ number, deep }) => ({ number, deep }))).toEqual(
      [0, 1, 2].map((number) => ({ number, deep: { values: [number] } })),
    );
  });

  it("may be mixed with synchronous appends", async () => {
    const test = openTest();
    const first = test.journal.appendAsync(acquire("a"));
    const second = test.journal.append(acquire("b"));
    expect(second["seq"]).toBe(1);
    expect((await first)["seq"]).toBe(2);
    expect(readAll(test.file)).toEqual([second, await first]);
  });
});

describe("a batch that fails", () => {
  it("rejects all its appends and writes none of them, and the next batch succeeds", async () => {
    const test = openTest();
    await test.journal.appendAsync(acquire("a"));
    const before = test.text();
    const { write } = test.disk;
    test.disk.write = (fd, bytes) => {
      if (Buffer.from(bytes).includes("lane-0")) throw Object.assign(new Error("ENOSPC"), { code: "ENOSPC" });
      return write(fd, bytes);
    };
    const outcomes = await Promise.allSettled(lanes(5).map((entry) => test.journal.appendAsync(entry)));
    for (const outcome of outcomes)
      expect(outcome).toMatchObject({ status: "rejected", reason: { code: "ERR_APPEND_FAILED" } });
    expect(test.text()).toBe(before);
    expect(test.isLocked()).toBe(false);
    expect((await test.journal.appendAsync(acquire("b")))["seq"]).toBe(2);
  });

  it("cannot be caused by an entry that cannot be written: that one alone is rejected, immediately", async () => {
    const test = openTest();
    const good = test.journal.appendAsync(acquire("a"));
    await expect(test.journal.appendAsync({ pid: Number.NaN })).rejects.toThrow(coded("ERR_ENTRY_INVALID"));
    expect((await good)["seq"]).toBe(1);
    expect(readAll(test.file)).toHaveLength(1);
  });
});

describe("a lock that is held", () => {
  it("is waited for while the event loop runs", async () => {
    const test = openTest("js", { lockWaitMs: 240_000 });
    const held = acquireLock(test.file);
    const pending = test.journal.appendAsync(acquire("a"));
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(existsSync(test.file)).toBe(false);
    held.release();
    expect((await pending)["seq"]).toBe(1);
  });

  it("for too long rejects the appends that waited, and later ones are written", async () => {
    const test = openTest("js", { lockWaitMs: 3000 });
    const held = acquireLock(test.file, { label: "somebody" });
    const rejected = expect(test.journal.appendAsync(acquire("a"))).rejects.toThrow(/somebody/);
    // The later append still has this long to wait when the earlier one is rejected.
    await new Promise((resolve) => setTimeout(resolve, 2000));
    const late = test.journal.appendAsync(acquire("b"));
    await rejected;
    held.release();
    expect((await late)["seq"]).toBe(1);
    expect(readAll(test.file).map((entry) => entry["lane"])).toEqual(["b"]);
  });

  it("rejects the waiting appends when the journal is closed, and nothing is written", async () => {
    const test = openTest("js", { lockWaitMs: 240_000 });
    const held = acquireLock(test.file);
    const pending = test.journal.appendAsync(acquire("a"));
    test.journal.close();
    await expect(pending).rejects.toThrow(coded("ERR_CLOSED"));
    held.release();
    await new Promise((resolve) => setTimeout(resolve, 30));
    expect(existsSync(test.file)).toBe(false);
  });
});
