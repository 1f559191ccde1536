// Checks where the lines before a bound end (docs/format.md 10, "Points in time"; src/core/cut.ts).
import { describe, expect, it } from "vitest";
import { type Bound, Cut } from "../../src/core/cut.js";
import { Stretch } from "../../src/core/lines.js";

const lines = [
  '{"seq": 1, "ts": "2026-06-01T14:01:00Z"}\n',
  "\n",
  "damaged\n",
  "[5]\n",
  '{"seq": 3, "ts": "2026-06-01T14:03:00Z"}\n',
  '{"op": "HALT"}\n',
  '{"seq": 2, "ts": "2026-06-01T14:02:00Z"}\n',
];
const ends = lines.map((_, at) => lines.slice(0, at + 1).join("").length);
const size = ends.at(-1) ?? 0;

const stretch = (text: string): Stretch => new Stretch(Buffer.from(text));

/** Returns where the bound is found if the stretches are these pieces of the lines. */
function find(bound: Bound, ...pieces: string[]): [offset: number, isFound: boolean] {
  const cut = new Cut(bound);
  for (const piece of pieces) cut.takeStretch(stretch(piece));
  return [cut.offset, cut.isFound];
}

const instant = (minute: number): number => Date.UTC(2026, 5, 1, 14, minute);

describe("a cut", () => {
  it.each<[Bound, number, boolean]>([
    [{ line: 0 }, 0, true],
    [{ line: 1 }, ends[0] ?? 0, true],
    [{ line: 4 }, ends[3] ?? 0, true],
    [{ line: 7 }, size, false],
    [{ line: 8 }, size, false],
    [{ offset: 0 }, 0, true],
    [{ offset: (ends[0] ?? 0) - 1 }, 0, true],
    [{ offset: ends[0] ?? 0 }, ends[0] ?? 0, true],
    [{ offset: (ends[3] ?? 0) + 1 }, ends[3] ?? 0, true],
    [{ offset: size }, size, false],
    [{ seq: 0 }, 0, true],
    [{ seq: 1 }, ends[3] ?? 0, true],
    [{ seq: 2 }, ends[3] ?? 0, true],
    [{ seq: 3 }, size, false],
    [{ ts: instant(0) }, 0, true],
    [{ ts: instant(1) }, ends[3] ?? 0, true],
    [{ ts: instant(2) + 1 }, ends[3] ?? 0, true],
    [{ ts: instant(3) }, size, false],
  ])("at %j ends at byte %d", (bound, offset, isFound) => {
    expect(find(bound, lines.join(""))).toEqual([offset, isFound]);
    expect(find(bound, ...lines)).toEqual([offset, isFound]);
    const [first = "", ...rest] = lines;
    expect(find(bound, first, rest.join(""))).toEqual([offset, isFound]);
  });

  it("excludes a line without its LF", () => {
    expect(find({ line: 9 }, '{"seq": 1}\n{"seq": 9}')).toEqual([11, false]);
    expect(find({ seq: 1 }, '{"seq": 1}\n{"seq": 9}')).toEqual([11, false]);
  });

  it("counts bytes from the start of the file, including a byte order mark", () => {
    const cut = new Cut({ offset: 3 + (ends[1] ?? 0) });
    cut.skipByteOrderMark();
    expect(cut.offset).toBe(3);
    cut.takeStretch(stretch(lines.join("")));
    expect([cut.offset, cut.isFound]).toEqual([3 + (ends[1] ?? 0), true]);
  });

  it.each<[Bound, number, boolean]>([
    [{ line: 1 }, 1000, true],
    [{ line: 2 }, 1100, true],
    [{ line: 3 }, 1110, false],
    [{ offset: 1099 }, 1000, true],
    [{ offset: 1100 }, 1100, true],
    [{ seq: 0 }, 1110, false],
    [{ ts: 0 }, 1110, false],
  ])("at %j treats lines over the limit of length as damage, and ends at byte %d", (bound, offset, isFound) => {
    const cut = new Cut(bound);
    for (const bytes of [1000, 100, 10]) cut.takeOversize("x", bytes);
    expect([cut.offset, cut.isFound]).toEqual([offset, isFound]);
  });

  it.each<[Bound, string | undefined, boolean]>([
    [{ line: 0 }, "{}", true],
    [{ line: 1 }, "{}", false],
    [{ offset: 1 }, "{}", true],
    [{ offset: 2 }, "{}", false],
    [{ seq: 4 }, '{"seq": 5}', true],
    [{ seq: 5 }, '{"seq": 5}', false],
    [{ seq: 4 }, '{"seq": 5', false],
    [{ seq: 4 }, undefined, false],
  ])("at %j includes or excludes the last line %j", (bound, text, isFound) => {
    const cut = new Cut(bound);
    cut.takeLast({ text, wellFormed: true, terminated: false, bytes: text?.length ?? 70_000_000 });
    expect([cut.offset, cut.isFound]).toEqual([0, isFound]);
  });

  it("stays at the first place where the bound was found", () => {
    const cut = new Cut({ seq: 1 });
    cut.takeStretch(stretch('{"seq": 1}\n'));
    cut.takeLast(undefined);
    expect(cut.isFound).toBe(false);
    cut.takeStretch(stretch('{"seq": 2}\n'));
    cut.takeStretch(stretch("{}\n"));
    cut.takeOversize("x", 100);
    cut.takeLast({ text: "{}", wellFormed: true, terminated: false, bytes: 2 });
    expect([cut.offset, cut.isFound]).toEqual([11, true]);
  });
});
