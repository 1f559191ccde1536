// Collects the remarks on what is odd about entries (docs/format.md 11).
import { noIdentity } from "../core/identity.js";
import { CORRUPT_OP, Op } from "../core/op.js";
import { isEmpty, text } from "../core/words.js";
import type { Entry } from "../types.js";
import { holderOf, leaseValue } from "./episode.js";
import { momentOf, type Oddity } from "./moments.js";
import type { Episode, Moment, Remark, RemarkKind } from "./types.js";

/** One entry in file order. */
export interface Step {
  op: string;
  entry: Entry;
  moment: Moment;
  odd: readonly Oddity[];
  key: string;
  /** An ACQUIRE that says REFUSED begins an episode, but its asker has not got the lane. */
  isRefused: boolean;
}

/** Stands for the beginning of a file that has no entry. */
export function emptyStep(file: number): Step {
  const moment = momentOf({}, { line: 0, offset: 0 }, file);
  return { op: "", entry: {}, moment, odd: [], key: noIdentity, isRefused: false };
}

/** The live leases that a CHECKPOINT does not list, by identity. */
export interface Unlisted {
  step: Step;
  episodes: Map<string, Episode>;
  /** The number of damaged lines before the CHECKPOINT. */
  damaged: number;
  /** Whether that something is not listed is a gap that was not remarked on. */
  isGap: boolean;
}

export class Remarks {
  /** In file order. */
  list: Remark[] = [];

  add(kind: RemarkKind, { op, entry, moment }: Step, about: Pick<Partial<Remark>, "found" | "episode"> = {}): void {
    const { found = null, episode } = about;
    const lane = episode?.lane ?? text(entry["lane"]);
    const named = text(leaseValue(entry, "holder")) || text(entry["holder"]);
    const holder = named || (episode === undefined ? "" : holderOf(episode));
    this.list.push({ kind, moment, op, lane, holder, found, episode });
  }

  /** A CHECKPOINT and a sentinel have no stamp of their own. */
  addOddities(step: Step): void {
    for (const { kind, found } of step.odd) {
      const isMissed = kind !== "noStamp" || (step.op !== Op.CHECKPOINT && step.op !== CORRUPT_OP);
      if (isMissed) this.add(kind, step, { found });
    }
  }

  /** `other`: a live episode on the lane of the one that begins, if there is one. */
  addShared(step: Step, other: Episode | undefined): void {
    if (other !== undefined) this.add("sharedLane", step, { episode: other, found: holderOf(other) });
  }

  /** `ended`: the last episode of the identity, which is not live. */
  addStray(stray: RemarkKind, late: RemarkKind, step: Step, ended: Episode | undefined): void {
    this.add(ended === undefined ? stray : late, step, { episode: ended });
  }

  checkPrevHolder(step: Step, episode: Episode | undefined): void {
    const named = step.entry["prev_holder"];
    if (episode === undefined || isEmpty(named) || text(named) === holderOf(episode)) return;
    this.add("prevHolder", step, { episode, found: text(named) });
  }
}
