// Packs a history for a page.
import type { History } from "../history/select.js";
import type { Episode, Moment, Refusal, Remark } from "../history/types.js";
import { endKinds, evidenceKinds } from "./kinds.js";
import {
  type PackedBlocker,
  type PackedEnd,
  type PackedEpisode,
  type PackedHistory,
  type PackedMoment,
  type PackedRefusal,
  type PackedRemark,
  packedVersion,
} from "./packed.js";

export interface PackOptions {
  /** The name of the journal's file. */
  journal: string;
  nowMs: number;
  /** The period that was selected. */
  fromMs?: number | undefined;
  toMs?: number | undefined;
}

export function packHistory(history: History, { journal, nowMs, fromMs, toMs }: PackOptions): PackedHistory {
  const packer = new Packer(history.episodes);
  // They add the episodes that they refer to.
  const refusals = history.refusals.map((refusal) => packer.packRefusal(refusal));
  const remarks = history.remarks.map((remark) => packer.packRemark(remark));
  return {
    version: packedVersion,
    journal,
    nowMs,
    fromMs: fromMs ?? null,
    toMs: toMs ?? null,
    omitted: history.omitted,
    texts: packer.texts,
    episodes: packer.packEpisodes(),
    selected: history.episodes.length,
    refusals,
    remarks,
  };
}

class Packer {
  readonly texts: string[] = [];
  readonly #textIndexes = new Map<string, number>();
  readonly #episodes: Episode[];
  readonly #episodeIndexes: Map<Episode, number>;

  constructor(episodes: readonly Episode[]) {
    this.#episodes = [...episodes];
    this.#episodeIndexes = new Map(episodes.map((episode, index) => [episode, index]));
  }

  packEpisodes(): PackedEpisode[] {
    return this.#episodes.map((episode) => this.#packEpisode(episode));
  }

  packRefusal(refusal: Refusal): PackedRefusal {
    const { moment, op, evidence, blockers, granted } = refusal;
    return [
      packMoment(moment),
      op === "ACQUIRE" ? 1 : 0,
      this.#text(refusal.holder),
      this.#text(refusal.lane),
      this.#text(refusal.loop_ts),
      this.#text(refusal.run_id),
      this.#text(refusal.reason),
      this.#text(refusal.reason_class),
      evidence === null ? -1 : evidenceKinds.indexOf(evidence),
      blockers.map(
        ({ lane, loop_ts, holder, token, lastSignAt, episode }): PackedBlocker => [
          this.#text(lane),
          this.#text(loop_ts),
          this.#text(holder),
          token,
          lastSignAt,
          this.#episode(episode),
        ],
      ),
      this.#episode(granted),
    ];
  }

  packRemark({ kind, moment, op, lane, holder, found, episode }: Remark): PackedRemark {
    const [opText, laneText, holderText] = [this.#text(op), this.#text(lane), this.#text(holder)];
    return [this.#text(kind), packMoment(moment), opText, laneText, holderText, found, this.#episode(episode)];
  }

  #packEpisode(episode: Episode): PackedEpisode {
    const { begin, end, holders, halts, token, beats, lastSignAt, gapMs, tree } = episode;
    const [first, ...adoptions] = holders;
    return [
      this.#text(episode.lane),
      this.#text(episode.loop_ts),
      token,
      packMoment(begin),
      episode.isInherited ? 1 : 0,
      episode.isUncertain ? 1 : 0,
      end === undefined ? 0 : this.#packEnd(end),
      this.#text(first?.holder ?? ""),
      adoptions.map(({ holder, from }) => [this.#text(holder), packMoment(from)] as const),
      this.#text(episode.run_id),
      this.#text(episode.host_id),
      this.#text(JSON.stringify(tree ?? null)),
      beats,
      lastSignAt,
      gapMs,
      halts.map(({ moment, handle, reason }) => [packMoment(moment), this.#text(handle), this.#text(reason)] as const),
    ];
  }

  #packEnd({ how, moment, by, reason }: NonNullable<Episode["end"]>): PackedEnd {
    return [endKinds.indexOf(how), packMoment(moment), this.#text(by), this.#text(reason)];
  }

  #text(text: string): number {
    const known = this.#textIndexes.get(text);
    if (known !== undefined) return known;
    const index = this.texts.push(text) - 1;
    this.#textIndexes.set(text, index);
    return index;
  }

  #episode(episode: Episode | undefined): number {
    if (episode === undefined) return -1;
    const known = this.#episodeIndexes.get(episode);
    if (known !== undefined) return known;
    const index = this.#episodes.push(episode) - 1;
    this.#episodeIndexes.set(episode, index);
    return index;
  }
}

function packMoment({ file, line, seq, at }: Moment): PackedMoment {
  return file === 0 ? [line, seq, at] : [line, seq, at, file];
}
