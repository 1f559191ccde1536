// Writes why a lane was refused, or who holds it, for people.

import { compareMoments } from "../../history/moments.js";
import { grantedFrom } from "../../history/refusal.js";
import type { BlockedCall, Episode, Moment, Refusal, RefusalBlocker, Remark } from "../../history/types.js";
import type { Why } from "../../history/why.js";
import { tellLine } from "../place.js";
import { printableLine } from "../printable.js";
import { formatBetween, formatTime } from "./times.js";
import { evidences, tellCall, tellEnd, tellHolders } from "./words.js";

const labelWidth = 9;

/** Returns lines, each with its LF. `nowMs` decides which times need a date. */
export function* writeWhy({ refusals, episodes, calls, damage }: Why, nowMs: number): Generator<string> {
  for (const refusal of refusals) yield* writeRefusal(refusal, damage, nowMs);
  for (const episode of episodes) yield* writeEpisode(episode, damage, nowMs);
  for (const call of calls) yield* writeCall(call, nowMs);
}

function* writeCall(call: BlockedCall, nowMs: number): Generator<string> {
  const { moment, episode } = call;
  yield printableLine(`${numberOf(moment)}  ${formatTime(moment.at, nowMs)}  ${tellCall(call)}`);
  const said = tellReason(call);
  if (said !== "") yield row("said", said);
  if (episode === undefined) return;
  const token = episode.token === null ? "" : `, token ${episode.token}`;
  yield row("lease", `${episode.lane}${token}, since ${placed(episode.begin, moment.at ?? nowMs)}`);
}

function tellReason({ reason, reason_class }: Pick<Refusal, "reason" | "reason_class">): string {
  return [reason, reason_class === "" ? "" : `[${reason_class}]`].filter((text) => text !== "").join("  ");
}

function* writeRefusal(refusal: Refusal, damage: readonly Remark[], nowMs: number): Generator<string> {
  const { moment, holder, run_id, lane, blockers, evidence } = refusal;
  const run = run_id === "" ? "" : ` (${run_id})`;
  const asker = `${holder || "somebody"}${run}`;
  yield printableLine(
    `${numberOf(moment)}  ${formatTime(moment.at, nowMs)}  ${asker} wanted ${lane || "a lane"}: REFUSED`,
  );
  const besideMs = moment.at ?? nowMs;
  const said = tellReason(refusal);
  if (said !== "") yield row("said", said);
  for (const blocker of blockers) {
    yield* writeBlocker(blocker, refusal, { besideMs, by: evidence === null ? "" : evidences[evidence] });
  }
  if (blockers.length === 0) yield row("held by", "the journal does not say: no lease was live that explains it");
  const granted = grantedFrom(refusal);
  if (granted !== undefined) {
    const after = formatBetween(moment.at, granted.at);
    const got = `${holder || "the same run"} got ${lane} ${placed(granted, besideMs)}`;
    yield row("then", `${got}${after === undefined ? "" : `, after ${after}`}`);
  } else yield row("then", `${holder || "the asker"} has not got ${lane || "it"} since`);
  yield* writeCaution(damage, moment, lastMoment(refusal));
}

function* writeBlocker(
  { lane, holder, token, lastSignAt, episode }: RefusalBlocker,
  { moment, lane: wanted }: Refusal,
  { besideMs, by }: { besideMs: number; by: string },
): Generator<string> {
  const where = lane === wanted ? "" : ` on ${lane}`;
  const tokenText = token === null ? "" : `, token ${token}`;
  const since = episode === undefined ? ", which was not live" : `, since ${placed(episode.begin, besideMs)}`;
  yield row("held by", `${holder || "(no holder)"}${where}${tokenText}${since}   [${by}]`);
  if (lastSignAt !== null) {
    const earlier = formatBetween(lastSignAt, moment.at);
    yield row(
      "",
      `last sign of life ${formatTime(lastSignAt, besideMs)}${earlier === undefined ? "" : `, ${earlier} earlier`}`,
    );
  }
  if (episode === undefined) return;
  const { end } = episode;
  if (end === undefined) {
    yield row("freed", "not yet: it is live");
    return;
  }
  const later = formatBetween(moment.at, end.moment.at);
  yield row(
    "freed",
    `${placed(end.moment, besideMs)}${later === undefined ? "" : `, ${later} later`}: ${tellEnd(end)}`,
  );
}

function* writeEpisode(episode: Episode, damage: readonly Remark[], nowMs: number): Generator<string> {
  const { begin, end, lane, token, run_id, beats, lastSignAt, halts, isInherited } = episode;
  const run = run_id === "" ? "" : ` (${run_id})`;
  const state = end === undefined ? "LIVE" : "ended";
  const who = `${tellHolders(episode)}${run}`;
  yield printableLine(`${numberOf(begin)}  ${formatTime(begin.at, nowMs)}  ${who} on ${lane}: ${state}`);
  const besideMs = begin.at ?? nowMs;
  yield row("token", token === null ? "none" : String(token));
  if (isInherited) yield row("begin", "before the first entry; the time is that of the lease");
  if (lastSignAt !== null) {
    const silent = formatBetween(lastSignAt, end?.moment.at ?? (end === undefined ? nowMs : null));
    const beatsText = `${beats} ${beats === 1 ? "beat" : "beats"}`;
    yield row(
      "sign",
      `${formatTime(lastSignAt, besideMs)}, ${beatsText}${silent === undefined ? "" : `, silent ${silent}`}`,
    );
  }
  for (const { moment, handle, reason } of halts) {
    yield row("halted", `${placed(moment, besideMs)}: ${[handle, reason].filter((text) => text !== "").join(", ")}`);
  }
  if (end !== undefined) yield row("freed", `${placed(end.moment, besideMs)}: ${tellEnd(end)}`);
  yield* writeCaution(damage, begin, end?.moment);
}

/** The damage and gaps between two moments: an entry that changes the answer may have been there. */
function* writeCaution(damage: readonly Remark[], from: Moment, to: Moment | undefined): Generator<string> {
  const isBetween = ({ moment }: Remark): boolean =>
    compareMoments(moment, from) > 0 && (to === undefined || compareMoments(moment, to) < 0);
  const between = damage.filter(isBetween);
  const lines = between.filter(({ kind }) => kind === "damage");
  const [first] = lines;
  if (first !== undefined) {
    const which = lines.length === 1 ? `${tellLine(first.moment.line)} is` : `${lines.length} lines are`;
    yield row("caution", `${which} damaged in between; \`lj verify\` shows where`);
  }
  if (lines.length < between.length) yield row("caution", "entries are missing in between: a file is not there");
}

/** The latest of the moments that the answer names; undefined if one of them is still to come. */
function lastMoment(refusal: Refusal): Moment | undefined {
  const named = refusal.blockers.flatMap(({ episode }) => (episode === undefined ? [] : [episode.end?.moment]));
  named.push(grantedFrom(refusal));
  if (named.includes(undefined)) return undefined;
  return named
    .filter((moment) => moment !== undefined)
    .toSorted(compareMoments)
    .at(-1);
}

function placed(moment: Moment, besideMs: number): string {
  return `${formatTime(moment.at, besideMs)} (${numberOf(moment)})`;
}

/** An entry without a number is named by its line. */
function numberOf({ seq, line }: Moment): string {
  return seq === 0 ? `line ${line}` : `#${seq}`;
}

function row(label: string, text: string): string {
  return printableLine(`    ${label.padEnd(labelWidth)}${text}`);
}
