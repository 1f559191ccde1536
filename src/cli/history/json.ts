// Writes a history for programs: one line of JSON for each of its items, in file order.
import { compareMoments } from "../../history/moments.js";
import type { Lists } from "../../history/select.js";
import type { BlockedCall, Episode, Launch, Moment, Refusal, Remark } from "../../history/types.js";
import { formatStrictLine } from "../strict.js";

interface Placed {
  moment: Moment;
  row: object;
}

/** Returns lines, each with its LF. An absent member is `null`. */
export function* writeHistoryJson({ episodes, refusals, remarks, launches, calls }: Lists): Generator<string> {
  const rows: Placed[] = [
    ...episodes.map((episode) => ({ moment: episode.begin, row: { kind: "episode", ...episodeRow(episode) } })),
    ...refusals.map((refusal) => ({ moment: refusal.moment, row: { kind: "refusal", ...refusalRow(refusal) } })),
    ...launches.map((launch) => ({ moment: launch.moment, row: { kind: "launch", ...launchRow(launch) } })),
    ...calls.map((call) => ({ moment: call.moment, row: { kind: "call", ...callRow(call) } })),
    ...remarks.map((remark) => ({ moment: remark.moment, row: { kind: "remark", ...remarkRow(remark) } })),
  ];
  for (const { row } of rows.sort((a, b) => compareMoments(a.moment, b.moment))) yield formatStrictLine({ ...row });
}

function episodeRow(episode: Episode): object {
  return { ...episode, tree: episode.tree ?? null, end: episode.end ?? null };
}

function refusalRow(refusal: Refusal): object {
  return {
    ...refusal,
    blockers: refusal.blockers.map((blocker) => ({ ...blocker, episode: orNull(blocker.episode) })),
    granted: orNull(refusal.granted),
  };
}

function launchRow(launch: Launch): object {
  return { ...launch, acquired: launch.acquired ?? null };
}

function callRow(call: BlockedCall): object {
  return { ...call, episode: orNull(call.episode) };
}

function remarkRow({ kind, episode, ...rest }: Remark): object {
  return { remark: kind, ...rest, episode: orNull(episode) };
}

function orNull(episode: Episode | undefined): object | null {
  return episode === undefined ? null : episodeRow(episode);
}
