// Journals made by hand for each edge of the history, with the right answer on both engines (docs/format.md 11).
import { describe, expect, it } from "vitest";
import { type Entry, type History, history, replay } from "../../src/index.js";
import { Random } from "../generate/random.js";
import { chooseSeed } from "../generate/seed.js";
import { engines } from "../support/engines.js";
import { about, acquire, brokenLine, writeLines } from "./journals.js";

const at = (time: string, entry: Entry): Entry => ({ ...entry, ts: `2026-06-01T${time}Z` });
const numbered = (...lines: (Entry | string)[]): (Entry | string)[] =>
  lines.map((line, i) => (typeof line === "string" ? line : { seq: i + 1, ...line }));

const held = at("13:00:00", acquire("api", "T1", { holder: "agent-7" }));
const beat = (time: string): Entry => at(time, about("HEARTBEAT", "api"));
const freed = (time: string): Entry => at(time, about("RELEASE", "api"));

/** For each episode: its lane, holders, beats, longest gap in seconds, end, and whether it is uncertain. */
function tell({ episodes }: History): string[] {
  return episodes.map(({ lane, holders, beats, gapMs, end, isUncertain, isInherited }) => {
    const names = holders.map(({ holder }) => holder).join(">");
    const ended = end === undefined ? "live" : `${end.how}@${end.moment.line}`;
    return `${isInherited ? "<" : ""}${lane} ${names} ${beats} ${gapMs / 1000} ${ended}${isUncertain ? " ?" : ""}`;
  });
}

interface Edge {
  name: string;
  lines: (Entry | string)[];
  episodes: string[];
  /** Line and kind. */
  remarks?: string[];
  /** Line, evidence, blockers, and when granted. */
  refusals?: string[];
}

const edges: Edge[] = [
  {
    name: "a beat after the end, and beats, ends and adoptions that meet nothing",
    lines: [
      at("12:59:00", about("HEARTBEAT", "api")),
      at("12:59:10", about("RELEASE", "api")),
      at("12:59:20", about("ADOPT", "api")),
      held,
      freed("13:10:00"),
      beat("13:11:00"),
      freed("13:12:00"),
      at("13:13:00", about("ADOPT", "api", "T1", { holder: "x" })),
    ],
    episodes: ["api agent-7 0 0 released@4"],
    remarks: ["0 strayBeat", "1 strayEnd", "2 strayAdopt", "5 lateBeat", "6 lateEnd", "7 lateAdopt"],
  },
  {
    name: "two identities on a lane, and an identity acquired again",
    lines: [held, at("13:01:00", acquire("api", "T2", { holder: "agent-8" })), at("13:02:00", held), freed("13:03:00")],
    episodes: ["api agent-7 0 0 replaced@2", "api agent-8 0 0 live", "api agent-7 0 0 released@3"],
    remarks: ["1 sharedLane", "2 again"],
  },
  {
    name: "a clock that goes back: order decides, and a gap is never negative",
    lines: [held, beat("13:10:00"), beat("13:05:00"), beat("13:12:00"), freed("13:04:00")],
    episodes: ["api agent-7 3 600 released@4"],
    remarks: ["2 clockBack", "4 clockBack"],
  },
  {
    name: "missing and unreadable stamps",
    lines: [
      about("HALT", "docs"),
      { ...held, ts: "soon" },
      about("HEARTBEAT", "api"),
      beat("13:05:00"),
      freed("13:06:00"),
    ],
    episodes: ["api agent-7 2 0 released@4"],
    remarks: ["0 noStamp", "1 noStamp", "2 noStamp"],
  },
  {
    name: "a number that repeats and one that falls",
    lines: [held, { ...beat("13:01:00"), seq: 1 }, { ...beat("13:02:00"), seq: 9 }, { ...beat("13:03:00"), seq: 5 }],
    episodes: ["api agent-7 3 60 live"],
    remarks: ["1 numberBack", "3 numberBack"],
  },
  {
    name: "a chain of adoptions, one of which names a wrong previous holder",
    lines: [
      held,
      at("13:01:00", about("ADOPT", "api", "T1", { holder: "agent-8", prev_holder: "agent-7" })),
      at("13:02:00", about("ADOPT", "api", "T1", { holder: "agent-9", prev_holder: "agent-7" })),
      beat("13:03:00"),
    ],
    episodes: ["api agent-7>agent-8>agent-9 1 60 live"],
    remarks: ["2 prevHolder"],
  },
  {
    name: "damage in between: what was open across it is uncertain",
    lines: [
      held,
      brokenLine,
      beat("13:05:00"),
      freed("13:06:00"),
      at("13:07:00", acquire("api", "T2", { holder: "b" })),
    ],
    episodes: ["api agent-7 1 300 released@3 ?", "api b 0 0 live"],
    remarks: ["1 damage"],
  },
  {
    name: "a checkpoint in the middle: it continues, inherits and misses leases",
    lines: [
      held,
      at("13:01:00", acquire("web", "T3", { holder: "c" })),
      {
        op: "CHECKPOINT",
        leases: [
          { lane: "api", loop_ts: "T1", holder: "agent-7" },
          { lane: "docs", loop_ts: "T2", holder: "agent-8", acquired_at: "2026-06-01T12:00:00Z" },
        ],
      },
      beat("13:05:00"),
    ],
    episodes: ["api agent-7 1 300 live", "web c 0 0 missing@2", "<docs agent-8 0 0 live"],
    remarks: ["2 missing"],
  },
  {
    name: "the ACQUIREs that belong to a checkpoint continue their episodes, in every number of lines between",
    lines: [
      held,
      { op: "CHECKPOINT", leases: [], seq: undefined },
      { ...acquire("api", "T1", { holder: "agent-7" }), seq: undefined },
      beat("13:05:00"),
    ],
    episodes: ["api agent-7 1 300 live"],
  },
  {
    name: "a checkpoint that lists an identity twice: it has the last value, as in replay",
    lines: [
      {
        op: "CHECKPOINT",
        leases: [
          { lane: "api", loop_ts: "T1", holder: "first" },
          { lane: "docs", loop_ts: "T2", holder: "other" },
          { lane: "api", loop_ts: "T1", holder: "last" },
        ],
      },
    ],
    episodes: ["<api last 0 0 live", "<docs other 0 0 live"],
  },
  {
    name: "ACQUIREs without number and stamp: expected right after a checkpoint, and odd elsewhere",
    lines: [
      { op: "CHECKPOINT", leases: [], seq: undefined },
      { ...acquire("api", "T1", { holder: "agent-7" }), seq: undefined },
      { ...acquire("docs", "T2", { holder: "agent-8" }), seq: undefined },
      beat("13:05:00"),
      { ...acquire("web", "T3", { holder: "agent-9" }), seq: undefined },
    ],
    episodes: ["api agent-7 1 0 live", "docs agent-8 0 0 live", "web agent-9 0 0 live"],
    remarks: ["4 noStamp"],
  },
  {
    name: "an ACQUIRE that says REFUSED is a refusal and an episode, and not what its asker wanted",
    lines: [
      held,
      at("13:01:00", acquire("api", "T2", { holder: "agent-8", reason: " REFUSED: held" })),
      freed("13:02:00"),
      at("13:03:00", acquire("api", "T3", { holder: "agent-8" })),
    ],
    episodes: ["api agent-7 0 0 released@2", "api agent-8 0 0 live", "api agent-8 0 0 live"],
    remarks: ["1 sharedLane", "3 sharedLane"],
    refusals: ["1 lane 0 3"],
  },
  {
    name: "a refusal that only a lease of another lane explains",
    lines: [
      at("13:00:00", acquire("api", "T1", { holder: "agent-7", tree: ["src/api/**"] })),
      at("13:00:30", about("HEARTBEAT", "api")),
      at("13:01:00", about("REFUSE", "docs", "", { holder: "agent-9", tree: ["src/**"] })),
      at("13:02:00", about("REFUSE", "docs", "", { holder: "agent-9", reason: "api is held" })),
      at("13:03:00", about("REFUSE", "docs", "", { held_by: [{ lane: "api", loop_ts: "T1" }] })),
      at("13:04:00", about("REFUSE", "docs", "", { holder: "agent-9", blocking_trees: { api: ["src/api/**"] } })),
      at("13:05:00", about("REFUSE", "docs", "", { holder: "agent-9" })),
      at("13:06:00", acquire("docs", "T2", { holder: "agent-9" })),
    ],
    episodes: ["api agent-7 1 30 live", "docs agent-9 0 0 live"],
    refusals: ["2 tree 0 7", "3 reason 0 7", "4 recorded 0 -", "5 recorded 0 7", "6 null  7"],
  },
];

function tellRefusals({ refusals }: History): string[] {
  return refusals.map(({ moment, evidence, blockers, granted }) => {
    const lines = blockers.map(({ episode }) => episode?.begin.line);
    return `${moment.line} ${evidence} ${lines.join()} ${granted?.begin.line ?? "-"}`;
  });
}

const tellRemarks = ({ remarks }: History): string[] => remarks.map(({ kind, moment }) => `${moment.line} ${kind}`);

describe.each(engines)("the history on the %s engine", (engine) => {
  it.each(edges)("tells $name", ({ lines, episodes, remarks = [], refusals = [] }) => {
    const path = writeLines(...numbered(...lines));
    const found = history(path, { engine });
    expect(tell(found)).toEqual(episodes);
    expect(tellRemarks(found)).toEqual(remarks);
    expect(tellRefusals(found)).toEqual(refusals);
  });

  it.each(edges)("of each lane is a part of the whole: $name", ({ lines }) => {
    const path = writeLines(...numbered(...lines));
    const whole = history(path, { engine });
    for (const lane of ["api", "docs", "web", "none"]) {
      const own = history(path, { engine, lane });
      expect(own.episodes).toEqual(whole.episodes.filter((episode) => episode.lane === lane));
      expect(own.refusals).toEqual(whole.refusals.filter((refusal) => refusal.lane === lane));
      expect(own.remarks).toEqual(whole.remarks.filter(({ lane: on, kind }) => on === lane || kind === "damage"));
    }
  });

  it("has the episodes that are open at any time as replay has leases then", () => {
    const seed = chooseSeed("history-at");
    const random = new Random(seed);
    const stamp = (second: number): string => new Date(Date.UTC(2026, 5, 1) + second * 1000).toISOString();
    for (let journal = 0; journal < 20; journal++) {
      const lines: Entry[] = [];
      for (let second = 0; second < 60; second += random.below(3)) {
        const op = ["ACQUIRE", "RELEASE", "SCAVENGE", "HEARTBEAT", "ADOPT"][random.below(5)] ?? "HALT";
        lines.push({ ...about(op, `lane-${random.below(4)}`, `T${random.below(2)}`), ts: stamp(second) });
      }
      const path = writeLines(...lines);
      const { episodes } = history(path, { engine });
      for (let second = 0; second < 60; second += 7) {
        const until = new Date(stamp(second));
        const open = episodes.filter(
          ({ begin, end }) =>
            (begin.at ?? 0) <= until.getTime() && (end?.moment.at ?? Number.POSITIVE_INFINITY) > until.getTime(),
        );
        const leases = replay(path, { engine, until: { ts: until } });
        const names = (list: { lane?: unknown; loop_ts?: unknown }[]): string[] =>
          list.map(({ lane, loop_ts }) => `${lane} ${loop_ts}`).sort();
        expect(names(leases), `${seed}/${journal} at ${until.toISOString()}`).toEqual(names(open));
      }
    }
  });
});
