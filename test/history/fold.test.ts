// Tests what the history fold makes of single episodes, refusals and oddities (docs/format.md 11).
import { describe, expect, it } from "vitest";
import { compact, type Entry, replay } from "../../src/index.js";
import {
  acquire,
  adopt,
  at,
  dayMs,
  foldHistory,
  halt,
  heartbeat,
  refuse,
  release,
  remarksOf,
  scavenge,
} from "./journal.js";

const minuteMs = 60_000;

describe("an episode", () => {
  it("begins with an ACQUIRE and is live without an end", () => {
    const { episodes, live } = foldHistory([acquire("13:41:10", "agent-7", { run_id: "R7", tree: ["api/**"] })]);
    expect(episodes).toMatchObject([
      {
        lane: "api",
        loop_ts: "t1",
        token: 1,
        begin: { line: 0, offset: 0, seq: 1, ts: at("13:41:10"), at: dayMs + 13 * 3_600_000 + 41 * minuteMs + 10_000 },
        isInherited: false,
        end: undefined,
        holders: [{ holder: "agent-7" }],
        run_id: "R7",
        tree: ["api/**"],
      },
    ]);
    expect([...live]).toEqual(episodes);
  });

  it.each([
    { entry: release("14:00:00", { reason: "explicit", by: "agent-7" }), how: "released", by: "agent-7" },
    { entry: scavenge("14:00:00", { reason: "STALLED", by: "supervisor" }), how: "scavenged", by: "supervisor" },
    { entry: acquire("14:00:00", "agent-8", { reason: "mine" }), how: "replaced", by: "agent-8" },
  ])("is $how by an entry that says who did it and why", ({ entry, how, by }) => {
    const { episodes } = foldHistory([acquire("13:00:00", "agent-7"), entry]);
    expect(episodes[0]?.end).toMatchObject({ how, by, reason: entry.reason, moment: { line: 1 } });
  });

  it("counts its beats, and knows its last sign of life and its longest silence between two signs", () => {
    const beats = ["13:05:00", "13:20:00", "13:21:00"].map((time) => heartbeat(time));
    const { episodes } = foldHistory([acquire("13:00:00", "agent-7"), ...beats, release("14:00:00")]);
    const lastSignAt = Date.parse(at("13:21:00"));
    expect(episodes).toMatchObject([{ beats: 3, gapMs: 15 * minuteMs, lastSignAt }]);
  });

  it("has a further holder after an ADOPT, which is a sign of life and not a beat", () => {
    const { episodes } = foldHistory([acquire("13:00:00", "agent-9"), adopt("13:10:00", "agent-11")]);
    expect(episodes[0]?.holders.map(({ holder, from }) => [holder, from.line])).toEqual([
      ["agent-9", 0],
      ["agent-11", 1],
    ]);
    expect(episodes).toMatchObject([{ beats: 0, lastSignAt: Date.parse(at("13:10:00")) }]);
  });

  it("carries the HALTs that name its identity, else its lane", () => {
    const other = acquire("13:00:00", "agent-8", { lane: "docs" });
    const aimed = halt("13:10:00", { handle: "4711", reason: "spinning" });
    const onLane = halt("13:11:00", { loop_ts: "", handle: "4712" });
    const { episodes } = foldHistory([acquire("13:00:00", "agent-7"), other, aimed, onLane]);
    expect(episodes.map(({ halts }) => halts.map(({ handle }) => handle))).toEqual([["4711", "4712"], []]);
  });

  it("is uncertain if there is damage between its begin and its end, and only then", () => {
    const damage = { op: "_CORRUPT", _raw: "x", _line: 1 };
    const { episodes } = foldHistory([
      acquire("13:00:00", "a", { lane: "before" }),
      release("13:01:00", { lane: "before" }),
      acquire("13:02:00", "a", { lane: "across" }),
      damage,
      release("13:03:00", { lane: "across" }),
      acquire("13:04:00", "a", { lane: "after" }),
    ]);
    expect(episodes.map(({ lane, isUncertain }) => [lane, isUncertain])).toEqual([
      ["before", false],
      ["across", true],
      ["after", false],
    ]);
  });
});

describe("a CHECKPOINT", () => {
  const listed: Entry = {
    op: "CHECKPOINT",
    leases: [{ lane: "api", loop_ts: "t1", holder: "agent-7", acquired_at: at("12:00:00") }],
    generations: [{ lane: "api", loop_ts: "t1", generation: 7 }],
  };

  it("begins the episodes of leases that no earlier entry knows, at the time that the lease says", () => {
    const { episodes } = foldHistory([listed]);
    expect(episodes).toMatchObject([{ isInherited: true, token: 7, begin: { line: 0, ts: at("12:00:00") } }]);
  });

  it("continues the episode of a live lease that it lists", () => {
    const fold = foldHistory([acquire("12:00:00", "agent-7"), listed, release("14:00:00")]);
    expect(fold.episodes).toMatchObject([{ isInherited: false, token: 7, end: { how: "released" } }]);
    expect(remarksOf(fold)).toEqual([]);
  });

  it("ends a live lease that it does not list, which is remarked on", () => {
    const fold = foldHistory([acquire("12:00:00", "agent-7", { lane: "docs" }), listed]);
    expect(fold.episodes[0]?.end).toMatchObject({ how: "missing", moment: { line: 1 } });
    expect(remarksOf(fold)).toEqual(["1 missing"]);
  });

  it("followed by the ACQUIREs that a compaction writes ends none of their episodes", () => {
    const odd = { ...acquire("12:00:00", "agent-7"), lease: { lane: "elsewhere", holder: "agent-7" } };
    const before = [odd, acquire("12:01:00", "agent-8", { lane: "docs" })];
    const compacted: Entry[] = compact(before);
    const fold = foldHistory(before);
    const joined = foldHistory([...before.map((each, i) => ({ seq: i + 1, ...each })), ...compacted.map(unnumbered)]);
    expect(joined.episodes.map(({ lane, end }) => [lane, end])).toEqual(
      fold.episodes.map(({ lane, end }) => [lane, end]),
    );
    expect(remarksOf(joined)).toEqual([]);
  });

  /** `foldHistory` numbers what has no `seq`; a compaction does not. */
  function unnumbered(entry: Entry): Entry {
    return { seq: undefined, ...entry } as Entry;
  }
});

describe("a refusal", () => {
  const held = acquire("13:41:10", "agent-7", { tree: ["api/**"] });

  it("names the live lease on the lane, when it was freed, and when the asker got the lane", () => {
    const { refusals } = foldHistory([
      held,
      refuse("14:03:12", "agent-9", { reason: "lane 'api' is already held by a live loop", reason_class: "LANE_HELD" }),
      scavenge("14:53:00", { by: "supervisor", reason: "STALLED" }),
      acquire("14:53:05", "agent-9", { loop_ts: "t2" }),
    ]);
    expect(refusals).toMatchObject([
      {
        holder: "agent-9",
        lane: "api",
        reason_class: "LANE_HELD",
        evidence: "lane",
        blockers: [{ holder: "agent-7", token: 1, episode: { end: { how: "scavenged", by: "supervisor" } } }],
        granted: { loop_ts: "t2", begin: { line: 3 } },
      },
    ]);
  });

  it.each([
    { evidence: "recorded", members: { held_by: [{ holder: "x", lane: "api", loop_ts: "t1", generation: 1 }] } },
    { evidence: "recorded", members: { blocking_trees: { api: ["api/**"] } } },
    { evidence: "lane", members: {} },
    { evidence: "reason", members: { lane: "web", reason: "overlaps 'api', which is live" } },
    { evidence: "tree", members: { lane: "web", reason: "no", tree: ["API\\v2/**"] } },
    { evidence: null, members: { lane: "web", reason: "the rapid apis are closed" } },
  ])("uses the evidence $evidence for $members", ({ evidence, members }) => {
    const { refusals } = foldHistory([held, refuse("14:00:00", "agent-9", members)]);
    expect(refusals).toMatchObject([{ evidence, blockers: evidence === null ? [] : [{ lane: "api" }] }]);
  });

  it("is also an ACQUIRE that says REFUSED, which is an episode but never what its asker wanted", () => {
    const fold = foldHistory([
      held,
      acquire("14:00:00", "agent-9", { loop_ts: "t2", reason: " REFUSED: lane api is held" }),
      acquire("14:01:00", "agent-9", { loop_ts: "t3", reason: "REFUSED again" }),
      acquire("14:02:00", "agent-9", { loop_ts: "t4", reason: "REFUSEDLY named" }),
    ]);
    expect(fold.episodes.length).toBe(4);
    expect(fold.refusals.map(({ moment, granted }) => [moment.line, granted?.loop_ts])).toEqual([
      [1, "t4"],
      [2, "t4"],
    ]);
  });

  it("is resolved by an adoption and by a run, not by another asker or another lane", () => {
    const { refusals } = foldHistory([
      held,
      refuse("14:00:00", "agent-9"),
      refuse("14:00:01", "", { run_id: "R5" }),
      refuse("14:00:02", "agent-10"),
      adopt("14:01:00", "agent-9"),
      release("14:02:00"),
      acquire("14:03:00", "agent-10", { lane: "docs", loop_ts: "t3" }),
      acquire("14:04:00", "somebody", { loop_ts: "t4", run_id: "R5" }),
    ]);
    expect(refusals.map(({ granted }) => granted?.loop_ts)).toEqual(["t1", "t4", undefined]);
  });
});

describe("a remark is made on", () => {
  const held = acquire("13:00:00", "agent-7");

  it.each([
    { kind: "strayEnd", entries: [release("13:00:00")] },
    { kind: "strayBeat", entries: [heartbeat("13:00:00")] },
    { kind: "strayAdopt", entries: [adopt("13:00:00", "agent-8")] },
    { kind: "lateEnd", entries: [held, release("13:01:00"), scavenge("13:02:00")] },
    { kind: "lateBeat", entries: [held, release("13:01:00"), heartbeat("13:02:00")] },
    { kind: "lateAdopt", entries: [held, release("13:01:00"), adopt("13:02:00", "agent-8")] },
    { kind: "sharedLane", entries: [held, acquire("13:01:00", "agent-8", { loop_ts: "t2" })] },
    { kind: "again", entries: [held, acquire("13:01:00", "agent-7")] },
    { kind: "clockBack", entries: [held, heartbeat("12:59:59")] },
    { kind: "noStamp", entries: [held, heartbeat("")] },
    { kind: "numberBack", entries: [held, heartbeat("13:00:01", { seq: 1 })] },
    { kind: "prevHolder", entries: [held, adopt("13:01:00", "agent-8", { prev_holder: "agent-6" })] },
    { kind: "damage", entries: [held, { op: "_CORRUPT", _raw: "x", _line: 1 }] },
  ])("$kind", ({ kind, entries }) => {
    expect(remarksOf(foldHistory(entries))).toEqual([`${entries.length - 1} ${kind}`]);
  });

  it("a stamp in the future", () => {
    expect(remarksOf(foldHistory([held], dayMs))).toEqual(["0 future"]);
  });

  it("nothing in an ordinary history", () => {
    const fold = foldHistory([held, heartbeat("13:01:00"), adopt("13:02:00", "agent-8"), release("13:03:00")]);
    expect(fold.remarks).toEqual([]);
  });
});

it("the live episodes are the leases that replay returns, in their order", () => {
  const entries = [
    acquire("13:00:00", "a", { lane: "x" }),
    acquire("13:01:00", "b", { lane: "y" }),
    acquire("13:02:00", "c", { lane: "x" }),
    release("13:03:00", { lane: "y" }),
    acquire("13:04:00", "d", { lane: "y" }),
  ];
  const lanes = replay(entries).map(({ lane }) => lane);
  expect([...foldHistory(entries).live].map(({ lane }) => lane)).toEqual(lanes);
});

describe("a fold with a limit", () => {
  const entries: Entry[] = [];
  for (let i = 0; i < 40; i++) {
    const loop_ts = `t${i}`;
    const times = [0, 10, 20].map((second) => `13:${String(i).padStart(2, "0")}:${String(second).padStart(2, "0")}`);
    const [begin = "", refused = "", end = ""] = times;
    entries.push(acquire(begin, "agent-7", { loop_ts }), refuse(refused, "agent-9"), release(end, { loop_ts }));
  }

  it("keeps no more than the answer can contain", () => {
    const { episodes, refusals, omitted } = foldHistory(entries, undefined, { selection: { limit: 2 }, least: 1 });
    expect(omitted + episodes.length).toBe(40);
    expect(episodes.length).toBeLessThan(8);
    expect(refusals.length).toBeLessThan(8);
  });

  it("says which identities it must remember to tell a late entry from a stray one", () => {
    const late = [...entries, heartbeat("13:50:00", { loop_ts: "t3" }), heartbeat("13:51:00", { loop_ts: "none" })];
    const options = { selection: { limit: 1 }, least: 1 };
    const first = foldHistory(late, undefined, options);
    expect(remarksOf(first)).toEqual(["120 strayBeat", "121 strayBeat"]);
    expect(first.doubtful.size).toBe(2);
    const again = foldHistory(late, undefined, { ...options, remembered: first.doubtful });
    expect(remarksOf(again)).toEqual(["120 lateBeat", "121 strayBeat"]);
    expect(again.remarks[0]?.episode).toMatchObject({ loop_ts: "t3" });
  });
});
