// Checks which shapes are known after parsing lines, which shape is tried first, and when trying pauses.
import { describe, expect, it, vi } from "vitest";
import { Shapes } from "../../src/core/shapes.js";

/** Lines with the same number and first key have the same shape. Shapes with the same first key begin alike. */
const line = (number: number, first = "key"): string => `{"${first}": 1, "n${number}": 2, "op": "HALT"}`;

function learn(shapes: Shapes, ...lines: string[]): void {
  for (const text of lines) shapes.learn(text, JSON.parse(text));
}

const isKnown = (shapes: Shapes, text: string): boolean => shapes.match(`${text}\n`, 0) !== undefined;

/** Returns lines whose shapes all begin differently. */
const apart = (count: number): string[] =>
  Array.from({ length: count }, (_, at) => line(0, `${String.fromCharCode(97 + (at >> 4), 97 + (at & 15))}a`));

const alike = (count: number): string[] => Array.from({ length: count }, (_, at) => line(at));

describe("a shape", () => {
  it("is known from its second line on", () => {
    const shapes = new Shapes({ reports: false });
    learn(shapes, line(1));
    expect(isKnown(shapes, line(1))).toBe(false);
    learn(shapes, line(1));
    expect(isKnown(shapes, line(1))).toBe(true);
    expect(isKnown(shapes, line(2))).toBe(false);
  });

  it("finds the end of a line at any place, and counts its hits", () => {
    const shapes = new Shapes({ reports: false });
    learn(shapes, line(1), line(1));
    const text = `x\n${line(1)}\n${line(1)}\n`;
    const found = shapes.match(text, 2);
    expect(found?.end).toBe(2 + line(1).length + 1);
    expect(shapes.match(text, found?.end ?? 0)?.end).toBe(text.length);
    expect(found?.shape.hits).toBe(2);
  });

  it("is kept once however often it is learnt, with at most seven others that begin alike", () => {
    const shapes = new Shapes({ reports: false });
    for (let time = 0; time < 20; time++) learn(shapes, line(0));
    learn(shapes, ...alike(9), ...alike(9));
    expect(alike(9).map((text) => isKnown(shapes, text))).toEqual([...Array(8).fill(true), false]);
  });

  it("is kept with at most 63 others", () => {
    const shapes = new Shapes({ reports: false });
    const lines = apart(65);
    learn(shapes, ...lines, ...lines);
    expect(lines.map((text) => isKnown(shapes, text))).toEqual([...Array(64).fill(true), false]);
  });

  it("is tried before those with fewer hits", () => {
    const shapes = new Shapes({ reports: false });
    learn(shapes, ...alike(3), ...alike(3));
    const tries = (number: number): number => {
      const exec = vi.spyOn(RegExp.prototype, "exec");
      shapes.match(`${line(number)}\n`, 0);
      const { length } = exec.mock.calls;
      exec.mockRestore();
      return length;
    };
    expect([0, 1, 2].map(tries)).toEqual([1, 2, 3]);
    expect([2, 1, 0, 2].map(tries)).toEqual([3, 3, 1, 2]);
    expect([0, 0, 0, 0, 2, 0].map(tries)).toEqual([2, 2, 1, 1, 2, 1]);
  });
});

describe("learning", () => {
  it("ends after 256 lines, and continues for 16 in each stretch", () => {
    const shapes = new Shapes({ reports: false });
    learn(shapes, ...apart(255), line(1), line(1));
    expect(isKnown(shapes, line(1))).toBe(false);
    shapes.beginStretch();
    learn(shapes, line(1));
    expect(isKnown(shapes, line(1))).toBe(true);
    learn(shapes, ...apart(15), line(2), line(2));
    expect(isKnown(shapes, line(2))).toBe(false);
    for (let stretch = 0; stretch < 3; stretch++) shapes.beginStretch();
    learn(shapes, ...apart(14), line(2), line(2), line(3), line(3));
    expect([line(2), line(3)].map((text) => isKnown(shapes, text))).toEqual([true, false]);
  });

  it("forgets the shapes it saw only once when they reach 256", () => {
    const shapes = new Shapes({ reports: false });
    learn(shapes, ...apart(256));
    shapes.beginStretch();
    learn(shapes, ...apart(1));
    expect(isKnown(shapes, apart(1)[0] ?? "")).toBe(true);
    learn(shapes, line(1), line(2), ...apart(2).slice(1), line(2));
    expect(isKnown(shapes, apart(2)[1] ?? "")).toBe(false);
    expect(isKnown(shapes, line(2))).toBe(true);
  });
});

describe("trying", () => {
  /** Returns whether trying continues in the next stretch, after one with so many known and unknown lines. */
  function isWorthIt(shapes: Shapes, known: number, unknown: number): boolean {
    for (let at = 0; at < known; at++) shapes.match(`${line(1)}\n`, 0);
    for (let at = 0; at < unknown; at++) shapes.match(`${line(9, at % 2 ? "key" : "other")}\n`, 0);
    return shapes.beginStretch();
  }

  it("pauses for eight stretches after one with fewer than one known line in four", () => {
    const shapes = new Shapes({ reports: false });
    learn(shapes, line(1), line(1));
    expect(shapes.beginStretch()).toBe(true);
    expect(isWorthIt(shapes, 1, 3)).toBe(true);
    expect(isWorthIt(shapes, 4, 0)).toBe(true);
    expect(isWorthIt(shapes, 1, 4)).toBe(false);
    const later = Array.from({ length: 9 }, () => shapes.beginStretch());
    expect(later).toEqual([...Array(7).fill(false), true, true]);
    expect(isWorthIt(shapes, 0, 1)).toBe(false);
  });
});
