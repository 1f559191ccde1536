// Checks that a journal that becomes shorter while it is read is read again, or is an error (docs/format.md 10).
import { closeSync, openSync, statSync, truncateSync, writeSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { entries, type Progress, replay, scan, scanAsync } from "../../src/index.js";
import { engines } from "../support/engines.js";
import { about, acquire, openDescriptors, thrownBy, writeJournal } from "./journals.js";

const mebibyte = 1024 * 1024;
const note = "x".repeat(60_000);
const block = Buffer.from(
  [acquire("a"), about("REFUSE", "a", "T1", { note })].map((entry) => `${JSON.stringify(entry)}\n`).join(""),
);

function writeBlocks(bytes: number): string {
  const file = writeJournal("");
  const fd = openSync(file, "w");
  for (let written = 0; written < bytes; written += block.length) writeSync(fd, block);
  closeSync(fd);
  return file;
}

/** Returns a listener that cuts the file to each of these sizes in turn, as soon as more than that has been read. */
function cutTo(file: string, sizes: number[]): (done: Progress) => void {
  const left = [...sizes];
  return ({ bytes }) => {
    const [size] = left;
    if (size === undefined || bytes <= size) return;
    left.shift();
    truncateSync(file, size);
  };
}

describe.each(engines)("a journal that becomes shorter, on the %s engine", (engine) => {
  it("is read again, and the answer is that for the rest of the file", async () => {
    for (const read of [scan, scanAsync]) {
      const file = writeBlocks(100 * mebibyte);
      const found = await read(file, { engine, onProgress: cutTo(file, [10 * block.length]) });
      expect(found).toEqual(scan(file, { engine }));
      expect(found).toMatchObject({ bytes: 10 * block.length, lines: 20, ops: { ACQUIRE: 10, REFUSE: 10 } });
    }
  });

  it("causes an error after three times, which says how long it should have been", () => {
    const file = writeBlocks(120 * mebibyte);
    const before = openDescriptors();
    const onProgress = cutTo(file, [90 * mebibyte, 60 * mebibyte, 30 * mebibyte]);
    const error = thrownBy(() => replay(file, { engine, onProgress }));
    expect(error).toMatchObject({ code: "ERR_JOURNAL_UNREADABLE", path: file });
    expect(String(error)).toContain(`found ${30 * mebibyte}`);
    expect(statSync(file).size).toBe(30 * mebibyte);
    expect(openDescriptors()).toBe(before);
  });

  it("causes an error immediately in a stream, which cannot take back its entries", () => {
    const file = writeBlocks(8 * mebibyte);
    const before = openDescriptors();
    const stream = entries(file, { engine });
    expect(stream.next().value).toEqual(acquire("a"));
    truncateSync(file, block.length);
    const drain = () => {
      for (const _ of stream);
    };
    expect(thrownBy(drain)).toMatchObject({ code: "ERR_JOURNAL_UNREADABLE", path: file });
    expect(openDescriptors()).toBe(before);
  });
});
