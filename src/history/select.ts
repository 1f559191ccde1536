// Selects the part of a history that a question is about.
import { holderOf } from "./episode.js";
import { compareMoments } from "./moments.js";
import type { BlockedCall, Episode, Launch, Moment, Refusal, Remark } from "./types.js";

/** An absent member selects everything. */
export interface HistorySelection {
  /** The lane of an episode, of a refusal or of the entry of a remark. */
  lane?: string | undefined;
  /** A holder of an episode, who was refused, or whom a remark concerns. */
  holder?: string | undefined;
  /** The `run_id` of an episode or of a refusal. */
  run?: string | undefined;
  /** In milliseconds since 1970-01-01 UTC. What ended before is left out. */
  fromMs?: number | undefined;
  /** What began later is left out. */
  toMs?: number | undefined;
  /** The folder with the archives of the journal; it decides what is read. */
  archive?: string | undefined;
  /** Only the last so many episodes, and what else happened since the first of these began. */
  limit?: number | undefined;
  /** Whether blocked calls are wanted; it decides what is read. */
  calls?: boolean | undefined;
}

/** What happened, each list in file order. */
export interface History {
  /** By the entries that began them. */
  episodes: Episode[];
  /** By their entries. */
  refusals: Refusal[];
  /** By their entries. */
  remarks: Remark[];
  /** By their entries. */
  launches: Launch[];
  /** By their entries; empty unless `calls` was requested. */
  calls: BlockedCall[];
  /** How many episodes `limit` left out. */
  omitted: number;
  /** The paths of the files that were read, in this order: the archives, if any, and the journal. */
  files: string[];
}

/** The lists of a history. */
export type Lists = Omit<History, "omitted" | "files">;

/** Whether there is nothing in any of the lists. */
export function isEmptyHistory({ episodes, refusals, remarks, launches, calls }: Lists): boolean {
  return [episodes, refusals, remarks, launches, calls].every(({ length }) => length === 0);
}

/** `omitted`: how many selected episodes were left out before. Without `files`, the entries come from memory. */
export function selectHistory(
  lists: Lists & { omitted?: number },
  selection: HistorySelection,
  files: string[] = [],
): History {
  const { limit, lane, holder, run, ...period } = selection;
  const chosen = lists.episodes.filter((episode) => selectsEpisode(episode, selection));
  const episodes = limit === undefined ? chosen : chosen.slice(Math.max(0, chosen.length - limit));
  const omitted = (lists.omitted ?? 0) + chosen.length - episodes.length;
  const first = omitted === 0 ? undefined : episodes[0]?.begin;
  const isKept = ({ moment }: { moment: Moment }): boolean =>
    (first === undefined || compareMoments(moment, first) >= 0) && isWithin(moment, period);
  return {
    episodes,
    refusals: lists.refusals.filter((each) => isKept(each) && selectsAsker(each, selection)),
    remarks: lists.remarks.filter((each) => isKept(each) && selectsRemark(each, selection)),
    launches: lists.launches.filter((each) => isKept(each) && selectsAsker(each, selection)),
    calls: lists.calls.filter((each) => isKept(each) && selectsCall(each, selection)),
    omitted,
    files,
  };
}

/** Final once the episode has ended. */
export function selectsEpisode(episode: Episode, { lane, holder, run, fromMs, toMs }: HistorySelection): boolean {
  if (lane !== undefined && episode.lane !== lane) return false;
  if (holder !== undefined && !episode.holders.some((tenure) => tenure.holder === holder)) return false;
  if (run !== undefined && episode.run_id !== run) return false;
  const endAt = episode.end?.moment.at ?? Number.POSITIVE_INFINITY;
  const beginAt = episode.begin.at ?? Number.NEGATIVE_INFINITY;
  return endAt >= (fromMs ?? endAt) && beginAt <= (toMs ?? beginAt);
}

type Who = Pick<HistorySelection, "lane" | "holder" | "run">;

export function selectsAsker(asker: Pick<Refusal, "lane" | "holder" | "run_id">, { lane, holder, run }: Who): boolean {
  if (lane !== undefined && asker.lane !== lane) return false;
  if (holder !== undefined && asker.holder !== holder) return false;
  return run === undefined || asker.run_id === run;
}

/** A call is on the lane of the caller's lease. The lane of its entry may be the name of a tool. */
function selectsCall({ episode, holder: caller, run_id, root_id }: BlockedCall, { lane, holder, run }: Who): boolean {
  if (lane !== undefined && episode?.lane !== lane) return false;
  if (holder !== undefined && caller !== holder) return false;
  return run === undefined || run_id === run || root_id === run;
}

/** Damage and a gap concern every lane, because the entries that are missing may have been about any. */
function selectsRemark(remark: Remark, { lane, holder, run }: Who): boolean {
  if (remark.kind === "damage" || remark.kind === "gap") return true;
  if (lane !== undefined && remark.lane !== lane) return false;
  const { episode } = remark;
  if (holder !== undefined && remark.holder !== holder && (!episode || holderOf(episode) !== holder)) return false;
  return run === undefined || episode?.run_id === run;
}

/** An entry without a stamp is within every period. */
export function isWithin({ at }: Moment, { fromMs, toMs }: Pick<HistorySelection, "fromMs" | "toMs">): boolean {
  return at === null || (at >= (fromMs ?? at) && at <= (toMs ?? at));
}
