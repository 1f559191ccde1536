// Checks that tail returns the last entries as if all had been read, without reading all (docs/api.md, docs/format.md
// 3).
import { closeSync, ftruncateSync, openSync, writeSync } from "node:fs";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { entries, readAll, tail } from "../../src/index.js";
import { engines } from "../support/engines.js";
import { brokenLine, openDescriptors, thrownBy, writeJournal, writeLines } from "./journals.js";

const numbered = (count: number) => Array.from({ length: count }, (_, n) => ({ op: "REFUSE", n }));

describe.each(engines)("tail on the %s engine", (engine) => {
  it("returns the last n in file order, 20 by default", () => {
    const file = writeLines(...numbered(50));
    expect(tail(3, file, { engine })).toEqual(numbered(50).slice(-3));
    expect(tail(undefined, file, { engine })).toEqual(numbered(50).slice(-20));
  });

  it("returns all if n is 0 or less, or more than there are", () => {
    const file = writeLines(...numbered(50));
    for (const n of [0, -1, Number.MIN_SAFE_INTEGER, 50, 51, Number.MAX_SAFE_INTEGER]) {
      expect(tail(n, file, { engine })).toEqual(numbered(50));
    }
  });

  it.each([1.5, Number.NaN, Infinity, 2 ** 53, "3", null, {}])("throws a TypeError for an n of %j", (n) => {
    const file = writeLines(...numbered(1));
    expect(thrownBy(() => Reflect.apply(tail, undefined, [n, file, { engine }]))).toBeInstanceOf(TypeError);
  });

  it("counts entries: blank lines and non-objects do not count, sentinels do", () => {
    const file = writeLines(...numbered(1), brokenLine, "", "7", "[]", " \t\r", '{"n":1}');
    const sentinel = { op: "_CORRUPT", _raw: brokenLine, _line: 1 };
    expect(tail(1, file, { engine })).toEqual([{ n: 1 }]);
    expect(tail(2, file, { engine })).toEqual([sentinel, { n: 1 }]);
    expect(tail(3, file, { engine })).toEqual([...numbered(1), sentinel, { n: 1 }]);
  });

  it("numbers the line of a sentinel from the start of the file, also far from it", () => {
    const filler = Array.from({ length: 40_000 }, (_, n) => (n % 3 === 0 ? "" : `{"n":${n}}`));
    const found = tail(2, writeLines(...filler, brokenLine, '{"n":-1}'), { engine });
    expect(found).toEqual([{ op: "_CORRUPT", _raw: brokenLine, _line: 40_000 }, { n: -1 }]);
  });

  it("numbers lines after a byte order mark, and reads the first line without it", () => {
    const file = writeJournal(`\ufeff{"n":0}\n${brokenLine}\n{"n":2}\n`);
    const sentinel = { op: "_CORRUPT", _raw: brokenLine, _line: 1 };
    expect(tail(2, file, { engine })).toEqual([sentinel, { n: 2 }]);
    expect(tail(9, file, { engine })).toEqual([{ n: 0 }, sentinel, { n: 2 }]);
  });

  it("finds entries longer than a step backwards", () => {
    const long = numbered(4).map((entry) => ({ ...entry, note: "é".repeat(700_000) }));
    const file = writeLines(...long);
    expect(tail(2, file, { engine })).toEqual(long.slice(-2));
  });

  it("does not read a huge hole before the requested lines", () => {
    const file = writeJournal("");
    const fd = openSync(file, "r+");
    const holeBytes = 1024 ** 4;
    ftruncateSync(fd, holeBytes);
    writeSync(
      fd,
      `\n${numbered(5)
        .map((entry) => JSON.stringify(entry))
        .join("\n")}\n`,
      holeBytes,
    );
    closeSync(fd);
    expect(tail(5, file, { engine })).toEqual(numbered(5));
  });

  it("leaves no descriptor open", () => {
    const file = writeLines(...numbered(5), brokenLine, '{"n":5}');
    const before = openDescriptors();
    tail(2, file, { engine });
    tail(0, file, { engine });
    expect(openDescriptors()).toBe(before);
  });

  it("returns the end of what readAll and entries return, for any lines", () => {
    const line = fc.constantFrom('{"n":1}', brokenLine, "", " ", "7", '{"s":"é"}', "\ufeff", "x".repeat(9_000), "\r");
    const journal = fc.tuple(fc.array(line, { maxLength: 30 }), fc.boolean());
    fc.assert(
      fc.property(journal, fc.integer({ min: 1, max: 12 }), ([lines, ended], n) => {
        const file = writeJournal(lines.join("\n") + (ended ? "\n" : ""));
        const all = readAll(file, { engine });
        expect(Array.from(entries(file, { engine }))).toEqual(all);
        expect(tail(n, file, { engine })).toEqual(all.slice(-n));
        expect(tail(0, file, { engine })).toEqual(all);
      }),
      { numRuns: 200 },
    );
  });
});
