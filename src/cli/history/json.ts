// Writes a history for programs: one line of JSON for each episode, refusal and remark, in file order.
import type { History } from "../../history/select.js";
import type { Episode, Refusal, Remark } from "../../history/types.js";
import { formatStrictLine } from "../strict.js";

interface Placed {
  line: number;
  row: object;
}

/** Returns lines, each with its LF. An absent member is `null`. */
export function* writeHistoryJson({ episodes, refusals, remarks }: Omit<History, "omitted">): Generator<string> {
  const rows: Placed[] = [
    ...episodes.map((episode) => ({ line: episode.begin.line, row: { kind: "episode", ...episodeRow(episode) } })),
    ...refusals.map((refusal) => ({ line: refusal.moment.line, row: { kind: "refusal", ...refusalRow(refusal) } })),
    ...remarks.map((remark) => ({ line: remark.moment.line, row: { kind: "remark", ...remarkRow(remark) } })),
  ];
  for (const { row } of rows.sort((a, b) => a.line - b.line)) yield formatStrictLine({ ...row });
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

function remarkRow({ kind, episode, ...rest }: Remark): object {
  return { remark: kind, ...rest, episode: orNull(episode) };
}

function orNull(episode: Episode | undefined): object | null {
  return episode === undefined ? null : episodeRow(episode);
}
