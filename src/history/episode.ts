// Begins, renews and ends episodes (docs/format.md 11).
import { identityKey, identityOf } from "../core/identity.js";
import { isEmpty, isObject, text } from "../core/words.js";
import type { Entry, Lease } from "../types.js";
import { stampOf } from "./moments.js";
import type { Episode, Moment, Tenure } from "./types.js";

/** Returns the value of the lease that an ACQUIRE or RECONCILE sets, else of the entry itself (docs/format.md 5). */
export function leaseValue(entry: Entry, key: string): unknown {
  const { lease } = entry;
  return isObject(lease) ? lease[key] : entry[key];
}

/** `key`: the identity under which the fold holds the lease. */
export function beginEpisode(key: string, entry: Entry, moment: Moment, token: number | undefined): Episode {
  const { lane, loop_ts } = identityOf(key);
  const value = (name: string): unknown => leaseValue(entry, name);
  return {
    lane,
    loop_ts,
    token: token ?? null,
    begin: moment,
    isInherited: false,
    end: undefined,
    holders: [{ holder: text(value("holder")), from: moment }],
    run_id: text(value("run_id")) || text(entry["run_id"]),
    tree: value("tree"),
    host_id: text(value("host_id")),
    beats: 0,
    lastSignAt: moment.at ?? latestStamp(value("acquired_at"), value("heartbeat_at")),
    gapMs: 0,
    halts: [],
    isUncertain: false,
  };
}

/** Begins an episode that a CHECKPOINT lists although no earlier entry is known. Its times are those of the lease. */
export function inheritEpisode(lease: Lease, moment: Moment, token: number | undefined): Episode {
  const acquiredAt = stampOf(lease["acquired_at"]);
  const begin = acquiredAt === null ? moment : { ...moment, ts: text(lease["acquired_at"]), at: acquiredAt };
  const episode = beginEpisode(identityKey(lease), { lease }, begin, token);
  return { ...episode, isInherited: true, lastSignAt: latestStamp(lease["acquired_at"], lease["heartbeat_at"]) };
}

/** Folds in a HEARTBEAT or ADOPT. */
export function renewEpisode(episode: Episode, entry: Entry, moment: Moment): void {
  const at = moment.at ?? stampOf(isEmpty(entry["heartbeat_at"]) ? entry["ts"] : entry["heartbeat_at"]);
  if (at !== null) signEpisode(episode, at);
}

/** `at`: the instant of a sign of life, in milliseconds since 1970-01-01 UTC. */
export function signEpisode(episode: Episode, at: number): void {
  const before = episode.lastSignAt ?? at;
  episode.gapMs = Math.max(episode.gapMs, at - before);
  episode.lastSignAt = Math.max(before, at);
}

/** Folds in an ADOPT: the lease has another holder from now on. Returns the holder, if the entry names one. */
export function adoptEpisode(episode: Episode, entry: Entry, moment: Moment): Tenure | undefined {
  if (entry["host_id"] !== undefined && entry["host_id"] !== null) episode.host_id = text(entry["host_id"]);
  if (entry["holder"] === undefined || entry["holder"] === null) return undefined;
  const tenure = { holder: text(entry["holder"]), from: moment };
  episode.holders.push(tenure);
  return tenure;
}

export function holderOf(episode: Episode): string {
  return episode.holders.at(-1)?.holder ?? "";
}

function latestStamp(...values: unknown[]): number | null {
  const stamps = values.map(stampOf).filter((at) => at !== null);
  return stamps.length === 0 ? null : Math.max(...stamps);
}
