// Checks that append writes one canonical line at the end of the journal, stamped and durable, or throws and changes
// nothing (docs/format.md 8).
import { existsSync, mkdirSync, readFileSync, renameSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it, vi } from "vitest";
import { append, type Entry, formatLine, nextSeq, readAll, replay } from "../../src/index.js";
import { foreign } from "../generate/foreign.js";
import { engines } from "../support/engines.js";
import {
  acquire,
  brokenLine,
  openDescriptors,
  temporaryFolder,
  thrownBy,
  writeJournal,
  writeLines,
} from "./journals.js";

const stampPattern = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}Z$/;
const newFile = () => path.join(temporaryFolder(), "journal.jsonl");
const linesOf = (file: string) => readFileSync(file, "utf8").split("\n");

describe("append", () => {
  it("stamps seq and ts, writes the canonical line and returns the entry", () => {
    const file = newFile();
    const stamped = append(acquire("a"), file);
    expect(stamped).toEqual({ ...acquire("a"), seq: 1, ts: expect.stringMatching(stampPattern) });
    expect(readFileSync(file, "utf8")).toBe(formatLine(stamped));
    expect(append(acquire("b"), file)["seq"]).toBe(2);
  });

  it("does not change the given entry", () => {
    const given = acquire("a");
    append(given, newFile());
    expect(given).toEqual(acquire("a"));
  });

  it("stamps if the key is missing or undefined, and keeps null and any other value", () => {
    const file = newFile();
    const ts = "2026-06-01T14:00:03Z";
    expect(append({ op: "REFUSE", seq: undefined, ts }, file)).toMatchObject({ seq: 1, ts });
    expect(append({ op: "REFUSE", seq: null, ts: null }, file)).toMatchObject({ seq: null, ts: null });
    expect(append(foreign({ op: "REFUSE", seq: 41, ts: 0 }), file)).toMatchObject({ seq: 41, ts: 0 });
    expect(append(foreign({ op: "REFUSE", seq: "x" }), file)).toMatchObject({ seq: "x" });
    expect(append({ op: "REFUSE" }, file)["seq"]).toBe(42);
  });

  it("continues from the numbers and watermarks in the file, also from those that others add", () => {
    const file = writeLines({ op: "CHECKPOINT", leases: [], seq_watermark: 9 }, { op: "REFUSE", seq: 3 });
    expect(append(acquire("a"), file)["seq"]).toBe(10);
    writeFileSync(file, '{"seq": 70}\n', { flag: "a" });
    expect(append(acquire("b"), file)["seq"]).toBe(71);
  });

  it("starts numbering again in a file that replaced the old one", () => {
    const file = writeLines({ seq: 50 });
    expect(append(acquire("a"), file)["seq"]).toBe(51);
    renameSync(writeLines({ seq: 7 }), file);
    expect(append(acquire("b"), file)["seq"]).toBe(8);
    expect(readAll(file)).toHaveLength(2);
  });

  it("begins with a LF after a torn tail, which becomes a sentinel and stays visible", () => {
    const file = writeJournal(`{"op": "REFUSE"}\n${brokenLine}`);
    const stamped = append(acquire("a"), file);
    expect(linesOf(file)).toEqual(['{"op": "REFUSE"}', brokenLine, formatLine(stamped).trimEnd(), ""]);
    expect(readAll(file)).toEqual([{ op: "REFUSE" }, { op: "_CORRUPT", _raw: brokenLine, _line: 1 }, stamped]);
  });

  it("begins with a LF after an entry without one, and continues from its number", () => {
    const file = writeJournal('{"seq": 4}');
    const stamped = append(acquire("a"), file);
    expect(stamped["seq"]).toBe(5);
    expect(readAll(file)).toEqual([{ seq: 4 }, stamped]);
  });

  it("writes no LF of its own after a torn tail that has one", () => {
    const file = writeJournal(`{"op": "REFUSE"}\n${brokenLine}\n`);
    append(acquire("a"), file);
    expect(linesOf(file)).toHaveLength(4);
  });

  it("creates the parent folders", () => {
    const file = path.join(temporaryFolder(), "a", "b", "journal.jsonl");
    append(acquire("a"), file);
    expect(replay(file)).toHaveLength(1);
  });

  it("accepts a URL, and uses the default journal if the path is omitted", () => {
    const file = newFile();
    append(acquire("a"), pathToFileURL(file));
    vi.stubEnv("DISPATCH_LANE_JOURNAL_PATH", file);
    append(acquire("b"));
    expect(replay(file)).toHaveLength(2);
  });

  it("writes through a symlinked journal and leaves the link a link", () => {
    const file = writeLines(acquire("a"));
    const link = path.join(temporaryFolder(), "link.jsonl");
    symlinkSync(file, link);
    append(acquire("b"), link);
    expect(replay(file)).toHaveLength(2);
    expect(replay(link)).toHaveLength(2);
  });

  it.each([
    ["NaN", Number.NaN],
    ["an infinity", [Infinity]],
    ["a function", { f: () => 1 }],
    ["a symbol", Symbol("s")],
  ])("rejects %s and writes nothing", (_name, value) => {
    const file = writeLines(acquire("a"));
    const before = readFileSync(file);
    expect(thrownBy(() => append({ op: "REFUSE", proposal: value }, file))).toMatchObject({
      code: "ERR_ENTRY_INVALID",
    });
    expect(readFileSync(file)).toEqual(before);
  });

  it("rejects a cycle and creates no file", () => {
    const file = newFile();
    const cycle: Entry = { op: "REFUSE" };
    cycle["self"] = [cycle];
    expect(thrownBy(() => append(cycle, file))).toMatchObject({ code: "ERR_ENTRY_INVALID" });
    expect(existsSync(file)).toBe(false);
  });

  it("refuses a folder at the path", () => {
    const file = newFile();
    mkdirSync(file);
    expect(thrownBy(() => append(acquire("a"), file))).toMatchObject({ code: expect.stringMatching(/^ERR_/) });
  });

  it.each([[[]], [null], ["text"], [7], [undefined]])("throws a TypeError for an entry of %j", (entry) => {
    const file = newFile();
    expect(thrownBy(() => Reflect.apply(append, undefined, [entry, file]))).toBeInstanceOf(TypeError);
    expect(existsSync(file)).toBe(false);
  });

  it("throws a TypeError for a path of the wrong type", () => {
    expect(thrownBy(() => Reflect.apply(append, undefined, [acquire("a"), 7]))).toBeInstanceOf(TypeError);
  });

  it("leaves at most one descriptor open, however many entries it writes", () => {
    const file = newFile();
    append(acquire("a"), file);
    const before = openDescriptors();
    for (let i = 0; i < 20; i++) append(acquire(`lane-${i}`), file);
    expect(openDescriptors()).toBe(before);
  });

  it.each(engines)("writes entries that the %s engine reads back equal", (engine) => {
    const file = newFile();
    const odd = {
      op: "REFUSE",
      lane: "é\u2028\u0085\u2029\ud800",
      __proto__x: [1e-7, -0.5, 1e21],
      z: { b: null, a: '\u0000\u007f"\\' },
    };
    const stamped = append(odd, file);
    expect(readAll(file, { engine })).toEqual([stamped]);
    expect(nextSeq(file, { engine })).toBe(2);
    expect(linesOf(file)).toHaveLength(2);
  });
});
