// Appends without the lock during a compaction: none of these lines may be lost (docs/format.md 7, docs/faults.md A10).
import { spawn } from "node:child_process";
import { once } from "node:events";
import { appendFileSync, openSync, readdirSync, readFileSync, renameSync, writeFileSync, writeSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { carryLateLines } from "../../src/compact/late-lines.js";
import { type Disk, nodeDisk } from "../../src/file/disk.js";
import { readAll, replay } from "../../src/index.js";
import { acquire, temporaryFolder, thrownBy, writeLines } from "../contract/journals.js";
import { openOf } from "../lock/place.js";
import { engines } from "../support/engines.js";
import { compactWith } from "./compacting.js";
import { failure, watchDisk } from "./disks.js";

const late = `${JSON.stringify(acquire("late"))}\n`;
const lanesOf = (journal: string): unknown[] => replay(journal).map(({ lane }) => lane);

describe.each(engines)("an append without the lock (%s)", (engine) => {
  it("while the new file is written makes the compaction start again and fold that entry too", () => {
    const journal = writeLines(acquire("a"), acquire("b"));
    let times = 0;
    const disk = watchDisk((call) => {
      if (call === "write" && times++ < 2) appendFileSync(journal, late.replaceAll("late", `late ${times}`));
    });
    expect(compactWith(engine, journal, { disk })).toMatchObject({ entriesBefore: 4, entriesAfter: 1 });
    expect(lanesOf(journal)).toEqual(["a", "b", "late 1", "late 2"]);
    expect(readdirSync(path.dirname(journal))).toEqual(["journal.jsonl"]);
  });

  it("during every attempt causes an error, and the journal keeps all its entries", () => {
    const journal = writeLines(acquire("a"));
    const disk = watchDisk((call) => {
      if (call === "write") appendFileSync(journal, late);
    });
    const archive = path.join(path.dirname(journal), "archive");
    const error = thrownBy(() => compactWith(engine, journal, { disk, archive }));
    expect(error).toMatchObject({ code: "ERR_COMPACTION_FAILED" });
    const why = "expected the journal to rest, found it changed 5 times by a writer without the lock";
    expect(String(error)).toContain(`: ${why}; the journal is as it was`);
    expect(readAll(journal)).toHaveLength(6);
    expect(readdirSync(archive)).toEqual([]);
  });

  it("between the last check and the rename is carried over", () => {
    const journal = writeLines(acquire("a"), acquire("b"));
    const disk = watchDisk((call) => {
      if (call === "rename") appendFileSync(journal, late);
    });
    expect(compactWith(engine, journal, { disk }).entriesAfter).toBe(1);
    expect(readAll(journal).map(({ op }) => op)).toEqual(["CHECKPOINT", "ACQUIRE"]);
    expect(lanesOf(journal)).toEqual(["a", "b", "late"]);
  });

  it("by a descriptor of the old file, just after the rename, is carried over as well", () => {
    const journal = writeLines(acquire("a"));
    const fd = openSync(journal, "a");
    const disk = {
      ...nodeDisk,
      rename(from: string, to: string) {
        nodeDisk.rename(from, to);
        writeSync(fd, late);
      },
    };
    compactWith(engine, journal, { disk });
    nodeDisk.close(fd);
    expect(lanesOf(journal)).toEqual(["a", "late"]);
  });

  it("that completes what looked like a torn tail is carried over completely", () => {
    const journal = writeLines(acquire("a"));
    appendFileSync(journal, late.slice(0, 20));
    const disk = watchDisk((call) => {
      if (call === "rename") appendFileSync(journal, late.slice(20));
    });
    compactWith(engine, journal, { disk });
    expect(lanesOf(journal)).toEqual(["a", "late"]);
  });

  it("that cannot be carried over makes durability unknown", () => {
    const journal = writeLines(acquire("a"));
    let renamed = false;
    const disk = watchDisk((call) => {
      if (call === "write" && renamed) throw failure("ENOSPC", call);
      if (call !== "rename") return;
      renamed = true;
      appendFileSync(journal, late);
    });
    expect(thrownBy(() => compactWith(engine, journal, { disk }))).toMatchObject({ code: "ERR_DURABILITY_UNKNOWN" });
    expect(lanesOf(journal)).toEqual(["a"]);
  });

  it("to a file that has replaced the journal is kept, and the compaction fails", () => {
    const journal = writeLines(acquire("a"));
    const disk = watchDisk((call) => {
      if (call !== "fsync") return;
      writeFileSync(`${journal}.new`, late);
      renameSync(`${journal}.new`, journal);
    });
    const error = thrownBy(() => compactWith(engine, journal, { disk }));
    expect(error).toMatchObject({ code: "ERR_COMPACTION_FAILED" });
    expect(String(error)).toContain("expected the file that was read, found another");
    expect(readFileSync(journal, "utf8")).toBe(late);
    expect(readdirSync(path.dirname(journal))).toEqual(["journal.jsonl"]);
  });
});

/**
 * Appends ACQUIREs without the lock, and prints the lanes of those that were in the journal when they were written. A
 * line that went to a file after its replacement cannot be kept by anyone.
 */
const appender = `
const fs = require("node:fs");
const [journal, name] = process.argv.slice(1);
for (let i = 0; i < 200; i++) {
  const lane = name + "-" + i;
  const fd = fs.openSync(journal, "a");
  fs.writeSync(fd, JSON.stringify({ op: "ACQUIRE", lane, loop_ts: "T", lease: { lane, loop_ts: "T" } }) + "\\n");
  if (fs.fstatSync(fd).ino === fs.statSync(journal).ino) fs.writeSync(1, lane + "\\n");
  fs.closeSync(fd);
}
`;

async function runAppender(journal: string, name: string): Promise<string[]> {
  const child = spawn(process.execPath, ["-e", appender, journal, name], { stdio: ["ignore", "pipe", "inherit"] });
  let printed = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (printed += text));
  expect(await once(child, "close")).toEqual([0, null]);
  return printed.split("\n").slice(0, -1);
}

it("two processes that append without the lock during repeated compactions lose nothing", async () => {
  const journal = path.join(temporaryFolder(), "journal.jsonl");
  writeFileSync(journal, `${JSON.stringify(acquire("first"))}\n`);
  let running = true;
  const appended = Promise.all(["x", "y"].map((name) => runAppender(journal, name))).finally(() => (running = false));
  let compactions = 0;
  while (running) {
    try {
      compactWith("native", journal);
      compactions++;
    } catch (error) {
      // Busy writers may prevent a compaction from finding the journal unchanged; nothing is lost then.
      expect(error).toMatchObject({ code: "ERR_COMPACTION_FAILED" });
    }
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  const kept = (await appended).flat();
  const lanes = new Set(lanesOf(journal));
  expect(kept.filter((lane) => !lanes.has(lane))).toEqual([]);
  expect(kept.length).toBeGreaterThan(100);
  expect(compactions).toBeGreaterThan(0);
});

describe("a line that is carried over after the rename", () => {
  const none = { count: 0, first: [] };
  const scanOf = (bytes: number) => ({
    ...{ live: 0, nextSeq: 1, bytes, lines: 0, entries: 0, ops: {}, engine: "js" as const },
    ...{ corrupt: none, tornTail: null, isJournal: true, nonObjects: none, illFormedUtf8: none, repeatedKeys: none },
    ...{ oddSeq: none, heartbeatBack: none, seqBack: none, tsBack: none },
    ...{ strayEnd: none, strayBeat: none, refusedAcquire: none, sharedLane: none, badChecks: none },
    checked: { values: 0, bytes: 0 },
  });
  const replaced = () => {
    const journal = writeLines(acquire("a"));
    writeFileSync(`${journal}.old`, late);
    return { path: journal, identity: nodeDisk.lstat(journal).identity, fd: openSync(`${journal}.old`, "r") };
  };

  it("is in the new file once", () => {
    const file = replaced();
    carryLateLines({ ...file, scan: scanOf(0) }, nodeDisk);
    expect(lanesOf(file.path)).toEqual(["a", "late"]);
  });

  /**
   * Returns what is carried over after a torn tail of the old file, with or without its LF, for lines that follow in
   * two rounds.
   */
  function carriedAfter(tail: string, terminated: boolean): string {
    const { path: journal, identity } = replaced();
    writeFileSync(journal, "");
    const old = `${journal}.old`;
    writeFileSync(old, `whole\n${tail}`);
    const bytes = 6 + tail.length;
    appendFileSync(old, "half\n");
    const { disk, open } = openOf(nodeDisk);
    const fd = openSync(old, "r");
    let looks = 0;
    const fstat = (of: number) => {
      if (of === fd && looks++ === 1) appendFileSync(old, "more\n");
      return disk.fstat(of);
    };
    const scan = { ...scanOf(bytes), tornTail: { line: 2, offset: 6, terminated, damaged: terminated } };
    carryLateLines({ path: journal, identity, fd, scan }, { ...disk, fstat });
    expect(open.size).toBe(0);
    return readFileSync(journal, "utf8");
  }

  it("includes once the first half of a line that was torn when the new file was written", () => {
    expect(carriedAfter("torn and ", false)).toBe("torn and half\nmore\n");
  });

  it("excludes a tail with its LF, for which the new file has a sentinel", () => {
    expect(carriedAfter("torn\n", true)).toBe("half\nmore\n");
  });

  it("is not written to a file that has replaced the new one", () => {
    const file = { ...replaced(), identity: "0:0" };
    expect(() => carryLateLines({ ...file, scan: scanOf(0) }, nodeDisk)).toThrow("expected the new file in its place");
    expect(lanesOf(file.path)).toEqual(["a"]);
  });

  it("causes an error with the lengths if it cannot be read completely", () => {
    const disk = { ...nodeDisk, read: () => 0 };
    const message = `expected ${late.length} bytes in the replaced file, found 5`;
    expect(() => carryLateLines({ ...replaced(), scan: scanOf(5) }, disk)).toThrow(message);
  });

  it("causes an error if it has grown at each of sixteen checks", () => {
    const file = replaced();
    let looks = 0;
    const disk: Disk = {
      ...nodeDisk,
      fstat(fd) {
        if (fd === file.fd && looks++ > 0) appendFileSync(`${file.path}.old`, late);
        return nodeDisk.fstat(fd);
      },
    };
    expect(() => carryLateLines({ ...file, scan: scanOf(0) }, disk)).toThrow("expected the replaced file to rest");
    expect(looks).toBe(16);
    expect(lanesOf(file.path)).toHaveLength(2);
    expect(readAll(file.path)).toHaveLength(17);
  });
});
