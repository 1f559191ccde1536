// Folds entries into their history by docs/format.md 11, as plainly as possible and from the page alone. It is slow: it
// looks at all episodes and all earlier entries again for every question.
import { isNothing, keyOf, nobody, type Thing, textOf, thingsIn } from "./oracle-fold.js";
import { noteNaively, stampNaively } from "./oracle-notes.js";
import { grant, refuse } from "./oracle-refusals.js";

/** Episodes and refusals are named by the index of their entry. */
export interface NaiveEpisode {
  key: string;
  lane: string;
  begin: number;
  isInherited: boolean;
  end: { how: string; at: number; by: string; reason: string } | null;
  holders: string[];
  run_id: string;
  tree: unknown;
  beats: number;
  signs: number[];
  halts: number[];
  isUncertain: boolean;
}

export interface NaiveRefusal {
  at: number;
  holder: string;
  run_id: string;
  lane: string;
  evidence: string | null;
  blockers: NaiveEpisode[];
  granted: NaiveEpisode | null;
}

export interface NaiveHistory {
  episodes: NaiveEpisode[];
  /** In the order of the leases. */
  live: NaiveEpisode[];
  refusals: NaiveRefusal[];
  /** The index of the entry and the kind. */
  remarks: string[];
}

export function tellHistoryNaively(entries: Thing[], nowMs: number): NaiveHistory {
  const history: NaiveHistory = { episodes: [], live: [], refusals: [], remarks: [] };
  const { seqBackAt, tsBackAt } = noteNaively(entries);
  const carried = entriesAfterCheckpoints(entries);
  const unstamped = entriesOfCheckpoints(entries);
  entries.forEach((entry, at) => {
    const op = entry["op"];
    if (carried.has(at)) return;
    const stamp = stampNaively(entry["ts"]);
    if (stamp === undefined && !unstamped.has(at)) history.remarks.push(`${at} noStamp`);
    if (stamp !== undefined && stamp > nowMs) history.remarks.push(`${at} future`);
    if (tsBackAt.includes(at)) history.remarks.push(`${at} clockBack`);
    if (seqBackAt.includes(at)) history.remarks.push(`${at} numberBack`);
    if (op === "_CORRUPT") {
      for (const episode of history.live) episode.isUncertain = true;
      history.remarks.push(`${at} damage`);
      return;
    }
    const isRefused = refuse(history, entry, at);
    if (op === "CHECKPOINT") restore(history, { entries, at, carried });
    else if (op === "HALT") halt(history, entry, at);
    else if (keyOf(entry) !== nobody) apply(history, { entry, at, isRefused });
  });
  return history;
}

/** CHECKPOINTs, the ACQUIREs without number and stamp right after them, and sentinels. */
function entriesOfCheckpoints(entries: Thing[]): Set<number> {
  const found = new Set<number>();
  let follows = false;
  entries.forEach(({ op, seq, ts }, at) => {
    if (op !== "_CORRUPT")
      follows = op === "CHECKPOINT" || (follows && op === "ACQUIRE" && seq === undefined && ts === undefined);
    if (op === "_CORRUPT" || follows) found.add(at);
  });
  return found;
}

/** The ACQUIREs that a compaction wrote after a CHECKPOINT: those of live leases that it does not list. */
function entriesAfterCheckpoints(entries: Thing[]): Set<number> {
  const carried = new Set<number>();
  entries.forEach((entry, at) => {
    if (entry["op"] !== "CHECKPOINT") return;
    const before = liveKeys(entries.slice(0, at));
    const listed = new Set(thingsIn(entry["leases"]).map(keyOf));
    const missing = before.filter((key) => !listed.has(key));
    for (let next = at + 1; next < entries.length; next++) {
      const after = entries[next] ?? {};
      if (after["op"] === "_CORRUPT") continue;
      const position = missing.indexOf(keyOf(after));
      const isBare = after["op"] === "ACQUIRE" && after["seq"] === undefined && after["ts"] === undefined;
      if (!isBare || position === -1) break;
      missing.splice(position, 1);
      carried.add(next);
    }
  });
  return carried;
}

function liveKeys(entries: Thing[]): string[] {
  const live = new Set<string>();
  for (const entry of entries) {
    const op = entry["op"];
    const key = keyOf(entry);
    if (op === "CHECKPOINT") {
      live.clear();
      for (const lease of thingsIn(entry["leases"])) if (keyOf(lease) !== nobody) live.add(keyOf(lease));
    } else if ((op === "ACQUIRE" || op === "RECONCILE") && key !== nobody) live.add(key);
    else if (op === "RELEASE" || op === "SCAVENGE") live.delete(key);
  }
  return [...live];
}

interface Applied {
  entry: Thing;
  at: number;
  isRefused: boolean;
}

function apply(history: NaiveHistory, { entry, at, isRefused }: Applied): void {
  const op = entry["op"];
  const key = keyOf(entry);
  const live = history.live.find((episode) => episode.key === key);
  const last = history.episodes.findLast((episode) => episode.key === key && episode.end !== null);
  if (op === "ACQUIRE" || op === "RECONCILE") {
    const lease = thingsIn([entry["lease"]])[0] ?? entry;
    const episode = begin(lease, { key, at, run: entry["run_id"], signs: signsOf([entry["ts"], lease]) });
    if (live === undefined && episode.lane !== "" && history.live.some(({ lane }) => lane === episode.lane)) {
      history.remarks.push(`${at} sharedLane`);
    }
    if (live !== undefined) {
      history.remarks.push(`${at} again`);
      comparePrevious(history, { entry, at, live });
      live.end = { how: "replaced", at, by: episode.holders[0] ?? "", reason: textOf(entry["reason"]) };
      history.live[history.live.indexOf(live)] = episode;
    } else history.live.push(episode);
    history.episodes.push(episode);
    if (!isRefused) grant(history, episode);
  } else if (op === "RELEASE" || op === "SCAVENGE") {
    if (live === undefined) history.remarks.push(`${at} ${last === undefined ? "strayEnd" : "lateEnd"}`);
    else {
      comparePrevious(history, { entry, at, live });
      const how = op === "RELEASE" ? "released" : "scavenged";
      live.end = { how, at, by: textOf(entry["by"]), reason: textOf(entry["reason"]) };
      history.live.splice(history.live.indexOf(live), 1);
    }
  } else if (op === "HEARTBEAT" || op === "ADOPT") {
    const name = op === "HEARTBEAT" ? "Beat" : "Adopt";
    if (live === undefined) history.remarks.push(`${at} ${last === undefined ? "stray" : "late"}${name}`);
    else renew(history, { entry, at, live });
  }
}

interface Beginning {
  key: string;
  at: number;
  run: unknown;
  signs: number[];
}

function begin(lease: Thing, { key, at, run, signs }: Beginning): NaiveEpisode {
  const [, lane]: unknown[] = JSON.parse(key);
  return {
    key,
    lane: String(lane),
    begin: at,
    isInherited: false,
    end: null,
    holders: [textOf(lease["holder"])],
    run_id: textOf(lease["run_id"]) || textOf(run),
    tree: lease["tree"],
    beats: 0,
    signs,
    halts: [],
    isUncertain: false,
  };
}

/** The stamp of the entry, else the latest stamp of its lease. */
function signsOf([ts, lease]: [unknown, Thing]): number[] {
  const own = stampNaively(ts);
  if (own !== undefined) return [own];
  const others = [lease["acquired_at"], lease["heartbeat_at"]].map(stampNaively).filter((at) => at !== undefined);
  return others.length === 0 ? [] : [Math.max(...others)];
}

function renew(history: NaiveHistory, { entry, at, live }: { entry: Thing; at: number; live: NaiveEpisode }): void {
  const beat = isNothing(entry["heartbeat_at"]) ? entry["ts"] : entry["heartbeat_at"];
  const sign = stampNaively(entry["ts"]) ?? stampNaively(beat);
  if (sign !== undefined) live.signs.push(sign);
  if (entry["op"] === "HEARTBEAT") {
    live.beats++;
    return;
  }
  comparePrevious(history, { entry, at, live });
  if (entry["holder"] !== undefined && entry["holder"] !== null) live.holders.push(textOf(entry["holder"]));
  grant(history, live);
}

function comparePrevious(history: NaiveHistory, { entry, at, live }: { entry: Thing; at: number; live: NaiveEpisode }) {
  const named = entry["prev_holder"];
  if (!isNothing(named) && textOf(named) !== live.holders.at(-1)) history.remarks.push(`${at} prevHolder`);
}

function halt({ live }: NaiveHistory, entry: Thing, at: number): void {
  const own = live.filter(({ key }) => key === keyOf(entry));
  const lane = textOf(entry["lane"]);
  for (const episode of own.length > 0 ? own : live) {
    if (own.length > 0 || (lane !== "" && episode.lane === lane)) episode.halts.push(at);
  }
}

function restore(
  history: NaiveHistory,
  { entries, at, carried }: { entries: Thing[]; at: number; carried: Set<number> },
) {
  const before = history.live;
  history.live = [];
  for (const lease of thingsIn(entries[at]?.["leases"])) {
    const key = keyOf(lease);
    if (key === nobody || history.live.some((episode) => episode.key === key)) continue;
    const known = before.find((episode) => episode.key === key);
    if (known === undefined) {
      const last = thingsIn(entries[at]?.["leases"]).findLast((other) => keyOf(other) === key) ?? lease;
      const signs = signsOf([undefined, last]);
      const episode = { ...begin(last, { key, at, run: undefined, signs }), isInherited: true };
      history.episodes.push(episode);
      history.live.push(episode);
    } else history.live.push(known);
  }
  const missing = before.filter((episode) => !history.live.includes(episode));
  let next = at + 1;
  for (; carried.has(next) || entries[next]?.["op"] === "_CORRUPT"; next++) {
    const position = missing.findIndex(({ key }) => carried.has(next) && key === keyOf(entries[next] ?? {}));
    const [kept] = position === -1 ? [] : missing.splice(position, 1);
    if (kept !== undefined) history.live.push(kept);
  }
  for (const episode of missing) {
    episode.end = { how: "missing", at, by: "", reason: "" };
    history.remarks.push(`${at} missing`);
  }
}
