// Writes short journals for the history suites, and folds them.
import { HistoryFold, type HistoryFoldOptions } from "../../src/history/fold.js";
import type { Lists } from "../../src/history/select.js";
import type { Episode } from "../../src/history/types.js";
import type { Entry } from "../../src/index.js";

/** A history and what its fold knows besides. */
export interface Folded extends Lists {
  omitted: number;
  live: Episode[];
  doubtful: ReadonlySet<string>;
}

type Options = Partial<HistoryFoldOptions>;

export const dayMs = Date.parse("2026-06-01T00:00:00Z");

/** Returns the stamp of a time of day. */
export function at(time: string): string {
  return `2026-06-01T${time}Z`;
}

/** A lease of lane `api` whose `loop_ts` is `t1`, unless other members are given. */
function entry(op: string, time: string, members: Entry = {}): Entry {
  return { op, lane: "api", loop_ts: "t1", ...(time === "" ? {} : { ts: at(time) }), ...members };
}

export function acquire(time: string, holder: string, members: Entry = {}): Entry {
  const made = entry("ACQUIRE", time, members);
  const lease = { lane: made.lane, loop_ts: made.loop_ts, holder, ...(made.tree ? { tree: made.tree } : {}) };
  return { lease, ...made };
}

export const release = (time: string, members: Entry = {}): Entry => entry("RELEASE", time, members);
export const scavenge = (time: string, members: Entry = {}): Entry => entry("SCAVENGE", time, members);
export const heartbeat = (time: string, members: Entry = {}): Entry => entry("HEARTBEAT", time, members);
export const adopt = (time: string, holder: string, members: Entry = {}): Entry =>
  entry("ADOPT", time, { holder, ...members });
export const refuse = (time: string, holder: string, members: Entry = {}): Entry =>
  entry("REFUSE", time, { holder, loop_ts: "", ...members });
export const halt = (time: string, members: Entry = {}): Entry => entry("HALT", time, members);

/** The line of an entry is its index, and the offset ten times that. Entries without `seq` are numbered. */
export function foldHistory(entries: readonly Entry[], nowMs = dayMs + 86_400_000, options: Options = {}): Folded {
  const fold = new HistoryFold({ nowMs, ...options });
  for (const [line, each] of entries.entries()) fold.take({ seq: line + 1, ...each }, { line, offset: line * 10 });
  fold.finish();
  const { episodes, refusals, remarks, launches, calls, omitted } = fold.kept;
  return { episodes, refusals, remarks, launches, calls, omitted, live: [...fold.live], doubtful: fold.doubtful };
}

export function remarksOf({ remarks }: Pick<Lists, "remarks">): string[] {
  return remarks.map(({ kind, moment }) => `${moment.line} ${kind}`);
}
