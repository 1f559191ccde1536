// Selects the part of a history that a question is about.
import { holderOf } from "./episode.js";
import { compareMoments } from "./moments.js";
import type { Episode, Moment, Refusal, Remark } from "./types.js";

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
  /** Only the last so many episodes, and the refusals and remarks after the first of these began. */
  limit?: number | undefined;
}

/** What happened, each list in file order. */
export interface History {
  /** By the entries that began them. */
  episodes: Episode[];
  /** By their entries. */
  refusals: Refusal[];
  /** By their entries. */
  remarks: Remark[];
  /** How many episodes `limit` left out. */
  omitted: number;
  /** The paths of the files that were read, in this order: the archives, if any, and the journal. */
  files: string[];
}

/** Without `files`, the entries come from memory. */
export function selectHistory(
  { episodes, refusals, remarks, files = [] }: Omit<History, "omitted" | "files"> & { files?: string[] },
  selection: HistorySelection,
): History {
  const chosen = episodes.filter((episode) => selectsEpisode(episode, selection));
  const kept = selection.limit === undefined ? chosen : chosen.slice(Math.max(0, chosen.length - selection.limit));
  const omitted = chosen.length - kept.length;
  const first = omitted === 0 ? undefined : kept[0]?.begin;
  const isKept = ({ moment }: Refusal | Remark): boolean => first === undefined || compareMoments(moment, first) >= 0;
  return {
    episodes: kept,
    refusals: refusals.filter((each) => isKept(each) && selectsRefusal(each, selection)),
    remarks: remarks.filter((each) => isKept(each) && selectsRemark(each, selection)),
    omitted,
    files,
  };
}

function selectsEpisode(episode: Episode, { lane, holder, run, fromMs, toMs }: HistorySelection): boolean {
  if (lane !== undefined && episode.lane !== lane) return false;
  if (holder !== undefined && !episode.holders.some((tenure) => tenure.holder === holder)) return false;
  if (run !== undefined && episode.run_id !== run) return false;
  const endAt = episode.end?.moment.at ?? Number.POSITIVE_INFINITY;
  const beginAt = episode.begin.at ?? Number.NEGATIVE_INFINITY;
  return endAt >= (fromMs ?? endAt) && beginAt <= (toMs ?? beginAt);
}

function selectsRefusal(refusal: Refusal, { lane, holder, run, ...period }: HistorySelection): boolean {
  if (lane !== undefined && refusal.lane !== lane) return false;
  if (holder !== undefined && refusal.holder !== holder) return false;
  if (run !== undefined && refusal.run_id !== run) return false;
  return isWithin(refusal.moment, period);
}

/** Damage and a gap concern every lane, because the entries that are missing may have been about any. */
function selectsRemark(remark: Remark, { lane, holder, run, ...period }: HistorySelection): boolean {
  if (remark.kind !== "damage" && remark.kind !== "gap") {
    if (lane !== undefined && remark.lane !== lane) return false;
    const { episode } = remark;
    if (holder !== undefined && remark.holder !== holder && (!episode || holderOf(episode) !== holder)) return false;
    if (run !== undefined && episode?.run_id !== run) return false;
  }
  return isWithin(remark.moment, period);
}

/** An entry without a stamp is within every period. */
function isWithin({ at }: Moment, { fromMs, toMs }: Pick<HistorySelection, "fromMs" | "toMs">): boolean {
  return at === null || (at >= (fromMs ?? at) && at <= (toMs ?? at));
}
