// Checks that both engines answer every journal, builder and line in test/vectors/*.json as the reference did.
import { closeSync, ftruncateSync, openSync, readdirSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { text } from "../../src/core/words.js";
import * as journal from "../../src/index.js";
import { type Entry, formatLine } from "../../src/index.js";
import { writeJournal } from "../contract/journals.js";
import { engines } from "../support/engines.js";

interface Answers {
  entries: Entry[];
  leases: Entry[];
  nextSeq: number;
  tail: Entry[];
  compacted: Entry[];
}
interface JournalCase<Want> {
  name: string;
  journal?: string;
  journal_b64?: string;
  want: Want;
}
interface Deviation {
  ops: (string | null)[];
  live: [string, string][];
  nextSeq: number;
}
interface Truncations {
  journal: string;
  cases: { cut: number; entries: number; corrupt: number; live: [string, string][]; nextSeq: number }[];
}
interface Builders {
  cases: { builder: string; args: unknown[]; options: { [name: string]: unknown }; want: Entry }[];
}
interface Writer {
  cases: { value: Entry; line: string }[];
}

const folder = new URL(".", import.meta.url);

/** Reads a file of vectors. test/vectors/README.md describes its shape. */
function readVectors<Shape>(name: string): Shape {
  return JSON.parse(readFileSync(new URL(name, folder), "utf8"), reviveNumber);
}

/** Infinity and NaN are written as `{"$num": "Infinity"}`. */
function reviveNumber(_key: string, value: unknown): unknown {
  const named = typeof value === "object" && value !== null && "$num" in value ? value.$num : undefined;
  return typeof named === "string" ? Number(named) : value;
}

/** Renders a value as text that distinguishes NaN, the infinities, key order and `__proto__`, and treats -0 as 0. */
function render(value: unknown, sorted = false): string {
  if (typeof value === "number") return String(value);
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map((item) => render(item, sorted)).join(",")}]`;
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  if (sorted) members.sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${render(member, sorted)}`).join(",")}}`;
}

function renderAll(values: Iterable<unknown>): string[] {
  return Array.from(values, (value) => render(value));
}

function bytesOf(test: JournalCase<unknown>): Buffer {
  return test.journal_b64 === undefined
    ? Buffer.from(test.journal ?? "", "utf8")
    : Buffer.from(test.journal_b64, "base64");
}

/** Removes the generations, which the reference does not have (test/vectors/README.md). */
function withoutGenerations(entries: Entry[]): string[] {
  return entries.map(({ generations: _rows, generation_watermark: _watermark, ...rest }) => render(rest, true));
}

function identities(leases: Entry[]): string[][] {
  return leases.map((lease) => [text(lease["loop_ts"]), text(lease["lane"])]);
}

const answered = readdirSync(folder).filter((name) => /^(fold|lines|seq|random-.*)\.json$/.test(name));

describe.each(engines)("the reference's journals on the %s engine", (engine) => {
  it("include every required file", () => {
    expect(answered).toEqual(expect.arrayContaining(["fold.json", "lines.json", "seq.json", "random-damaged.json"]));
  });

  describe.each(answered)("%s", (name) => {
    const { cases } = readVectors<{ cases: JournalCase<Answers>[] }>(name);

    it.each(cases)("$name", (test) => {
      const file = writeJournal(bytesOf(test));
      const { want } = test;
      const all = journal.readAll(file, { engine });
      expect(renderAll(all)).toEqual(renderAll(want.entries));
      expect(renderAll(journal.entries(file, { engine }))).toEqual(renderAll(want.entries));
      expect(renderAll(journal.replay(want.entries))).toEqual(renderAll(want.leases));
      if (journal.scan(file, { engine }).isJournal) {
        expect(renderAll(journal.replay(file, { engine }))).toEqual(renderAll(want.leases));
        expect(journal.nextSeq(file, { engine })).toBe(want.nextSeq);
      } else {
        // The reference reads a file without any entry as an empty journal (docs/format.md 9).
        expect(want.entries.every(({ op }) => op === "_CORRUPT")).toBe(true);
        expect(() => journal.replay(file, { engine })).toThrow("is not a journal");
      }
      expect(renderAll(journal.tail(3, file, { engine }))).toEqual(renderAll(want.tail));
      expect(withoutGenerations(journal.compact(all))).toEqual(want.compacted.map((entry) => render(entry, true)));
    });
  });

  describe("the deliberate deviations (docs/format.md 9)", () => {
    const { cases } = readVectors<{ cases: JournalCase<Deviation>[] }>("deviations.json");

    it.each(cases)("$name", (test) => {
      const file = writeJournal(bytesOf(test));
      const ops = journal.readAll(file, { engine }).map((entry) => entry["op"] ?? null);
      expect(ops).toEqual(test.want.ops);
      expect(journal.replay(file, { engine })).toHaveLength(test.want.live.length);
      // The rows carry the identity that a lease is held under, which may differ from the fields of the lease.
      const held = journal.leaseGenerations(file, { engine }).map((row) => [row.loop_ts, row.lane]);
      expect(held).toEqual(test.want.live);
      expect(journal.nextSeq(file, { engine })).toBe(test.want.nextSeq);
    });
  });

  it("returns the entries, leases and number of the complete lines of a journal cut at any byte", () => {
    const { journal: whole, cases } = readVectors<Truncations>("truncations.json");
    const file = writeJournal(whole);
    const fd = openSync(file, "r+");
    try {
      for (const want of cases.toSorted((a, b) => b.cut - a.cut)) {
        ftruncateSync(fd, want.cut);
        const scan = journal.scan(file, { engine });
        const found = { entries: scan.entries, corrupt: scan.corrupt.count, nextSeq: scan.nextSeq };
        expect({ cut: want.cut, ...found, live: identities(scan.leases) }).toEqual(want);
        expect(journal.readAll(file, { engine }), `cut at ${want.cut}`).toHaveLength(want.entries);
      }
    } finally {
      closeSync(fd);
    }
  });
});

describe("the builders", () => {
  const { cases } = readVectors<Builders>("builders.json");
  const builders: { [name: string]: unknown } = { ...journal };

  it.each(cases)("$builder $args $options", ({ builder, args, options, want }) => {
    const build = builders[`${builder}Entry`];
    if (typeof build !== "function") throw new Error(`expected an export ${builder}Entry, found ${typeof build}`);
    expect(render(build(...args, options), true)).toBe(render(want, true));
  });
});

describe("the writer", () => {
  const { cases } = readVectors<Writer>("writer.json");

  it.each(cases)("$line", ({ value, line }) => {
    expect(formatLine(value)).toBe(line);
  });
});
