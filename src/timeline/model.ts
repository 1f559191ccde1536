// Makes the timeline of a history: lanes with bars and marks, damage, and the gaps that a chart may fold.
import { compareMoments } from "../history/moments.js";
import type { History } from "../history/select.js";
import type { Episode, Moment } from "../history/types.js";
import { findGaps } from "./gaps.js";
import { Places, placeDamage } from "./places.js";
import { assignRows, findShared } from "./rows.js";
import type { Bar, Lane, Mark, Period, Timeline } from "./types.js";

export interface TimelineOptions {
  /** When the history was read, in milliseconds since 1970-01-01 UTC. */
  nowMs: number;
  /** Where the time axis begins. Default: at the first bar or mark. */
  fromMs?: number | undefined;
  /** Where it ends. Default: at the last end or mark; at `nowMs` if a lease is live. */
  toMs?: number | undefined;
  /** How many gaps are folded at most. Default 50. */
  gapsMax?: number | undefined;
}

const defaultGaps = 50;

/** A chart of a single instant shows this much time. */
const leastMs = 60_000;

/** The timeline of an empty history has no lanes, and shows the time around `nowMs`. */
export function makeTimeline(history: History, options: TimelineOptions): Timeline {
  const { nowMs, gapsMax = defaultGaps } = options;
  const places = new Places(history, nowMs);
  const lanes = new Lanes(history);
  const bars = history.episodes.map((episode) => placeBar(episode, lanes.indexOf(episode.lane), places, nowMs));
  for (const bar of bars) lanes.addBar(bar);
  const marks = [...listMarks(history, lanes, places)];
  for (const mark of marks) lanes.addMark(mark);
  const damage = placeDamage(history.remarks, places);
  const instants = [
    ...bars.flatMap(({ fromMs, signMs, toMs }) => [fromMs, signMs, toMs]),
    ...marks.map(({ atMs }) => atMs),
    ...damage.flatMap(({ fromMs, toMs }) => [fromMs, toMs]),
  ];
  const period = periodOf(instants.length === 0 ? [nowMs] : instants, options);
  return {
    ...period,
    nowMs,
    lanes: lanes.finish(),
    damage,
    gaps: findGaps({ ...period, held: [...bars, ...damage], instants, gapsMax }),
    omitted: history.omitted,
  };
}

function placeBar(episode: Episode, lane: number, places: Places, nowMs: number): Bar {
  const { begin, end, lastSignAt } = episode;
  const fromMs = places.instantOf(begin);
  // A clock that went back can put the end before the begin.
  const toMs = Math.max(
    fromMs,
    end === undefined ? Math.max(nowMs, lastSignAt ?? nowMs) : places.instantOf(end.moment),
  );
  const signMs = Math.min(toMs, Math.max(fromMs, lastSignAt ?? fromMs));
  return { episode, lane, row: 0, fromMs, signMs, toMs, how: end?.how ?? "live" };
}

/** Returns the marks of each kind in file order. */
function* listMarks({ episodes, refusals, remarks }: History, lanes: Lanes, places: Places): Generator<Mark> {
  for (const refusal of refusals) {
    const lane = lanes.indexOf(refusal.lane);
    yield { kind: "refused", lane, atMs: places.instantOf(refusal.moment), refusal };
  }
  for (const episode of episodes) {
    const lane = lanes.indexOf(episode.lane);
    for (const tenure of episode.holders.slice(1)) {
      yield { kind: "adopted", lane, atMs: places.instantOf(tenure.from), episode, tenure };
    }
    for (const halt of episode.halts) {
      yield { kind: "halted", lane, atMs: places.instantOf(halt.moment), episode, halt };
    }
  }
  for (const remark of remarks) {
    if (remark.kind === "damage") continue;
    yield { kind: "odd", lane: lanes.indexOf(remark.lane), atMs: places.instantOf(remark.moment), remark };
  }
}

function periodOf(instants: readonly number[], { fromMs, toMs }: TimelineOptions): Period {
  let first = Number.POSITIVE_INFINITY;
  let last = Number.NEGATIVE_INFINITY;
  for (const at of instants) {
    first = Math.min(first, at);
    last = Math.max(last, at);
  }
  const from = fromMs ?? first;
  const to = Math.max(from, toMs ?? last);
  return to - from >= leastMs ? { fromMs: from, toMs: to } : { fromMs: from - leastMs / 2, toMs: to + leastMs / 2 };
}

/** The lanes that have an episode or a refusal. Everything else stands on the lane `""`. */
class Lanes {
  readonly #lanes: Lane[] = [];
  readonly #indexes = new Map<string, number>();

  constructor({ episodes, refusals }: History) {
    const named = [
      ...episodes.map(({ lane, begin }) => ({ lane, moment: begin })),
      ...refusals.map(({ lane, moment }) => ({ lane, moment })),
    ];
    for (const { lane } of named.sort((a, b) => compareMoments(a.moment, b.moment))) {
      if (lane !== "" && !this.#indexes.has(lane)) this.#add(lane);
    }
  }

  indexOf(lane: string): number {
    return this.#indexes.get(lane) ?? this.#indexes.get("") ?? this.#add("");
  }

  addBar(bar: Bar): void {
    this.#lanes[bar.lane]?.bars.push(bar);
  }

  addMark(mark: Mark): void {
    this.#lanes[mark.lane]?.marks.push(mark);
  }

  finish(): Lane[] {
    for (const lane of this.#lanes) {
      lane.marks.sort((a, b) => compareMoments(momentOfMark(a), momentOfMark(b)));
      lane.rows = assignRows(lane.bars);
      lane.shared = findShared(lane.bars);
    }
    return this.#lanes;
  }

  #add(name: string): number {
    const index = this.#lanes.push({ name, rows: 1, bars: [], marks: [], shared: [] }) - 1;
    this.#indexes.set(name, index);
    return index;
  }
}

export function momentOfMark(mark: Mark): Moment {
  switch (mark.kind) {
    case "refused":
      return mark.refusal.moment;
    case "adopted":
      return mark.tenure.from;
    case "halted":
      return mark.halt.moment;
    case "odd":
      return mark.remark.moment;
  }
}
