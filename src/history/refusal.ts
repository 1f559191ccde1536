// Reads refusals and finds what was in their way (docs/format.md 11).
import { identityKey } from "../core/identity.js";
import { Op } from "../core/op.js";
import { saysRefused } from "../core/report.js";
import { collide, readPrefixes } from "../core/trees.js";
import { isEmpty, isObject, text } from "../core/words.js";
import type { Entry } from "../types.js";
import { holderOf, leaseValue } from "./episode.js";
import type { LiveEpisodes } from "./live.js";
import { compareMoments } from "./moments.js";
import type { Episode, Evidence, Moment, Refusal, RefusalBlocker } from "./types.js";

/** Returns the refusal that an entry records; undefined if it records none. `live`: the episodes before the entry. */
export function readRefusal(op: string, entry: Entry, moment: Moment, live: LiveEpisodes): Refusal | undefined {
  if (op !== Op.REFUSE && op !== Op.ACQUIRE) return undefined;
  const reasons = [entry["reason"], isObject(entry["lease"]) ? entry["lease"]["reason"] : undefined];
  if (op === Op.ACQUIRE && !reasons.some(saysRefused)) return undefined;
  const reason = text(reasons.find(op === Op.ACQUIRE ? saysRefused : (each) => !isEmpty(each)));
  const { evidence, blockers } = findBlockers(entry, reason, live);
  return {
    moment,
    op,
    holder: text(leaseValue(entry, "holder")) || text(entry["holder"]),
    lane: text(entry["lane"]),
    loop_ts: text(entry["loop_ts"]),
    run_id: text(entry["run_id"]) || text(leaseValue(entry, "run_id")),
    root_id: text(entry["root_id"]),
    reason,
    reason_class: text(entry["reason_class"]),
    evidence,
    blockers,
    granted: undefined,
  };
}

/** Returns the entry by which the asker got the lane: the begin of the episode, or an adoption. */
export function grantedFrom({ granted, holder, moment }: Refusal): Moment | undefined {
  const later = granted?.holders.filter(({ from }) => compareMoments(from, moment) > 0) ?? [];
  return (later.find((tenure) => tenure.holder === holder) ?? later[0])?.from ?? granted?.begin;
}

/**
 * Returns whether the blockers of a refusal can be found among the leases of its own lane. `evidence`: what was found
 * there.
 */
export function isOnOwnLane(entry: Entry, { lane, evidence }: Pick<Refusal, "lane" | "evidence">): boolean {
  const { held_by: rows, blocking_trees: trees } = entry;
  const blocking = Array.isArray(rows) ? rows.filter(isObject).map((row) => text(row["lane"])) : [];
  const lanes = blocking.length === 0 && isObject(trees) ? Object.keys(trees) : blocking;
  return (evidence === "recorded" || evidence === "lane") && lanes.every((each) => each === lane);
}

interface Found {
  evidence: Evidence | null;
  blockers: RefusalBlocker[];
}

/** So many blockers of a refusal are looked for; with more, its answer would be as long as all leases are. */
const blockersMax = 64;

/** The first kind of evidence that finds a blocker wins. */
function findBlockers(entry: Entry, reason: string, live: LiveEpisodes): Found {
  const lane = text(entry["lane"]);
  const kinds: [Evidence, () => Iterable<RefusalBlocker>][] = [
    ["recorded", () => readRecorded(entry, live)],
    ["lane", () => blockersOf(live.onLane(lane))],
    ["reason", () => blockersOf(live.onLanes(lanesNamedIn(reason, live)))],
    ["tree", () => blockersOf(findColliding(leaseValue(entry, "tree"), live))],
  ];
  for (const [evidence, find] of kinds) {
    const blockers = takeFirst(find(), blockersMax);
    if (blockers.length > 0) return { evidence, blockers };
  }
  return { evidence: null, blockers: [] };
}

function takeFirst<Item>(items: Iterable<Item>, countMax: number): Item[] {
  const taken: Item[] = [];
  for (const item of items) {
    taken.push(item);
    if (taken.length === countMax) break;
  }
  return taken;
}

function* blockersOf(episodes: Iterable<Episode>): Generator<RefusalBlocker> {
  for (const episode of episodes) yield toBlocker(episode);
}

function* findColliding(tree: unknown, live: LiveEpisodes): Generator<Episode> {
  const wanted = readPrefixes(tree);
  if (wanted === undefined) return;
  for (const episode of live.values()) if (collide(wanted, live.prefixesOf(episode))) yield episode;
}

function toBlocker(episode: Episode): RefusalBlocker {
  const { lane, loop_ts, token, lastSignAt } = episode;
  return { lane, loop_ts, holder: holderOf(episode), token, lastSignAt, episode };
}

function* readRecorded(entry: Entry, live: LiveEpisodes): Generator<RefusalBlocker> {
  const { held_by: rows, blocking_trees: trees } = entry;
  const recorded = Array.isArray(rows) ? rows.filter(isObject) : [];
  for (const row of recorded) yield readRow(row, live);
  if (recorded.length === 0 && isObject(trees)) yield* blockersOf(live.onLanes(Object.keys(trees)));
}

function readRow(row: Entry, live: LiveEpisodes): RefusalBlocker {
  const { generation } = row;
  const episode = live.get(identityKey(row));
  return {
    lane: text(row["lane"]),
    loop_ts: text(row["loop_ts"]),
    holder: text(row["holder"]),
    token: typeof generation === "number" ? generation : null,
    lastSignAt: episode?.lastSignAt ?? null,
    episode,
  };
}

/** A reason is a sentence, and every live lane is looked for in it. */
const reasonCharactersMax = 4096;

/** A lane within a path is not meant. Surrogates count, because they are part of a letter beyond U+FFFF. */
const wordCharacter = /[\p{L}\p{N}\p{Surrogate}_/\\*-]/u;

/** Returns the lanes with live episodes that the reason contains as words of their own. */
function lanesNamedIn(whole: string, live: LiveEpisodes): string[] {
  const reason = whole.slice(0, reasonCharactersMax);
  const starts: number[] = [];
  for (let at = 0; at < reason.length; at++) if (!wordCharacter.test(reason.charAt(at - 1))) starts.push(at);
  const lengths = [...live.laneLengths].filter((length) => length > 0 && length <= reason.length);
  // Looking up every word takes no longer with more lanes.
  if (starts.length * lengths.length > live.lanes.size) {
    return [...live.lanes.keys()].filter((lane) => namesLane(reason, lane));
  }
  const isWord = (at: number, length: number): boolean => !wordCharacter.test(reason.charAt(at + length));
  const words = starts.flatMap((at) =>
    lengths.filter((length) => isWord(at, length)).map((n) => reason.slice(at, at + n)),
  );
  return words.filter((word) => live.lanes.has(word));
}

/** Returns whether the reason contains the lane as a word of its own. */
function namesLane(reason: string, lane: string): boolean {
  if (lane === "") return false;
  for (let at = reason.indexOf(lane); at !== -1; at = reason.indexOf(lane, at + 1)) {
    const isWord = wordCharacter.test(reason.charAt(at - 1)) || wordCharacter.test(reason.charAt(at + lane.length));
    if (!isWord) return true;
  }
  return false;
}
