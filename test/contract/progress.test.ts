// Checks on a journal of many slices that progress only grows, that reads stop when aborted, and that the answers stay
// the same.
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync, statSync, writeSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { entries, nextSeq, type Progress, replay, replayAsync, scan, scanAsync, tail } from "../../src/index.js";
import { engines } from "../support/engines.js";
import { about, acquire, openDescriptors, thrownBy, writeJournal, writeLines } from "./journals.js";

// More than two slices of "some tens of megabytes" (ReadOptions.onProgress).
const bytesWanted = 120 * 1024 * 1024;
const note = "x".repeat(30_000);
const block = Buffer.from(
  [acquire("a"), about("REFUSE", "a", "T1", { note }), about("RELEASE", "a"), acquire("b")]
    .map((entry) => `${JSON.stringify(entry)}\n`)
    .join(""),
);
const blocks = Math.ceil(bytesWanted / block.length);

/** Returns how many bytes this process has read from files so far, according to the system. */
function bytesRead(): number {
  return Number(/^rchar: (\d+)$/m.exec(readFileSync("/proc/self/io", "utf8"))?.[1]);
}

let folder = "";
let file = "";

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), "lane-journal-test-"));
  file = path.join(folder, "long.jsonl");
  const fd = openSync(file, "w");
  for (let i = 0; i < blocks; i++) writeSync(fd, block);
  closeSync(fd);
});

afterAll(() => rmSync(folder, { recursive: true, force: true }));

function expectGrowth(seen: Progress[], bytesTotal: number): void {
  const bytes = seen.map((progress) => progress.bytes);
  expect(bytes).toEqual(bytes.toSorted((a, b) => a - b));
  expect(seen.every((progress) => progress.bytesTotal === bytesTotal)).toBe(true);
  expect(bytes.at(-1)).toBe(bytesTotal);
}

describe.each(engines)("a long read with the %s engine", (engine) => {
  it("reports progress between slices and once at the end", async () => {
    for (const read of [scan, scanAsync]) {
      const seen: Progress[] = [];
      const found = await read(file, { engine, onProgress: (done) => seen.push({ ...done }) });
      expect(found).toMatchObject({ bytes: blocks * block.length, lines: 4 * blocks, leases: [{ lane: "b" }] });
      expect(seen.length).toBeGreaterThan(1);
      expectGrowth(seen, blocks * block.length);
    }
  });

  it("stops a synchronous read when it is aborted between slices", () => {
    const reason = new Error("enough");
    const before = openDescriptors();
    for (const read of [replay, scan, nextSeq]) {
      const stop = new AbortController();
      let calls = 0;
      const onProgress = () => {
        calls++;
        stop.abort(reason);
      };
      expect(thrownBy(() => read(file, { engine, signal: stop.signal, onProgress }))).toBe(reason);
      expect(calls).toBe(1);
    }
    expect(openDescriptors()).toBe(before);
  });

  it("stops an asynchronous read when it is aborted from outside", async () => {
    const reason = new Error("enough");
    const before = openDescriptors();
    for (const read of [replayAsync, scanAsync]) {
      const stop = new AbortController();
      const reading = read(file, { engine, signal: stop.signal });
      setTimeout(() => stop.abort(reason), 1);
      await expect(reading).rejects.toBe(reason);
    }
    expect(openDescriptors()).toBe(before);
  });

  it("leaves the event loop free while it reads asynchronously", async () => {
    let turns = 0;
    const timer = setInterval(() => turns++, 1);
    await scanAsync(file, { engine });
    clearInterval(timer);
    expect(turns).toBeGreaterThan(0);
  });

  it("rethrows an error of onProgress, and closes the file", async () => {
    const reason = new Error("from the listener");
    const onProgress = () => {
      throw reason;
    };
    const before = openDescriptors();
    expect(thrownBy(() => scan(file, { engine, onProgress }))).toBe(reason);
    await expect(replayAsync(file, { engine, onProgress })).rejects.toBe(reason);
    expect(openDescriptors()).toBe(before);
  });

  it("returns the same from two concurrent asynchronous reads as from each alone", async () => {
    const small = writeLines(acquire("c"));
    const [long, short] = await Promise.all([replayAsync(file, { engine }), replayAsync(small, { engine })]);
    expect(long).toEqual([{ lane: "b", loop_ts: "T1" }]);
    expect(short).toEqual([{ lane: "c", loop_ts: "T1" }]);
  });

  it("reads only the beginning in a stream that is left early, and closes its descriptor", () => {
    const before = openDescriptors();
    const bytesBefore = bytesRead();
    for (const entry of entries(file, { engine })) {
      expect(entry).toEqual(acquire("a"));
      expect(openDescriptors()).toBe(before + 1);
      break;
    }
    expect(openDescriptors()).toBe(before);
    expect(bytesRead() - bytesBefore).toBeLessThan(statSync(file).size / 2);
  });

  it("throws the reason in a stream that is aborted in the middle, and closes its descriptor", () => {
    const reason = new Error("enough");
    const stop = new AbortController();
    const before = openDescriptors();
    const drain = () => {
      for (const _ of entries(file, { engine, signal: stop.signal })) stop.abort(reason);
    };
    expect(thrownBy(drain)).toBe(reason);
    expect(openDescriptors()).toBe(before);
  });

  it("returns the end of a long journal from tail", () => {
    expect(tail(2, file, { engine })).toEqual([about("RELEASE", "a"), acquire("b")]);
  });
});

describe.each(engines)("progress of a short read with the %s engine", (engine) => {
  it.each([
    ["a small journal", () => writeLines(acquire("a"))],
    ["an empty one", () => writeJournal("")],
    ["one with a torn tail", () => writeJournal(`${JSON.stringify(acquire("a"))}\n{"op`)],
  ])("%s reports at least once, and at its end", async (_name, make) => {
    const short = make();
    for (const read of [scan, scanAsync]) {
      const seen: Progress[] = [];
      const { bytes } = await read(short, { engine, onProgress: (done) => seen.push({ ...done }) });
      expectGrowth(seen, bytes);
    }
  });
});
