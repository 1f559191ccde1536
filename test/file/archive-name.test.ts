// Checks that the names of a journal's archives sort in the order of their entries (docs/format.md 7, "Archives").
import { describe, expect, it } from "vitest";
import { formatArchiveName, readArchiveName } from "../../src/file/archive-name.js";

const nameOf = (nextSeq: number, stamp: string, random = "b2c3d"): string =>
  formatArchiveName("/x/lane-journal.jsonl", nextSeq, new Date(stamp), random);

describe("the name of an archive", () => {
  it("holds the number, the time and the journal's name", () => {
    const name = nameOf(4712, "2026-03-04T05:06:07.161Z");
    expect(name).toBe("lane-journal.n0000000000004712-20260304T050607Z-0a1b2c3d.jsonl");
    const atMs = Date.UTC(2026, 2, 4, 5, 6, 7);
    expect(readArchiveName(name)).toEqual({ journal: "lane-journal.jsonl", nextSeq: 4712, atMs });
  });

  it("sorts by number within one second, then by the milliseconds, and although the clock went back", () => {
    const names = [
      nameOf(9, "2026-03-04T05:06:07.009Z", "fffff"),
      nameOf(9, "2026-03-04T05:06:07.100Z", "00000"),
      nameOf(10, "2026-03-04T05:06:07Z", "00000"),
      nameOf(2 ** 53 - 1, "2026-03-04T04:00:00Z"),
    ];
    expect(names.toReversed().toSorted()).toEqual(names);
  });

  it("of version 0.1.0 is read, and sorts before all others", () => {
    const old = "lane-journal.20990304T050607Z-ffffffff.jsonl";
    expect(readArchiveName(old)).toEqual({
      journal: "lane-journal.jsonl",
      nextSeq: undefined,
      atMs: Date.UTC(2099, 2, 4, 5, 6, 7),
    });
    const name = nameOf(1, "2026-03-04T05:06:07Z");
    expect([name, old].toSorted()).toEqual([old, name]);
  });

  it("may be that of a journal without an extension, or with dots in its name", () => {
    for (const journal of ["journal", "host.a.jsonl", "n1-x.log"]) {
      expect(readArchiveName(formatArchiveName(journal, 1, new Date("2026-03-04T05:06:07Z"), "b2c3d"))).toMatchObject({
        journal,
      });
    }
  });

  it.each([
    "lane-journal.jsonl",
    "lane-journal.n4712-20260304T050607Z-0a1b2c3d.jsonl",
    "lane-journal.20260231T050607Z-0a1b2c3d.jsonl",
    "lane-journal.20260304T050607Z-0A1B2C3D.jsonl",
    "lane-journal.20260304T050607Z-0a1b2c3d.jsonl.gz",
  ])("is not %s", (name) => {
    expect(readArchiveName(name)).toBeUndefined();
  });
});
