// Tests the time axis without its gaps, and where a drawing places instants.
import { describe, expect, it } from "vitest";
import { Axis, Scale } from "../../src/timeline/scale.js";
import { makeTicks } from "../../src/timeline/ticks.js";
import type { Gap } from "../../src/timeline/types.js";

const gap = (fromMs: number, toMs: number): Gap => ({ fromMs, toMs, isIdle: true });

describe("an axis from 1000 to 2000 without 1200 to 1500 and 1600 to 1700", () => {
  const axis = new Axis({ fromMs: 1000, toMs: 2000 }, [gap(1200, 1500), gap(1600, 1700)]);

  it("has the length of the rest", () => expect(axis.length).toBe(600));

  it.each([
    [900, -100],
    [1000, 0],
    [1200, 200],
    [1300, 200],
    [1500, 200],
    [1550, 250],
    [1700, 300],
    [2000, 600],
    [2100, 700],
  ])("has at %d the length %d", (ms, length) => expect(axis.lengthAt(ms)).toBe(length));

  it.each([
    [-100, 900],
    [0, 1000],
    [200, 1200],
    [201, 1501],
    [300, 1600],
    [600, 2000],
    [700, 2100],
  ])("has after the length %d the instant %d", (length, ms) => expect(axis.instantAt(length)).toBe(ms));

  it("is drawn with each gap at the same width", () => {
    const scale = new Scale({ axis, width: 640, gapWidth: 20 });
    expect(scale.gaps.map(({ x, width }) => [x, width])).toEqual([
      [200, 20],
      [320, 20],
    ]);
    expect([1000, 1200, 1350, 1500, 1600, 1700, 2000].map((ms) => scale.xOf(ms))).toEqual([
      0, 200, 210, 220, 320, 340, 640,
    ]);
    for (const ms of [1000, 1100, 1350, 1550, 1650, 1900, 2000]) expect(scale.instantAt(scale.xOf(ms))).toBe(ms);
  });

  it("gives many gaps at most a third of the drawing", () => {
    const scale = new Scale({ axis, width: 60, gapWidth: 20 });
    expect(scale.gaps.map(({ width }) => width)).toEqual([10, 10]);
    expect(scale.xOf(2000)).toBe(60);
  });

  it("draws only the gaps in view", () => {
    const scale = new Scale({ axis, view: { from: 250, to: 350 }, width: 120, gapWidth: 20 });
    expect(scale.gaps.map(({ gap: { fromMs } }) => fromMs)).toEqual([1600]);
    expect([1550, 1600, 1700, 1750].map((ms) => scale.xOf(ms))).toEqual([0, 50, 70, 120]);
    expect(scale.lengthAt(60)).toBe(300);
  });
});

describe("ticks", () => {
  const hourMs = 3_600_000;
  const midnight = Date.parse("2026-06-02T00:00:00Z");

  it("stand at whole hours and name the day at midnight", () => {
    const axis = new Axis({ fromMs: midnight - 3.5 * hourMs, toMs: midnight + 1.5 * hourMs }, []);
    const ticks = makeTicks(new Scale({ axis, width: 500, gapWidth: 0 }), 90);
    expect(ticks.map(({ x, label, isDay }) => [x, label, isDay])).toEqual([
      [50, "21:00", false],
      [150, "22:00", false],
      [250, "23:00", false],
      [350, "2026-06-02", true],
      [450, "01:00", false],
    ]);
  });

  it("skip gaps, and are never closer than the distance", () => {
    const folded = gap(midnight - 10 * hourMs, midnight - hourMs);
    const axis = new Axis({ fromMs: midnight - 12 * hourMs, toMs: midnight + 2 * hourMs }, [folded]);
    const ticks = makeTicks(new Scale({ axis, width: 540, gapWidth: 40 }), 90);
    expect(ticks.map(({ label }) => label)).toEqual(["12:00", "13:00", "14:00", "2026-06-02", "01:00", "02:00"]);
    for (const [index, { x }] of ticks.entries()) {
      if (index > 0) expect(x - (ticks[index - 1]?.x ?? 0)).toBeGreaterThanOrEqual(90);
    }
  });

  it("name seconds and milliseconds where an axis is short", () => {
    const axis = new Axis({ fromMs: midnight + 1000, toMs: midnight + 2000 }, []);
    const [first] = makeTicks(new Scale({ axis, width: 1000, gapWidth: 0 }), 100);
    expect(first?.label).toBe("00:00:01.000");
  });
});
