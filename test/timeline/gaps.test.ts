// Tests which periods a chart may fold.
import { describe, expect, it } from "vitest";
import { findGaps } from "../../src/timeline/gaps.js";
import type { Period } from "../../src/timeline/types.js";

const period = (fromMs: number, toMs: number): Period => ({ fromMs, toMs });

/** Something happens at the begin and at the end of each period in which leases were held. */
function gapsOf(held: Period[], { instants = [] as number[], gapsMax = 9, from = 0, to = 0 } = {}) {
  const all = [...held.flatMap(({ fromMs, toMs }) => [fromMs, toMs]), ...instants];
  return findGaps({ fromMs: from, toMs: to || Math.max(...all), held, instants: all, gapsMax });
}

describe("a chart", () => {
  it("folds a long idle period, and keeps a margin beside it", () => {
    const [gap, ...more] = gapsOf([period(0, 100), period(1100, 1200)]);
    expect(gap).toEqual({ fromMs: 103, toMs: 1097, isIdle: true });
    expect(more).toEqual([]);
  });

  it("folds no short idle period", () => {
    expect(gapsOf([period(0, 100), period(110, 200), period(210, 300)])).toEqual([]);
  });

  it("folds many equal idle periods, of which none is long", () => {
    const held = Array.from({ length: 12 }, (_, i) => period(i * 100, i * 100 + 10));
    expect(gapsOf(held, { gapsMax: 50 }).length).toBeGreaterThanOrEqual(10);
  });

  it("folds at most as many as it may, the longest ones", () => {
    const held = [period(0, 100), period(1100, 1200), period(4000, 4100), period(6000, 6100)];
    expect(gapsOf(held, { gapsMax: 2 }).map(({ fromMs, toMs }) => [Math.round(fromMs), Math.round(toMs)])).toEqual([
      [1221, 3979],
      [4121, 5979],
    ]);
  });

  it("folds no idle period in which something happened, except between the events", () => {
    const gaps = gapsOf([period(0, 100), period(1100, 1200)], { instants: [600] });
    expect(gaps.map(({ fromMs, toMs }) => fromMs < 600 && toMs > 600)).toEqual([false, false]);
  });

  it("folds a silent period in which a lease was held only if it is very long", () => {
    expect(gapsOf([period(0, 1000)], { instants: [100, 400] })).toEqual([]);
    expect(gapsOf([period(0, 10_000)], { instants: [100] })).toMatchObject([{ isIdle: false }]);
  });

  it("never folds everything", () => {
    expect(findGaps({ fromMs: 0, toMs: 100, held: [], instants: [0, 100], gapsMax: 9 })).toEqual([]);
  });
});
