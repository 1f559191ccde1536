// Unpacks the history that a page contains. Offsets and root runs are not packed; launches and calls are not shown.
import type { History } from "../history/select.js";
import type { Episode, EpisodeEnd, Moment, Refusal, RefusalBlocker, Remark } from "../history/types.js";
import { endKinds, evidenceKinds, isRemarkKind } from "./kinds.js";
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

/** Only `packHistory` of the same version of this package writes this version. */
export function isPackedHistory(value: unknown): value is PackedHistory {
  return typeof value === "object" && value !== null && "version" in value && value.version === packedVersion;
}

export function unpackHistory(packed: PackedHistory): History {
  const unpacker = new Unpacker(packed);
  return {
    episodes: unpacker.episodes.slice(0, packed.selected),
    refusals: packed.refusals.map((refusal) => unpacker.unpackRefusal(refusal)),
    remarks: packed.remarks.map((remark) => unpacker.unpackRemark(remark)),
    launches: [],
    calls: [],
    omitted: packed.omitted,
    files: [],
  };
}

class Unpacker {
  readonly episodes: readonly Episode[];
  readonly #texts: readonly string[];

  constructor({ texts, episodes }: PackedHistory) {
    this.#texts = texts;
    this.episodes = episodes.map((episode) => this.#unpackEpisode(episode));
  }

  unpackRefusal(packed: PackedRefusal): Refusal {
    const [moment, isAcquire, holder, lane, loopTs, runId, reason, reasonClass, evidence, blockers, granted] = packed;
    return {
      moment: unpackMoment(moment),
      op: isAcquire === 1 ? "ACQUIRE" : "REFUSE",
      holder: this.#text(holder),
      lane: this.#text(lane),
      loop_ts: this.#text(loopTs),
      run_id: this.#text(runId),
      root_id: "",
      reason: this.#text(reason),
      reason_class: this.#text(reasonClass),
      evidence: evidenceKinds[evidence] ?? null,
      blockers: blockers.map((blocker) => this.#unpackBlocker(blocker)),
      granted: this.episodes[granted],
    };
  }

  unpackRemark([kind, moment, op, lane, holder, found, episode]: PackedRemark): Remark {
    const kindText = this.#text(kind);
    if (!isRemarkKind(kindText)) throw new Error(`expected a kind of remark, found ${JSON.stringify(kindText)}`);
    return {
      kind: kindText,
      moment: unpackMoment(moment),
      op: this.#text(op),
      lane: this.#text(lane),
      holder: this.#text(holder),
      found,
      episode: this.episodes[episode],
    };
  }

  #unpackBlocker([lane, loopTs, holder, token, lastSignAt, episode]: PackedBlocker): RefusalBlocker {
    return {
      lane: this.#text(lane),
      loop_ts: this.#text(loopTs),
      holder: this.#text(holder),
      token,
      lastSignAt,
      episode: this.episodes[episode],
    };
  }

  #unpackEpisode(packed: PackedEpisode): Episode {
    const [lane, loopTs, token, begin, isInherited, isUncertain, end, firstHolder, adoptions, ...rest] = packed;
    const [runId, hostId, tree, beats, lastSignAt, gapMs, halts] = rest;
    const from = unpackMoment(begin);
    const later = adoptions.map(([holder, moment]) => ({ holder: this.#text(holder), from: unpackMoment(moment) }));
    return {
      lane: this.#text(lane),
      loop_ts: this.#text(loopTs),
      token,
      begin: from,
      isInherited: isInherited === 1,
      end: end === 0 ? undefined : this.#unpackEnd(end),
      holders: [{ holder: this.#text(firstHolder), from }, ...later],
      run_id: this.#text(runId),
      tree: JSON.parse(this.#text(tree)),
      host_id: this.#text(hostId),
      beats,
      lastSignAt,
      gapMs,
      halts: halts.map(([moment, handle, reason]) => ({
        moment: unpackMoment(moment),
        handle: this.#text(handle),
        reason: this.#text(reason),
      })),
      isUncertain: isUncertain === 1,
    };
  }

  #unpackEnd([how, moment, by, reason]: PackedEnd): EpisodeEnd {
    const kind = endKinds[how];
    if (kind === undefined) throw new Error(`expected the number of a kind of end, found ${how}`);
    return { how: kind, moment: unpackMoment(moment), by: this.#text(by), reason: this.#text(reason) };
  }

  #text(index: number): string {
    return this.#texts[index] ?? "";
  }
}

function unpackMoment([line, seq, at, file = 0]: PackedMoment): Moment {
  return { file, line, offset: 0, seq, ts: at === null ? "" : new Date(at).toISOString(), at };
}
