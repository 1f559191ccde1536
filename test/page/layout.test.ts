// Tests what the page draws of a lane, and how its view of the time axis moves.
import { describe, expect, it } from "vitest";
import { selectHistory } from "../../src/history/select.js";
import type { Entry } from "../../src/index.js";
import { filterHistory } from "../../src/page/filter.js";
import { layOutLane, sortLane } from "../../src/page/layout.js";
import { AxisView } from "../../src/page/view.js";
import { makeTimeline } from "../../src/timeline/model.js";
import { Axis, Scale } from "../../src/timeline/scale.js";
import { acquire, at, foldHistory, refuse, release } from "../history/journal.js";

const nowMs = Date.parse(at("18:00:00"));

/** Lays out a lane over an hour, 600 pixels wide: 10 pixels a minute. */
function layOut(entries: readonly Entry[], view?: { from: number; to: number }) {
  const period = { fromMs: Date.parse(at("13:00:00")), toMs: Date.parse(at("14:00:00")) };
  const { lanes } = makeTimeline(selectHistory(foldHistory(entries, nowMs), {}), { nowMs, ...period, gapsMax: 0 });
  const [lane] = lanes;
  if (lane === undefined) throw new Error("expected a lane");
  const scale = new Scale({ axis: new Axis(period, []), view, width: 600, gapWidth: 0 });
  return layOutLane(sortLane(lane), scale);
}

function tenures(...times: [begin: string, end: string][]): Entry[] {
  return times.flatMap(([begin, end], i) => {
    const loop = { loop_ts: `t${i}` };
    return [acquire(`13:${begin}`, `agent-${i}`, loop), release(`13:${end}`, loop)];
  });
}

const shapeOf = ({ bars }: ReturnType<typeof layOut>) => bars.map(({ x, width, items }) => [x, width, items.length]);

describe("bars", () => {
  it("that are wide enough are drawn one by one", () => {
    expect(shapeOf(layOut(tenures(["10:00", "20:00"], ["20:00", "21:00"])))).toEqual([
      [100, 100, 1],
      [200, 10, 1],
    ]);
  });

  it("that are narrow and close become one block, which ends at a wide one", () => {
    const bars = layOut(
      tenures(["10:00", "10:06"], ["10:12", "10:18"], ["10:30", "10:36"], ["11:00", "20:00"], ["20:06", "20:12"]),
    );
    expect(shapeOf(bars)).toEqual([
      [100, 9, 3],
      [110, 90, 1],
      [201, 4, 1],
    ]);
  });

  it("outside the view are left out", () => {
    const minute = 60_000;
    const layout = layOut(tenures(["05:00", "06:00"], ["10:00", "20:00"], ["40:00", "41:00"]), {
      from: 15 * minute,
      to: 25 * minute,
    });
    expect(shapeOf(layout)).toEqual([[-300, 600, 1]]);
  });
});

describe("marks", () => {
  it("that would overlap are one", () => {
    const { marks } = layOut([refuse("13:10:00", "a"), refuse("13:10:30", "b"), refuse("13:20:00", "c")]);
    expect(marks.map(({ x, items }) => [x, items.length])).toEqual([
      [100, 2],
      [200, 1],
    ]);
  });
});

describe("a view of an axis", () => {
  const axis = new Axis({ fromMs: 0, toMs: 100_000 }, [{ fromMs: 20_000, toMs: 60_000, isIdle: true }]);

  it("zooms around a place, and never beyond the whole or below half a second", () => {
    const view = new AxisView(axis);
    const whole = { ...view.view };
    view.zoom(2, 30_000);
    expect(view.view.to - view.view.from).toBeCloseTo((whole.to - whole.from) / 2);
    expect((30_000 - view.view.from) / (view.view.to - view.view.from)).toBeCloseTo(0.5, 1);
    view.zoom(1e9, 30_000);
    expect(view.view.to - view.view.from).toBeCloseTo(500);
    view.zoom(1e-9, 30_000);
    expect(view.view).toEqual(whole);
  });

  it("moves up to the edges", () => {
    const view = new AxisView(axis);
    view.zoom(4, 30_000);
    for (let i = 0; i < 99; i++) view.move(-0.5);
    expect(view.view.from).toBeCloseTo(-720);
    for (let i = 0; i < 99; i++) view.move(0.5);
    expect(view.view.to).toBeCloseTo(60_720);
  });

  it("shows the same instants when time is unfolded", () => {
    const view = new AxisView(axis);
    view.show({ from: 30_000, to: 40_000 });
    view.setAxis(new Axis({ fromMs: 0, toMs: 100_000 }, []));
    expect(view.view).toEqual({ from: 70_000, to: 80_000 });
  });
});

describe("a filter", () => {
  const history = selectHistory(
    foldHistory([
      acquire("13:00:00", "Agent-1", { run_id: "R1" }),
      refuse("13:01:00", "agent-2"),
      { op: "_CORRUPT" },
      release("13:02:00"),
    ]),
    {},
  );
  const filtered = (part: object) => {
    const { episodes, refusals, remarks } = filterHistory(history, { lane: "", holder: "", run: "", ...part });
    return [episodes.length, refusals.length, remarks.filter(({ kind }) => kind === "damage").length];
  };

  it.each([
    [{}, [1, 1, 1]],
    [{ holder: "AGENT-1" }, [1, 0, 1]],
    [{ holder: "agent" }, [1, 1, 1]],
    [{ run: "r1" }, [1, 0, 1]],
    [{ lane: "docs" }, [0, 0, 1]],
  ])("%j keeps what fits, and damage", (part, expected) => expect(filtered(part)).toEqual(expected));
});
