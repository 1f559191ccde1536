// Collects the remarks on what is odd about entries (docs/format.md 11).
import { noIdentity } from "../core/identity.js";
import { isEmpty, text } from "../core/words.js";
import type { Entry } from "../types.js";
import { holderOf, leaseValue } from "./episode.js";
import type { KeptHistory } from "./kept.js";
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
  /** A stamp is not expected. */
  isUnstamped: boolean;
}

/** Stands for the beginning of a file that has no entry. */
export function emptyStep(file: number): Step {
  const moment = momentOf({}, { line: 0, offset: 0 }, file);
  return { op: "", entry: {}, moment, odd: [], key: noIdentity, isRefused: false, isUnstamped: true };
}

export class Remarks {
  readonly #kept: KeptHistory;

  constructor(kept: KeptHistory) {
    this.#kept = kept;
  }

  add(kind: RemarkKind, { op, entry, moment }: Step, about: Pick<Partial<Remark>, "found" | "episode"> = {}): Remark {
    const { found = null, episode } = about;
    const lane = episode?.lane ?? text(entry["lane"]);
    const named = text(leaseValue(entry, "holder")) || text(entry["holder"]);
    const holder = named || (episode === undefined ? "" : holderOf(episode));
    const remark = { kind, moment, op, lane, holder, found, episode };
    this.#kept.addRemark(remark);
    return remark;
  }

  /** A CHECKPOINT, the ACQUIREs that belong to it and a sentinel have no stamp of their own. */
  addOddities(step: Step): void {
    for (const { kind, found } of step.odd) {
      if (kind !== "noStamp" || !step.isUnstamped) this.add(kind, step, { found });
    }
  }

  /** `other`: a live episode on the lane of the one that begins, if there is one. */
  addShared(step: Step, other: Episode | undefined): void {
    if (other !== undefined) this.add("sharedLane", step, { episode: other, found: holderOf(other) });
  }

  checkPrevHolder(step: Step, episode: Episode | undefined): void {
    const named = step.entry["prev_holder"];
    if (episode === undefined || isEmpty(named) || text(named) === holderOf(episode)) return;
    this.add("prevHolder", step, { episode, found: text(named) });
  }
}
