// Checks that following a journal that grows, is cut, compacted and replaced returns its entries, each once and in
// order (docs/format.md 10, "Following").
import { type ChildProcess, spawn } from "node:child_process";
import { appendFileSync, mkdtempSync, renameSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { append, compactJournal, type Entry, follow, formatLine } from "../../../src/index.js";
import { builtFile } from "../../support/built.js";
import { engines } from "../../support/engines.js";

let folder: string;
let journal: string;
let abort: AbortController;
let following: AsyncGenerator<Entry>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lane-follow-"));
  journal = join(folder, "journal.jsonl");
  abort = new AbortController();
});

afterEach(async () => {
  abort.abort();
  // The signal also ends a pending request.
  await pending?.catch(() => undefined);
  await following?.return(undefined);
  rmSync(folder, { recursive: true, force: true });
});

const line = (seq: number): string => formatLine({ op: "HALT", seq, ts: "2026-01-01T00:00:00Z" });

function open(from: "start" | "end", engine: "native" | "js" = "native", pollMs = 20): void {
  following = follow(journal, { from, engine, pollMs, signal: abort.signal });
  pending = undefined;
}

/** The request that `expectNothing` left pending. */
let pending: Promise<IteratorResult<Entry>> | undefined;

function next(): Promise<IteratorResult<Entry>> {
  const asked = pending ?? following.next();
  pending = undefined;
  return asked;
}

/** Returns the numbers of the next entries; for a damaged line, the number of the line. */
async function take(count: number): Promise<unknown[]> {
  const taken: unknown[] = [];
  while (taken.length < count) {
    const { value, done } = await next();
    if (done === true) break;
    taken.push(value.seq ?? value["_line"]);
  }
  return taken;
}

/** Checks that several polls return nothing. */
async function expectNothing(): Promise<void> {
  pending = next();
  const pause = new Promise((resolve) => setTimeout(resolve, 100, "nothing"));
  expect(await Promise.race([pending, pause])).toBe("nothing");
}

describe.each(engines)("following (%s)", (engine) => {
  test("begins after the existing entries, or with the first", async () => {
    writeFileSync(journal, line(1) + line(2));
    open("start", engine);
    expect(await take(2)).toEqual([1, 2]);
    appendFileSync(journal, line(3));
    expect(await take(1)).toEqual([3]);
    abort.abort();
    abort = new AbortController();
    open("end", engine);
    await expectNothing();
    appendFileSync(journal, line(4) + line(5));
    expect(await take(2)).toEqual([4, 5]);
  });

  test("waits for a journal and a folder that do not exist yet", async () => {
    open("end", engine);
    await expectNothing();
    append({ op: "HALT" }, journal);
    append({ op: "HALT" }, journal);
    expect(await take(2)).toEqual([1, 2]);
  });

  test("holds a line back until it has its LF, and a damaged one until another follows", async () => {
    writeFileSync(journal, line(1));
    open("end", engine);
    await expectNothing();
    appendFileSync(journal, line(2).slice(0, 20));
    await expectNothing();
    appendFileSync(journal, line(2).slice(20, -1));
    await expectNothing();
    appendFileSync(journal, "\n");
    expect(await take(1)).toEqual([2]);
    appendFileSync(journal, '{"torn\n');
    await expectNothing();
    appendFileSync(journal, line(3));
    expect(await take(2)).toEqual([2, 3]);
  });

  test("returns the entry that replaced one that was cut back, and had returned that one too", async () => {
    writeFileSync(journal, line(1));
    open("start", engine);
    appendFileSync(journal, line(2));
    expect(await take(2)).toEqual([1, 2]);
    truncateSync(journal, line(1).length);
    appendFileSync(journal, line(2).replace("HALT", "SPAWN") + line(3));
    expect(await take(2)).toEqual([2, 3]);
    truncateSync(journal, 0);
    await expectNothing();
    appendFileSync(journal, line(1));
    expect(await take(1)).toEqual([1]);
  });

  test("continues in the file of a compaction without the entries it repeats", async () => {
    append({ op: "ACQUIRE", lane: "a", loop_ts: "T" }, journal);
    append({ op: "ACQUIRE", lane: "m", loop_ts: "T", lease: {} }, journal);
    appendFileSync(journal, "damaged\n");
    append({ op: "HALT" }, journal);
    open("end", engine);
    await expectNothing();
    compactJournal(journal, { engine });
    await expectNothing();
    append({ op: "HALT" }, journal);
    expect(await take(1)).toEqual([4]);
    append({ op: "HALT" }, journal);
    compactJournal(journal, { engine });
    append({ op: "HALT" }, journal);
    expect(await take(2)).toEqual([5, 6]);
  });

  test("reads a journal that replaced it from the start", async () => {
    writeFileSync(journal, line(1) + line(2));
    open("end", engine);
    await expectNothing();
    writeFileSync(`${journal}.new`, line(1) + line(2) + line(9));
    renameSync(`${journal}.new`, journal);
    expect(await take(3)).toEqual([1, 2, 9]);
    rmSync(journal);
    await expectNothing();
    writeFileSync(journal, line(1));
    expect(await take(1)).toEqual([1]);
  });

  test("follows a journal through a symbolic link", async () => {
    writeFileSync(`${journal}.real`, line(1));
    symlinkSync(`${journal}.real`, journal);
    open("end", engine);
    await expectNothing();
    appendFileSync(journal, line(2));
    expect(await take(1)).toEqual([2]);
  });

  test("recognises entries kept by a compaction by their text, not by their numbers", async () => {
    const replace = (text: string): void => {
      writeFileSync(`${journal}.new`, text);
      renameSync(`${journal}.new`, journal);
    };
    const checkpoint = '{"leases": [], "op": "CHECKPOINT", "seq_watermark": 3}\n';
    const spawned = (seq: number): string => line(seq).replace("HALT", "SPAWN");
    writeFileSync(journal, line(1) + line(Number.MAX_SAFE_INTEGER) + line(3) + line(3));
    open("start", engine);
    expect(await take(4)).toEqual([1, Number.MAX_SAFE_INTEGER, 3, 3]);
    replace(checkpoint + line(3) + line(3) + spawned(3) + line(3) + line(2));
    expect(await take(3)).toEqual([3, 3, 2]);
    appendFileSync(journal, "damaged\n" + line(4));
    expect(await take(2)).toEqual([6, 4]);
    replace(checkpoint + line(4) + line(4));
    expect(await take(1)).toEqual([4]);
    await expectNothing();
  });

  test("reports entries that were appended and dropped between two polls", async () => {
    writeFileSync(journal, line(1));
    open("end", engine);
    await expectNothing();
    append({ op: "HALT" }, journal);
    const checkpoint = '{"leases": [], "op": "CHECKPOINT", "seq_watermark": 7}\n';
    writeFileSync(`${journal}.new`, checkpoint + line(8));
    renameSync(`${journal}.new`, journal);
    expect(await take(1)).toEqual([2]);
    await expect(following.next()).rejects.toMatchObject({
      code: "ERR_ENTRIES_LOST",
      message: expect.stringContaining("3 to 7"),
    });
  });

  test("rejects with the reason of the signal", async () => {
    writeFileSync(journal, line(1));
    open("end", engine, 100_000);
    const asked = next();
    setTimeout(() => abort.abort(new Error("enough")), 20);
    await expect(asked).rejects.toThrow("enough");
    expect(await following.next()).toEqual({ done: true, value: undefined });
    await expect(follow(journal, { engine, signal: abort.signal }).next()).rejects.toThrow("enough");
  });

  test("reacts to events of the folder long before the next poll", async () => {
    writeFileSync(journal, line(1));
    open("end", engine, 100_000);
    await expectNothing();
    appendFileSync(journal, line(2));
    expect(await take(1)).toEqual([2]);
  });
});

test("checks its options", async () => {
  following = follow(journal, { pollMs: 0 });
  await expect(following.next()).rejects.toThrow(/pollMs: expected a number from 1/);
  following = Reflect.apply(follow, undefined, [journal, { from: 3 }]);
  await expect(following.next()).rejects.toThrow(/from: expected "start" or "end"/);
});

describe("under load", () => {
  // The writer imports the package.
  builtFile("package/index.js");
  const writer = fileURLToPath(new URL("writer.mjs", import.meta.url));
  const writers = 3;
  const each = 400;
  const compactions = 100;

  /** Runs a writer to its end; returns the numbers that it printed. */
  function run(...args: number[]): { child: ChildProcess; told: Promise<number[]> } {
    const child = spawn(process.execPath, [writer, journal, ...args.map(String)], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    let text = "";
    child.stdout?.on("data", (piece) => {
      text += String(piece);
    });
    const told = new Promise<number[]>((resolve, reject) => {
      child.on("close", (code) => {
        if (code === 0) resolve(text.trim().split("\n").map(Number));
        else reject(new Error(`expected exit code 0 of a writer, found ${code}`));
      });
    });
    return { child, told };
  }

  test(`returns ${writers * each} entries across ${compactions} compactions, each once and in order`, async () => {
    append({ op: "ACQUIRE", lane: "a", loop_ts: "T" }, journal);
    open("end", "native", 5);
    const seen: unknown[] = [];
    const last = writers * each + compactions + 1;
    let compactor: ChildProcess | undefined;
    const reading = (async () => {
      for await (const { op, seq } of following) {
        seen.push(seq);
        // This entry follows a compaction: only now may the next compaction drop what was appended since.
        if (op === "HALT") compactor?.stdin?.write("\n");
        if (seq === last) return;
      }
    })();
    await new Promise((resolve) => setTimeout(resolve, 50));
    const running = [run(0, 0, compactions), ...Array.from({ length: writers }, () => run(each, 5))];
    compactor = running[0]?.child;
    const told = await Promise.all(running.map((writing) => writing.told));
    await reading;
    const acknowledged = told.flat().toSorted((a, b) => a - b);
    expect(acknowledged).toEqual(Array.from({ length: last - 1 }, (_, at) => at + 2));
    expect(seen).toEqual(acknowledged);
  });
});
