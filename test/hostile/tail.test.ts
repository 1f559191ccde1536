// Checks how the readers and scan treat the last line for every way a file can end (the table of docs/format.md 3).
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { entries, nextSeq, readAll, replay, scan, tail } from "../../src/index.js";
import { makeFolder, removeFolders } from "../generate/place.js";
import { engines } from "../support/engines.js";

const path = join(makeFolder("hostile-tail"), "journal.jsonl");
const sound = '{"op": "ACQUIRE", "lane": "a", "loop_ts": "t", "seq": 3}\n';
const next = '{"op": "RELEASE", "lane": "a", "loop_ts": "t", "seq": 9}';

afterAll(removeFolders);

interface Ending {
  fact: string;
  end: string;
  ops: string[];
  /** `terminated` of the bad last line, or null if the last line is good. */
  torn: boolean | null;
  /**
   * Whether the last line is damage instead of what a torn append leaves. Defaults to `torn`, because a torn append
   * leaves no LF.
   */
  damaged?: boolean;
  lines: number;
}

const endings: readonly Ending[] = [
  {
    fact: "an unparseable last line without LF is torn",
    end: next.slice(0, 30),
    ops: ["ACQUIRE"],
    torn: false,
    lines: 2,
  },
  {
    fact: "an unparseable last line with LF is torn, and damage",
    end: `${next.slice(0, 30)}\n`,
    ops: ["ACQUIRE"],
    torn: true,
    lines: 2,
  },
  {
    fact: "a last line that parses without LF is an entry",
    end: next,
    ops: ["ACQUIRE", "RELEASE"],
    torn: null,
    lines: 2,
  },
  {
    fact: "a last line that parses with LF is an entry",
    end: `${next}\n`,
    ops: ["ACQUIRE", "RELEASE"],
    torn: null,
    lines: 2,
  },
  {
    fact: "a torn tail followed by an empty line is no longer last",
    end: `${next.slice(0, 30)}\n\n`,
    ops: ["ACQUIRE", "_CORRUPT"],
    torn: null,
    lines: 3,
  },
  {
    fact: "a torn tail followed by spaces is no longer last",
    end: `${next.slice(0, 30)}\n \t`,
    ops: ["ACQUIRE", "_CORRUPT"],
    torn: null,
    lines: 3,
  },
  {
    fact: "a torn tail followed by a CR is no longer last",
    end: `${next.slice(0, 30)}\n\r`,
    ops: ["ACQUIRE", "_CORRUPT"],
    torn: null,
    lines: 3,
  },
  {
    fact: "of two bad last lines only the last is torn",
    end: "half\nhalf\n",
    ops: ["ACQUIRE", "_CORRUPT"],
    torn: true,
    lines: 3,
  },
  {
    fact: "a bad line before a non-object is a sentinel",
    end: "half\n17",
    ops: ["ACQUIRE", "_CORRUPT"],
    torn: null,
    lines: 3,
  },
  { fact: "a last line of NULs is torn", end: "\0".repeat(843), ops: ["ACQUIRE"], torn: false, lines: 2 },
  {
    fact: "a last line of NULs with LF is torn, and damage",
    end: `${"\0".repeat(843)}\n`,
    ops: ["ACQUIRE"],
    torn: true,
    lines: 2,
  },
  { fact: "an entry followed by NULs is torn", end: `${next}\0\0\0`, ops: ["ACQUIRE"], torn: false, lines: 2 },
  {
    fact: "a sound line after NULs is lost with them, and damage",
    end: `\0\0${next}`,
    ops: ["ACQUIRE"],
    torn: false,
    damaged: true,
    lines: 2,
  },
  {
    fact: "two entries glued together are damage",
    end: next + next,
    ops: ["ACQUIRE"],
    torn: false,
    damaged: true,
    lines: 2,
  },
  { fact: "a non-object is not a torn tail", end: "17", ops: ["ACQUIRE"], torn: null, lines: 2 },
  { fact: "blank lines at the end are ignored", end: "\n\r\n \t\n", ops: ["ACQUIRE"], torn: null, lines: 4 },
  { fact: "a blank without LF is only a line", end: " ", ops: ["ACQUIRE"], torn: null, lines: 2 },
  {
    fact: "a byte order mark alone is damage",
    end: "\ufeff",
    ops: ["ACQUIRE"],
    torn: false,
    damaged: true,
    lines: 2,
  },
  { fact: "a vertical tab alone is damage", end: "\v", ops: ["ACQUIRE"], torn: false, damaged: true, lines: 2 },
  {
    fact: "half a character at the end of a string is torn",
    end: `${next.slice(0, 20)}\ud83d`,
    ops: ["ACQUIRE"],
    torn: false,
    lines: 2,
  },
  {
    fact: "an entry cut within a CRLF is an entry",
    end: `${next}\r`,
    ops: ["ACQUIRE", "RELEASE"],
    torn: null,
    lines: 2,
  },
];

describe.each(engines)("the end of a journal under the %s engine", (engine) => {
  it.each(endings)("$fact", ({ end, ops, torn, damaged, lines }) => {
    writeFileSync(path, sound + end);
    const found = scan(path, { engine });
    const place = { line: 1 + ops.filter((op) => op === "_CORRUPT").length, offset: found.tornTail?.offset ?? 0 };
    const all = readAll(path, { engine });
    expect(all.map(({ op }) => op)).toEqual(ops);
    expect([...entries(path, { engine })]).toEqual(all);
    expect(tail(9, path, { engine })).toEqual(all);
    expect(tail(1, path, { engine })).toEqual(all.slice(-1));
    expect(replay(path, { engine })).toHaveLength(ops.includes("RELEASE") ? 0 : 1);
    expect(nextSeq(path, { engine })).toBe(ops.includes("RELEASE") ? 10 : 4);
    const tornTail = torn === null ? null : { ...place, terminated: torn, damaged: damaged ?? torn };
    expect([found.tornTail, found.lines]).toEqual([tornTail, lines]);
    expect(found.corrupt.count).toBe(ops.filter((op) => op === "_CORRUPT").length);
  });

  it.each(["half", "half\n", "\0", "\0\n"])("a journal with only a torn tail (%j) is empty", (end) => {
    writeFileSync(path, end);
    expect(scan(path, { engine })).toMatchObject({
      entries: 0,
      leases: [],
      nextSeq: 1,
      lines: 1,
      corrupt: { count: 0 },
      tornTail: { line: 0, offset: 0, terminated: end.endsWith("\n") },
    });
    expect(readAll(path, { engine })).toEqual([]);
  });
});
