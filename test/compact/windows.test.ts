// Compacts on a disk that refuses what Windows refuses: no open file is replaced (docs/format.md 7).
import { appendFileSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { readAll, replay } from "../../src/index.js";
import { about, acquire, thrownBy, writeLines } from "../contract/journals.js";
import { createWindowsDisk } from "../file/windows-disk.js";
import { engines } from "../support/engines.js";
import { compactWith } from "./compacting.js";

const many = 1_000_000;

describe.each(engines)("a compaction on Windows (%s)", (engine) => {
  const begin = (): string => writeLines(acquire("a"), acquire("b"), about("RELEASE", "a"));
  const lanesOf = (journal: string): unknown[] => replay(journal).map(({ lane }) => lane);

  it("replaces a file that nobody else has open, and leaves no other file", () => {
    const journal = begin();
    const disk = createWindowsDisk();
    expect(compactWith(engine, journal, { disk })).toMatchObject({ entriesBefore: 3, entriesAfter: 1 });
    expect(lanesOf(journal)).toEqual(["b"]);
    expect(readdirSync(path.dirname(journal))).toEqual(["journal.jsonl"]);
    expect([...disk.opened]).toEqual([]);
  });

  it("waits for a program that closes the file within a second", () => {
    const journal = begin();
    const disk = createWindowsDisk();
    disk.openElsewhere(journal, 3);
    expect(compactWith(engine, journal, { disk }).entriesAfter).toBe(1);
    expect(disk.refused).toBe(3);
  });

  it("fails while a program keeps the file open, says so, and changes nothing", () => {
    const journal = begin();
    const before = readFileSync(journal);
    const disk = createWindowsDisk();
    disk.openElsewhere(journal, many);
    const archive = path.join(path.dirname(journal), "archive");
    const error = thrownBy(() => compactWith(engine, journal, { disk, archive }));
    expect(error).toMatchObject({ code: "ERR_COMPACTION_FAILED", path: journal });
    expect(String(error)).toMatch(
      /journal\.jsonl was open in this program or another one for 1000 ms: EPERM.*; the journal is as it was$/,
    );
    expect(readFileSync(journal).equals(before)).toBe(true);
    expect(readdirSync(path.dirname(journal))).toEqual(["archive", "journal.jsonl"]);
    expect(readdirSync(archive)).toEqual([]);
    expect([...disk.opened]).toEqual([]);
  });

  it("carries over a line that is appended after the file was closed for the rename", () => {
    const journal = begin();
    let times = 0;
    const disk = createWindowsDisk({
      rename() {
        if (times++ === 0) appendFileSync(journal, `${JSON.stringify(acquire("late"))}\n`);
      },
    });
    expect(compactWith(engine, journal, { disk }).entriesAfter).toBe(1);
    expect(lanesOf(journal)).toEqual(["b", "late"]);
    expect(readAll(journal)).toHaveLength(2);
    expect(readdirSync(path.dirname(journal))).toEqual(["journal.jsonl"]);
  });

  it("removes the second name that a killed compaction left", () => {
    const journal = begin();
    const dying = createWindowsDisk();
    // As if the process had been killed between the link and the rename.
    const killed = { ...dying, rename: () => expect.fail("killed"), unlink: () => undefined };
    thrownBy(() => compactWith(engine, journal, { disk: killed }));
    expect(readdirSync(path.dirname(journal)).length).toBe(3);
    compactWith(engine, journal, { disk: createWindowsDisk() });
    expect(readdirSync(path.dirname(journal))).toEqual(["journal.jsonl"]);
  });
});
