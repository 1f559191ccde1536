// Tests what the timeline makes of a history: lanes, bars, marks and damage.
import { describe, expect, it } from "vitest";
import { selectHistory } from "../../src/history/select.js";
import type { Entry } from "../../src/index.js";
import { makeTimeline } from "../../src/timeline/model.js";
import { acquire, adopt, at, foldHistory, halt, heartbeat, refuse, release, scavenge } from "../history/journal.js";

const ms = (time: string): number => Date.parse(at(time));
const nowMs = ms("18:00:00");
const damaged = { op: "_CORRUPT", _raw: "{", ts: undefined };

function timelineOf(entries: readonly Entry[], options = {}) {
  return makeTimeline(selectHistory(foldHistory(entries, nowMs), {}), { nowMs, ...options });
}

describe("a bar", () => {
  it("lasts from the begin to the end, with the last sign of life between", () => {
    const { lanes } = timelineOf([acquire("13:00:00", "a"), heartbeat("13:20:00"), scavenge("14:00:00")]);
    expect(lanes).toMatchObject([
      {
        name: "api",
        rows: 1,
        bars: [{ fromMs: ms("13:00:00"), signMs: ms("13:20:00"), toMs: ms("14:00:00"), how: "scavenged", row: 0 }],
      },
    ]);
  });

  it("of a live lease lasts until now", () => {
    const { lanes, toMs } = timelineOf([acquire("13:00:00", "a")]);
    expect(lanes[0]?.bars).toMatchObject([{ how: "live", toMs: nowMs }]);
    expect(toMs).toBe(nowMs);
  });

  it("whose end was stamped before its begin has no length", () => {
    const { lanes } = timelineOf([acquire("13:00:00", "a"), release("12:00:00")]);
    expect(lanes[0]?.bars).toMatchObject([{ fromMs: ms("13:00:00"), toMs: ms("13:00:00") }]);
  });

  it("without a stamp stands where the entry before it does", () => {
    const other = { lane: "docs", loop_ts: "t2" };
    const { lanes } = timelineOf([acquire("13:00:00", "a"), acquire("", "b", other), release("13:30:00", other)]);
    expect(lanes[1]?.bars).toMatchObject([{ fromMs: ms("13:00:00"), toMs: ms("13:30:00") }]);
  });

  it("without any stamp in the journal stands at the time of the reading", () => {
    const { lanes, fromMs, toMs } = timelineOf([acquire("", "a"), release("")]);
    expect(lanes[0]?.bars).toMatchObject([{ fromMs: nowMs, toMs: nowMs }]);
    expect([fromMs, toMs]).toEqual([nowMs - 30_000, nowMs + 30_000]);
  });
});

describe("a lane", () => {
  const second = { loop_ts: "t2" };

  it("on which two leases were live has two rows, and says when", () => {
    const { lanes } = timelineOf([
      acquire("13:00:00", "a"),
      acquire("13:10:00", "b", second),
      release("13:20:00"),
      release("13:30:00", second),
    ]);
    expect(lanes[0]?.rows).toBe(2);
    expect(lanes[0]?.bars.map(({ row }) => row)).toEqual([0, 1]);
    expect(lanes[0]?.shared).toEqual([{ fromMs: ms("13:10:00"), toMs: ms("13:20:00") }]);
  });

  it("whose clock went back is not shared, because the order of the file decides", () => {
    const { lanes } = timelineOf([acquire("13:00:00", "a"), release("13:20:00"), acquire("13:10:00", "b", second)]);
    expect(lanes[0]?.rows).toBe(2);
    expect(lanes[0]?.shared).toEqual([]);
  });

  it("stands in the order in which it first appears, also if it was only refused", () => {
    const { lanes } = timelineOf([refuse("13:00:00", "b", { lane: "web" }), acquire("13:01:00", "a")]);
    expect(lanes.map(({ name, bars }) => [name, bars.length])).toEqual([
      ["web", 0],
      ["api", 1],
    ]);
  });

  it("that only an oddity names is not drawn: the oddity stands on the lane without a name", () => {
    const { lanes } = timelineOf([acquire("13:00:00", "a"), release("13:05:00", { lane: "Edit", loop_ts: "x" })]);
    expect(lanes.map(({ name, marks }) => [name, marks.map(({ kind }) => kind)])).toEqual([
      ["api", []],
      ["", ["odd"]],
    ]);
  });
});

describe("marks", () => {
  it("stand in file order: refusals, adoptions, HALTs and oddities", () => {
    const { lanes } = timelineOf([
      acquire("13:00:00", "a"),
      refuse("13:01:00", "b"),
      halt("13:02:00"),
      adopt("13:03:00", "c"),
      release("13:04:00"),
      heartbeat("13:05:00"),
    ]);
    expect(lanes[0]?.marks.map(({ kind, atMs }) => [kind, atMs])).toEqual([
      ["refused", ms("13:01:00")],
      ["halted", ms("13:02:00")],
      ["adopted", ms("13:03:00")],
      ["odd", ms("13:05:00")],
    ]);
  });
});

describe("damage", () => {
  it("lies between the entries around it, and successive lines are one", () => {
    const { damage } = timelineOf([
      acquire("13:00:00", "a"),
      damaged,
      damaged,
      release("13:30:00"),
      damaged,
      refuse("13:40:00", "b"),
    ]);
    expect(damage).toEqual([
      { fromMs: ms("13:00:00"), toMs: ms("13:30:00"), firstLine: 1, lastLine: 2, lines: 2 },
      { fromMs: ms("13:30:00"), toMs: ms("13:40:00"), firstLine: 4, lastLine: 4, lines: 1 },
    ]);
  });
});

describe("the axis", () => {
  const entries = [acquire("13:00:00", "a"), release("13:30:00")];

  it("lasts from the first to the last of what is drawn", () => {
    expect(timelineOf(entries)).toMatchObject({ fromMs: ms("13:00:00"), toMs: ms("13:30:00") });
  });

  it("lasts as long as was selected", () => {
    const period = { fromMs: ms("12:00:00"), toMs: ms("15:00:00") };
    expect(timelineOf(entries, period)).toMatchObject(period);
  });

  it("of an empty history has no lanes", () => {
    expect(timelineOf([])).toMatchObject({ lanes: [], damage: [], gaps: [] });
  });

  it("folds what is idle", () => {
    const later = { loop_ts: "t2" };
    const { gaps } = timelineOf([...entries, acquire("17:00:00", "b", later), release("17:30:00", later)]);
    expect(gaps).toHaveLength(1);
    expect(gaps).toMatchObject([{ isIdle: true }]);
  });
});
