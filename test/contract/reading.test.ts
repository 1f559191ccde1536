// Checks every reading function and option: paths, defaults, missing files, wrong types, and that all functions agree
// (docs/api.md).
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import path from "node:path";
import { pathToFileURL } from "node:url";
import { describe, expect, it, vi } from "vitest";
import {
  entries,
  leaseGenerations,
  nextSeq,
  type ReadOptions,
  readAll,
  replay,
  replayAsync,
  scan,
  scanAsync,
  tail,
} from "../../src/index.js";
import { engines } from "../support/engines.js";
import { acquire, openDescriptors, temporaryFolder, thrownBy, writeLines } from "./journals.js";

/** A function that reads a path with options. */
interface Reader {
  name: string;
  read(path?: string | URL, options?: ReadOptions): unknown;
  /** The results for a journal with `acquire("a")` of `seq` 1, and for a missing one. */
  one: unknown;
  none: unknown;
}

const lease = { lane: "a", loop_ts: "T1" };
const entry = { ...acquire("a"), seq: 1 };
const token = { loop_ts: "T1", lane: "a", generation: 1 };
const readers: Reader[] = [
  { name: "replay", read: (file, o) => replay(file, o), one: [lease], none: [] },
  { name: "scan", read: (file, o) => scan(file, o).leases, one: [lease], none: [] },
  { name: "entries", read: (file, o) => Array.from(entries(file, o)), one: [entry], none: [] },
  { name: "readAll", read: (file, o) => readAll(file, o), one: [entry], none: [] },
  { name: "tail", read: (file, o) => tail(20, file, o), one: [entry], none: [] },
  { name: "nextSeq", read: (file, o) => nextSeq(file, o), one: 2, none: 1 },
  { name: "leaseGenerations", read: (file, o) => leaseGenerations(file, o), one: [token], none: [] },
  { name: "replayAsync", read: (file, o) => replayAsync(file, o), one: [lease], none: [] },
  { name: "scanAsync", read: async (file, o) => (await scanAsync(file, o)).leases, one: [lease], none: [] },
];

/** Runs a read and returns what it throws or rejects with, without distinguishing the two. */
async function failure(reader: Reader, ...args: unknown[]): Promise<unknown> {
  try {
    await Reflect.apply(reader.read, reader, args);
  } catch (error) {
    return error;
  }
  throw new Error(`${reader.name}: expected an error, found none`);
}

describe.each(engines)("reading with the %s engine", (engine) => {
  describe.each(readers)("$name", (reader) => {
    it("accepts a path, a file URL and a relative path", async () => {
      const file = writeLines(entry);
      for (const place of [file, pathToFileURL(file), path.relative(process.cwd(), file)]) {
        expect(await reader.read(place, { engine })).toEqual(reader.one);
      }
    });

    it("reads a missing file and a dangling link as empty", async () => {
      const folder = temporaryFolder();
      const link = path.join(folder, "link");
      symlinkSync(path.join(folder, "nowhere"), link);
      expect(await reader.read(path.join(folder, "none.jsonl"), { engine })).toEqual(reader.none);
      expect(await reader.read(path.join(folder, "no", "folder"), { engine })).toEqual(reader.none);
      expect(await reader.read(link, { engine })).toEqual(reader.none);
    });

    it("throws for a path that exists but cannot be read, with the path in the message", async () => {
      const folder = temporaryFolder();
      const file = path.join(folder, "file");
      writeFileSync(file, "");
      for (const place of [folder, path.join(file, "below")]) {
        const error = await failure(reader, place, { engine });
        expect(error).toMatchObject({ code: "ERR_JOURNAL_UNREADABLE" });
        expect(String(error)).toContain(place);
      }
    });

    it("determines the default journal at each call", async () => {
      const file = writeLines(entry);
      vi.stubEnv("JOB_LANE_JOURNAL_PATH", file);
      expect(await reader.read(undefined, { engine })).toEqual(reader.one);
      vi.stubEnv("DISPATCH_LANE_JOURNAL_PATH", path.join(temporaryFolder(), "none"));
      expect(await reader.read(undefined, { engine })).toEqual(reader.none);
    });

    it("returns the same with any number of threads", async () => {
      const file = writeLines(entry);
      for (const threads of [1, 2, 7]) expect(await reader.read(file, { engine, threads })).toEqual(reader.one);
    });

    it("leaves no descriptor open, whether it returns or throws", async () => {
      const file = writeLines(entry);
      await reader.read(file, { engine });
      const before = openDescriptors();
      await reader.read(file, { engine });
      await failure(reader, path.dirname(file), { engine });
      await failure(reader, file, { engine, signal: AbortSignal.abort() });
      expect(openDescriptors()).toBe(before);
    });

    it("throws the reason of a signal that was aborted before", async () => {
      const reason = new Error("enough");
      expect(await failure(reader, writeLines(entry), { engine, signal: AbortSignal.abort(reason) })).toBe(reason);
    });

    it.each([
      ["a path that is a boolean", [true]],
      ["a path that is null", [null]],
      ["a URL that is not a file URL", [new URL("https://example.org/journal")]],
      ["an empty path", [""]],
      ["a path with a NUL", ["a\0b"]],
      ["options that are a string", ["x", "native"]],
      ["options that are null", ["x", null]],
      ["an unknown engine", ["x", { engine: "fast" }]],
      ["no threads", ["x", { threads: 0 }]],
      ["half a thread", ["x", { threads: 1.5 }]],
      ["threads as a string", ["x", { threads: "2" }]],
      ["a signal that is not an AbortSignal", ["x", { signal: {} }]],
      ["an onProgress that cannot be called", ["x", { onProgress: 1 }]],
    ])("%s causes a TypeError", async (_name, args) => {
      expect(await failure(reader, ...args)).toBeInstanceOf(TypeError);
    });
  });

  it("reading one file does not affect reading another", () => {
    const [first, second] = [writeLines(acquire("a")), writeLines(acquire("b"))];
    expect(replay(first, { engine })).toEqual([lease]);
    expect(replay(second, { engine })).toEqual([{ lane: "b", loop_ts: "T1" }]);
    expect(replay(first, { engine })).toEqual([lease]);
  });

  it("changing a returned lease changes no later answer", () => {
    const file = writeLines(entry);
    for (const found of replay(file, { engine })) found["lane"] = "changed";
    expect(replay(file, { engine })).toEqual([lease]);
  });

  it("the default journal of a workspace is .dos/lane-journal.jsonl", () => {
    const workspace = temporaryFolder();
    mkdirSync(path.join(workspace, ".dos"));
    writeFileSync(path.join(workspace, ".dos", "lane-journal.jsonl"), `${JSON.stringify(entry)}\n`);
    vi.stubEnv("DISPATCH_WORKSPACE", workspace);
    expect(replay(undefined, { engine })).toEqual([lease]);
  });
});

describe("folding entries in memory", () => {
  it("iterates over any iterable once", () => {
    const given = new Set([acquire("a"), acquire("b")]);
    expect(replay(given)).toEqual([lease, { lane: "b", loop_ts: "T1" }]);
    function* stream() {
      yield acquire("a");
    }
    expect(leaseGenerations(stream())).toEqual([token]);
  });

  it("does not change or share the given entries", () => {
    const given = [acquire("a"), { op: "HEARTBEAT", lane: "a", loop_ts: "T1", ts: "9" }];
    const before = structuredClone(given);
    const [found] = replay(given);
    expect(given).toEqual(before);
    if (found !== undefined) found["lane"] = "changed";
    expect(given).toEqual(before);
  });

  it.each([[[null]], [[1]], [["x"]], [[[]]], [[acquire("a"), undefined]]])(
    "throws a TypeError for the element %j, which is not an object",
    (given) => {
      expect(thrownBy(() => Reflect.apply(replay, undefined, [given]))).toBeInstanceOf(TypeError);
      expect(thrownBy(() => Reflect.apply(leaseGenerations, undefined, [given]))).toBeInstanceOf(TypeError);
    },
  );

  it.each([[{}], [5], [() => undefined]])("throws a TypeError for a source of %j", (source) => {
    expect(thrownBy(() => Reflect.apply(replay, undefined, [source]))).toBeInstanceOf(TypeError);
    expect(thrownBy(() => Reflect.apply(leaseGenerations, undefined, [source]))).toBeInstanceOf(TypeError);
  });
});
