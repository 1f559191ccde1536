// Folds CHECKPOINTs into a history, and the ACQUIREs that a compaction writes after them (docs/format.md 7 and 11).
import { identityKey, identityOf, noIdentity } from "../core/identity.js";
import { Op } from "../core/op.js";
import { isObject } from "../core/words.js";
import type { Lease } from "../types.js";
import { inheritEpisode } from "./episode.js";
import type { Ledger } from "./ledger.js";
import type { Held } from "./live.js";
import type { Step } from "./remarks.js";
import type { Episode } from "./types.js";

/** The live leases that a CHECKPOINT does not list, by identity. */
interface Unlisted {
  step: Step;
  held: Map<string, Held>;
  /** The number of damaged lines before the CHECKPOINT. */
  damaged: number;
  /** Whether that something is not listed is a gap that was not remarked on. */
  isGap: boolean;
}

export class Checkpoints {
  readonly #ledger: Ledger;
  readonly #lane: string | undefined;
  #unlisted: Unlisted | undefined;

  /** `lane`: see `HistoryFold`. */
  constructor(ledger: Ledger, lane: string | undefined) {
    this.#ledger = ledger;
    this.#lane = lane;
  }

  /** Whether the next ACQUIRE may continue an episode. */
  get isUnsettled(): boolean {
    return this.#unlisted !== undefined;
  }

  /** `isJoin`: whether the CHECKPOINT begins a file that should continue the one before it. */
  take(step: Step, isJoin: boolean): void {
    const { live, generations } = this.#ledger;
    const before = live.clear();
    generations.restore(step.entry);
    const { leases } = step.entry;
    const inherited = new Map<string, Episode>();
    let differs = false;
    for (const lease of Array.isArray(leases) ? leases : []) {
      const key = isObject(lease) ? identityKey(lease) : noIdentity;
      if (!isObject(lease) || key === noIdentity) continue;
      if (this.#lane !== undefined && identityOf(key).lane !== this.#lane) continue;
      differs = this.#takeListed(key, lease, { step, before, inherited }) || differs;
    }
    if (isJoin && differs) this.#ledger.addGap(step);
    if (before.size === 0) return;
    this.#unlisted = { step, held: before, damaged: live.damaged, isGap: isJoin && !differs };
  }

  /** Returns whether the lease or its token differs from what was known before. */
  #takeListed(key: string, lease: Lease, { step, before, inherited }: ListedIn): boolean {
    const { live, generations, kept } = this.#ledger;
    const token = generations.numberOf(key);
    const held = before.get(key);
    if (held !== undefined) {
      before.delete(key);
      live.restore(key, held);
      const differs = held.episode.token !== (token ?? null);
      held.episode.token = token ?? null;
      return differs;
    }
    if (live.get(key) !== undefined) {
      // As in `replay`, a repeated identity takes the last value.
      const own = inherited.get(key);
      if (own !== undefined) Object.assign(own, inheritEpisode(lease, step.moment, token));
      return false;
    }
    const episode = inheritEpisode(lease, step.moment, token);
    inherited.set(key, episode);
    kept.addEpisode(episode);
    live.set(key, episode);
    return true;
  }

  /**
   * A compaction writes the leases that its CHECKPOINT cannot contain as ACQUIREs right after it, without number and
   * stamp (docs/format.md 7). Returns whether this is such an entry: then the episode goes on with a new token.
   */
  continues({ op, key, entry }: Step): boolean {
    const held = this.#unlisted?.held.get(key);
    if (held === undefined || op !== Op.ACQUIRE || entry["ts"] !== undefined || entry["seq"] !== undefined)
      return false;
    const { live, generations } = this.#ledger;
    this.#unlisted?.held.delete(key);
    generations.advance(key, entry["generation_watermark"]);
    held.episode.token = generations.numberOf(key) ?? null;
    live.restore(key, held);
    return true;
  }

  /** What the CHECKPOINT and the entries after it do not list has ended. */
  settle(): void {
    if (this.#unlisted === undefined) return;
    const { step, held, damaged, isGap } = this.#unlisted;
    this.#unlisted = undefined;
    const adds = isGap && held.size > 0;
    if (adds) this.#ledger.addGap(step);
    for (const [key, each] of held) this.#ledger.endMissing(key, each, step, damaged + (adds ? 1 : 0));
  }
}

/** Where a lease is listed. */
interface ListedIn {
  step: Step;
  /** The episodes that were live before and are not yet listed. */
  before: Map<string, Held>;
  /** The episodes that this CHECKPOINT has begun. */
  inherited: Map<string, Episode>;
}
