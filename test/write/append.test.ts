// Checks the bytes that `append` writes, where it writes them, and what it reads to number an entry (docs/format.md 8,
// "Append").
import {
  appendFileSync,
  existsSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isMainThread } from "node:worker_threads";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { scriptEngine } from "../../src/engine/script.js";
import { type Append, createAppender } from "../../src/write/append.js";
import { formatLine } from "../../src/write/line.js";
import { type CountingEngine, changesOf, countReads, createFaultyDisk, type FaultyDisk } from "./faults.js";

let folder: string;
let journal: string;
let engine: CountingEngine;
let disk: FaultyDisk;
let append: Append;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lane-append-"));
  journal = join(folder, "journal.jsonl");
  engine = countReads(scriptEngine);
  disk = createFaultyDisk();
  append = createAppender(() => engine, { disk, now: () => "NOW" });
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function bytesOf(path: string): string {
  return readFileSync(path, "utf8");
}

function sizeOf(path: string): number {
  return statSync(path).size;
}

describe("the stamps", () => {
  test("are added if the key is missing or undefined", () => {
    const stamped = append({ op: "HALT", ts: undefined }, journal);
    expect(stamped).toEqual({ op: "HALT", seq: 1, ts: "NOW" });
    expect(bytesOf(journal)).toBe('{"op": "HALT", "seq": 1, "ts": "NOW"}\n');
  });

  test("stay unchanged if they are set, also to null", () => {
    append({ seq: null, ts: null }, journal);
    append({ seq: 7, ts: "" }, journal);
    expect(bytesOf(journal)).toBe('{"seq": null, "ts": null}\n{"seq": 7, "ts": ""}\n');
  });

  test("are not added to the caller's object", () => {
    const entry = { op: "HALT" };
    append(entry, journal);
    expect(entry).toEqual({ op: "HALT" });
  });

  test("are added to the result of toJSON", () => {
    append({ secret: 1, toJSON: () => ({ op: "HALT" }) }, journal);
    expect(bytesOf(journal)).toBe('{"op": "HALT", "seq": 1, "ts": "NOW"}\n');
  });

  test("are added before the entry is formatted, which happens once if no other writer appends", () => {
    let writes = 0;
    const command = { toJSON: () => ++writes };
    for (let count = 1; count <= 2; count++) append({ op: "HALT", command }, journal);
    expect(writes).toBe(2);
  });

  test("are added to an entry with a key __proto__, which is kept", () => {
    append(JSON.parse('{"__proto__": {"x": 1}}'), journal);
    expect(bytesOf(journal)).toBe('{"__proto__": {"x": 1}, "seq": 1, "ts": "NOW"}\n');
  });

  test("continue from the numbers in the file, from watermarks and lines of other writers too", () => {
    writeFileSync(journal, '{"op": "CHECKPOINT", "seq_watermark": 40}\nnot JSON\n{"op": "HALT", "seq": 3}\n');
    expect(append({ op: "HALT" }, journal)["seq"]).toBe(41);
    appendFileSync(journal, '{"op": "HALT", "seq": 99}\n');
    expect(append({ op: "HALT" }, journal)["seq"]).toBe(100);
    expect(append({ op: "HALT" }, journal)["seq"]).toBe(101);
  });

  test("default to the clock's UTC time, to the second", () => {
    vi.useFakeTimers({ now: new Date("2026-06-01T14:00:03.700Z"), toFake: ["Date"] });
    try {
      expect(createAppender(() => engine)({ op: "HALT" }, journal)["ts"]).toBe("2026-06-01T14:00:03Z");
    } finally {
      vi.useRealTimers();
    }
  });
});

describe("the read for a number", () => {
  test("does not grow with the journal: it covers the file once, then only the last lines (D1)", () => {
    const line = formatLine({ op: "HALT", seq: 1, filler: "x".repeat(200) });
    writeFileSync(journal, line.repeat(1000));
    const size = sizeOf(journal);
    for (let count = 0; count < 20; count++) append({ op: "HALT" }, journal);
    expect(engine.folds).toBe(1);
    expect(engine.bytesAhead).toEqual([size]);
    const known = sizeOf(journal);
    const others = formatLine({ op: "HALT", seq: 40 });
    appendFileSync(journal, others);
    expect(append({ op: "HALT" }, journal)["seq"]).toBe(41);
    expect(engine.folds).toBe(1);
    expect(engine.bytesAhead).toEqual([size, known - size + others.length]);
  });

  test("is repeated once a megabyte was appended here", () => {
    const filler = "x".repeat(100_000);
    for (let count = 1; count <= 30; count++) expect(append({ op: "HALT", filler }, journal)["seq"]).toBe(count);
    expect(engine.bytesAhead).toHaveLength(3);
    expect(Math.max(...engine.bytesAhead)).toBeLessThan(1.2 * 1024 * 1024);
  });

  test("detects a file of the same length with other content", () => {
    append({ op: "HALT" }, journal);
    append({ op: "HALT" }, journal);
    writeFileSync(journal, bytesOf(journal).replace('"seq": 2', '"seq": 7'));
    expect(append({ op: "HALT" }, journal)["seq"]).toBe(8);
  });

  test("includes the numbers in the appended entry itself", () => {
    append({ op: "CHECKPOINT", leases: [], seq_watermark: 30 }, journal);
    expect(append({ op: "HALT" }, journal)["seq"]).toBe(31);
    append({ op: "HALT", seq: 60 }, journal);
    expect(append({ op: "HALT" }, journal)["seq"]).toBe(61);
    append({ op: "CHECKPOINT", leases: [], seq_watermark: { toJSON: () => 90 } }, journal);
    expect(append({ op: "HALT" }, journal)["seq"]).toBe(91);
  });

  test("ends at the first entry of the file if the new entry has its number", () => {
    writeFileSync(journal, formatLine({ seq: 5 }).repeat(100_000));
    append({ op: "HALT", seq: 9 }, journal);
    expect(engine.bytesAhead).toHaveLength(1);
  });

  test("covers the whole file again once another has replaced it", () => {
    append({ op: "HALT" }, journal);
    append({ op: "HALT" }, journal);
    writeFileSync(`${journal}.new`, formatLine({ op: "CHECKPOINT", leases: [], seq_watermark: 50 }).repeat(9));
    renameSync(`${journal}.new`, journal);
    expect(append({ op: "HALT" }, journal)["seq"]).toBe(51);
  });

  test("covers the whole file again once it is shorter than before", () => {
    for (let count = 0; count < 9; count++) append({ op: "HALT", filler: "x".repeat(99) }, journal);
    truncateSync(journal, 0);
    expect(append({ op: "HALT" }, journal)["seq"]).toBe(1);
  });

  test("covers the whole file again if it was rewritten under the same inode, and longer", () => {
    for (let count = 0; count < 9; count++) append({ op: "HALT" }, journal);
    writeFileSync(journal, formatLine({ op: "HALT", seq: 700 }) + formatLine({ op: "HALT", seq: 2 }).repeat(90));
    expect(append({ op: "HALT" }, journal)["seq"]).toBe(701);
  });

  test("is remembered for the 64 most recently used journals", () => {
    const paths = Array.from({ length: 65 }, (_, at) => join(folder, `${at}`));
    for (const path of paths) append({ op: "HALT" }, path);
    append({ op: "HALT" }, join(folder, "64"));
    append({ op: "HALT" }, join(folder, "1"));
    expect(engine.folds).toBe(65);
    append({ op: "HALT" }, join(folder, "0"));
    expect(engine.folds).toBe(66);
  });

  test("starts again after it failed, and nothing is written meanwhile", () => {
    append({ op: "HALT" }, journal);
    appendFileSync(journal, formatLine({ op: "HALT", seq: 2 }));
    const before = bytesOf(journal);
    engine.beforeStep = () => {
      throw Object.assign(new Error("EIO: injected"), { code: "EIO", syscall: "read" });
    };
    expect(() => append({ op: "HALT" }, journal)).toThrow(
      expect.objectContaining({ code: "ERR_JOURNAL_UNREADABLE", path: journal }),
    );
    expect(bytesOf(journal)).toBe(before);
    engine.beforeStep = () => undefined;
    expect(append({ op: "HALT" }, journal)["seq"]).toBe(3);
    expect(engine.folds).toBe(2);
  });
});

describe("a tail without its LF", () => {
  test("that is torn becomes a line of its own", () => {
    writeFileSync(journal, '{"seq": 1}\n{"seq": 2, "la');
    append({ op: "HALT" }, journal);
    expect(bytesOf(journal)).toBe('{"seq": 1}\n{"seq": 2, "la\n{"op": "HALT", "seq": 2, "ts": "NOW"}\n');
  });

  test("that is a complete entry is kept, and its number counts", () => {
    writeFileSync(journal, '{"seq": 1}\n{"seq": 2}');
    append({ op: "HALT" }, journal);
    expect(bytesOf(journal)).toBe('{"seq": 1}\n{"seq": 2}\n{"op": "HALT", "seq": 3, "ts": "NOW"}\n');
  });

  test("gets its LF in the same write as the new entry", () => {
    writeFileSync(journal, '{"torn');
    append({ seq: 1, ts: "1" }, journal);
    expect(changesOf(disk)).toEqual(["fsync folder", `write ${'\n{"seq": 1, "ts": "1"}\n'.length}`, "fsync"]);
  });

  test("may be cut at any byte, and every line before the cut stays readable, as does the new one", () => {
    const whole = formatLine({ op: "ACQUIRE", lane: "é😀", seq: 1 }) + formatLine({ op: "RELEASE", lane: "é", seq: 2 });
    const bytes = Buffer.from(whole);
    for (let cut = 0; cut <= bytes.length; cut++) {
      const path = join(folder, `cut-${cut}`);
      writeFileSync(path, bytes.subarray(0, cut));
      append({ op: "HALT", seq: 9, ts: "9" }, path);
      const separator = cut === 0 || bytes[cut - 1] === 0x0a ? "" : "\n";
      const expected = Buffer.from(`${separator}{"op": "HALT", "seq": 9, "ts": "9"}\n`);
      expect(readFileSync(path)).toEqual(Buffer.concat([bytes.subarray(0, cut), expected]));
    }
  });
});

describe("a new journal", () => {
  test("is created with its folders, each made durable in its parent, before the entry", () => {
    const deep = join(folder, "a", "b", "journal.jsonl");
    append({ seq: 1, ts: "1" }, deep);
    expect(changesOf(disk)).toEqual([
      `mkdir ${join(folder, "a")}`,
      "fsync folder",
      `mkdir ${join(folder, "a", "b")}`,
      "fsync folder",
      "fsync folder",
      "write 22",
      "fsync",
    ]);
  });

  // A worker thread cannot set the umask.
  test.runIf(isMainThread)("has mode 0644 less the umask", () => {
    const mask = process.umask(0o027);
    try {
      append({ op: "HALT" }, journal);
    } finally {
      process.umask(mask);
    }
    expect(statSync(journal).mode & 0o777).toBe(0o640);
  });

  test("is not created for an entry that cannot be written", () => {
    const deep = join(folder, "a", "journal.jsonl");
    expect(() => append({ lease: { pid: Number.NaN } }, deep)).toThrow(
      expect.objectContaining({ code: "ERR_ENTRY_INVALID" }),
    );
    expect(() => Reflect.apply(append, undefined, [[], deep])).toThrow(TypeError);
    expect(existsSync(join(folder, "a"))).toBe(false);
  });
});

describe("an older journal", () => {
  test("costs one write and one fsync per entry once its name is known to be durable", () => {
    append({ op: "HALT" }, journal);
    disk.reset();
    append({ seq: 1, ts: "1" }, journal);
    expect(changesOf(disk)).toEqual(["write 22", "fsync"]);
  });

  test("that was deleted and created again has its name fsynced, although its inode may be the same", () => {
    append({ op: "HALT" }, journal);
    rmSync(journal);
    disk.reset();
    append({ seq: 1, ts: "1" }, journal);
    expect(changesOf(disk)).toEqual(["fsync folder", "write 22", "fsync"]);
  });

  test("keeps its mode", () => {
    writeFileSync(journal, "", { mode: 0o600 });
    append({ op: "HALT" }, journal);
    expect(statSync(journal).mode & 0o777).toBe(0o600);
  });

  test("gets lines that the reference's reader does not split", () => {
    append({ seq: 1, ts: "a\u2028b\u2029c\u0085d" }, journal);
    expect(bytesOf(journal)).toBe('{"seq": 1, "ts": "a\\u2028b\\u2029c\\u0085d"}\n');
  });
});
