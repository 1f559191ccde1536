// Folds the entries of a journal into its history: episodes, refusals and remarks (docs/format.md 11). File order
// decides; stamps only label.
import { Generations } from "../core/generations.js";
import { identityKey, identityOf, noIdentity } from "../core/identity.js";
import { CORRUPT_OP, Op } from "../core/op.js";
import type { SiftTaker, Skipped } from "../core/sifted-batch.js";
import { isEmpty, isObject, text } from "../core/words.js";
import type { Entry, Place } from "../types.js";
import { adoptEpisode, beginEpisode, holderOf, inheritEpisode, leaseValue, renewEpisode, signEpisode } from "./episode.js";
import { LiveEpisodes } from "./live.js";
import { Clock } from "./moments.js";
import { isOnOwnLane, readRefusal } from "./refusal.js";
import type { EndKind, Episode, Moment, Refusal, Remark, RemarkKind } from "./types.js";
import { Waiting } from "./waiting.js";

/** One entry in file order. */
interface Step {
  op: string;
  entry: Entry;
  moment: Moment;
  odd: ReturnType<Clock["take"]>["odd"];
  key: string;
  /** An ACQUIRE that says REFUSED begins an episode, but its asker has not got the lane. */
  isRefused: boolean;
}

/** The live leases that a CHECKPOINT does not list, by identity. */
interface Unlisted {
  step: Step;
  episodes: Map<string, Episode>;
  /** The number of damaged lines before the CHECKPOINT. */
  damaged: number;
}

export class HistoryFold implements SiftTaker {
  /** By their begin, in file order. */
  readonly episodes: Episode[] = [];
  /** In file order, as are the remarks. */
  readonly refusals: Refusal[] = [];
  readonly remarks: Remark[] = [];
  readonly #live = new LiveEpisodes();
  readonly #generations = new Generations();
  readonly #waiting = new Waiting();
  #unlisted: Unlisted | undefined;
  readonly #clock: Clock;
  readonly #lane: string | undefined;
  #isOnlyDamage = true;
  #needsAllLanes = false;

  /**
   * `nowMs`: milliseconds since 1970-01-01 UTC. Later stamps are remarked on. `lane`: only its episodes, refusals and
   * remarks are complete, and the entries of other lanes may be left out.
   */
  constructor(nowMs: number, lane?: string) {
    this.#clock = new Clock(nowMs);
    this.#lane = lane;
  }

  /** Whether the history of the lane depends on other lanes, so that it must be folded with all of them. */
  get needsAllLanes(): boolean {
    return this.#needsAllLanes;
  }

  /** The live episodes, in the order of the leases that `replay` returns. */
  get live(): Iterable<Episode> {
    return this.#live.values();
  }

  /** Whether every entry so far was a sentinel; also true if there was none. */
  get isOnlyDamage(): boolean {
    return this.#isOnlyDamage;
  }

  take(entry: Entry, place: Place): void {
    const op = typeof entry["op"] === "string" ? entry["op"] : "";
    const step: Step = { op, entry, ...this.#clock.take(entry, place), key: identityKey(entry), isRefused: false };
    if (op === CORRUPT_OP) {
      this.#remarkClock(step);
      this.#live.addDamage();
      this.#remark("damage", step);
      return;
    }
    this.#isOnlyDamage = false;
    if (this.#lane !== undefined && op !== Op.CHECKPOINT && text(entry["lane"]) !== this.#lane) {
      this.#takeForeign(step);
      return;
    }
    if (this.#takeUnlisted(step)) return;
    this.#settleUnlisted();
    this.#remarkClock(step);
    this.#takeRefusal(step);
    this.#takeEffect(step);
  }

  /** Takes a HEARTBEAT of which nothing is odd, and whose identity is live. `at`: its stamp. */
  takeBeat(key: string, at: number): void {
    const episode = this.#live.get(key);
    if (episode === undefined) throw new Error(`expected a heartbeat of a live identity, found one of ${key}`);
    signEpisode(episode, at);
    episode.beats++;
  }

  takeSkipped(skipped: Skipped): void {
    this.#clock.skipTo(skipped);
    if (skipped.added > 0) this.#generations.skip(skipped);
  }

  /** Call it after the last entry. */
  finish(): void {
    this.#settleUnlisted();
    this.#live.finish();
  }

  /** Takes an entry of another lane: only its token and its place in the order matter. */
  #takeForeign({ op, key, entry }: Step): void {
    const mayBelong = op === Op.ACQUIRE && entry["ts"] === undefined && entry["seq"] === undefined;
    // Whether it belongs to the CHECKPOINT depends on the leases of its lane.
    if (mayBelong && this.#unlisted !== undefined) this.#needsAllLanes = true;
    this.#settleUnlisted();
    if (key === noIdentity) return;
    if (op === Op.ACQUIRE || op === Op.RECONCILE) this.#generations.advance(key, entry["generation_watermark"]);
    if (op === Op.RELEASE || op === Op.SCAVENGE) this.#generations.delete(key);
  }

  #takeEffect(step: Step): void {
    if (step.op === Op.CHECKPOINT) this.#takeCheckpoint(step);
    if (step.op === Op.HALT) this.#takeHalt(step);
    if (step.key === noIdentity) return;
    switch (step.op) {
      case Op.ACQUIRE:
      case Op.RECONCILE:
        this.#takeBegin(step);
        break;
      case Op.RELEASE:
        this.#takeEnd(step, "released");
        break;
      case Op.SCAVENGE:
        this.#takeEnd(step, "scavenged");
        break;
      case Op.HEARTBEAT:
      case Op.ADOPT:
        this.#takeRenewal(step);
        break;
      default:
    }
  }

  #takeBegin(step: Step): void {
    const { key, entry, moment } = step;
    const before = this.#live.get(key);
    this.#generations.advance(key, entry["generation_watermark"]);
    const episode = beginEpisode(key, entry, moment, this.#generations.numberOf(key));
    if (before === undefined) this.#remarkShared(step, episode);
    else this.#remark("again", step, { episode: before });
    this.#checkPrevHolder(step, before);
    this.episodes.push(episode);
    this.#live.set(key, episode);
    if (before !== undefined) {
      this.#live.end(key, before, { how: "replaced", moment, by: holderOf(episode), reason: text(entry["reason"]) });
    }
    if (!step.isRefused) this.#waiting.grant(episode);
  }

  #takeEnd(step: Step, how: EndKind): void {
    const { key, entry, moment } = step;
    const episode = this.#live.get(key);
    this.#generations.delete(key);
    if (episode === undefined) {
      this.#remarkStray("strayEnd", "lateEnd", step);
      return;
    }
    this.#checkPrevHolder(step, episode);
    this.#live.end(key, episode, { how, moment, by: text(entry["by"]), reason: text(entry["reason"]) });
  }

  #takeRenewal(step: Step): void {
    const { op, key, entry, moment } = step;
    const isBeat = op === Op.HEARTBEAT;
    const episode = this.#live.get(key);
    if (episode === undefined) {
      if (isBeat) this.#remarkStray("strayBeat", "lateBeat", step);
      else this.#remarkStray("strayAdopt", "lateAdopt", step);
      return;
    }
    renewEpisode(episode, entry, moment);
    if (isBeat) {
      episode.beats++;
      return;
    }
    this.#checkPrevHolder(step, episode);
    adoptEpisode(episode, entry, moment);
    this.#waiting.grant(episode);
  }

  /** A HALT is aimed at the lease that it identifies, else at all leases on its lane. */
  #takeHalt({ entry, moment, key }: Step): void {
    const halt = { moment, handle: text(entry["handle"]), reason: text(entry["reason"]) };
    const own = this.#live.get(key);
    const aimed = own === undefined ? this.#live.onLane(text(entry["lane"])) : [own];
    for (const episode of aimed) episode.halts.push(halt);
  }

  #takeRefusal(step: Step): void {
    const refusal = readRefusal(step.op, step.entry, step.moment, this.#live);
    if (refusal === undefined) return;
    step.isRefused = true;
    if (this.#lane !== undefined && !isOnOwnLane(step.entry, refusal)) this.#needsAllLanes = true;
    this.refusals.push(refusal);
    this.#waiting.add(refusal);
  }

  #takeCheckpoint(step: Step): void {
    const before = this.#live.clear();
    this.#generations.restore(step.entry);
    const { leases } = step.entry;
    for (const lease of Array.isArray(leases) ? leases : []) {
      const key = isObject(lease) ? identityKey(lease) : noIdentity;
      if (!isObject(lease) || key === noIdentity) continue;
      if (this.#lane !== undefined && identityOf(key).lane !== this.#lane) continue;
      const token = this.#generations.numberOf(key);
      const known = this.#live.get(key) ?? before.get(key);
      const episode = known ?? inheritEpisode(lease, step.moment, token);
      if (known === undefined) this.episodes.push(episode);
      episode.token = token ?? null;
      this.#live.set(key, episode);
      before.delete(key);
    }
    if (before.size > 0) this.#unlisted = { step, episodes: before, damaged: this.#live.damaged };
  }

  /**
   * A compaction writes the leases that its CHECKPOINT cannot contain as ACQUIREs right after it, without number and
   * stamp (docs/format.md 7). Returns whether this is such an entry: then the episode goes on with a new token.
   */
  #takeUnlisted({ op, key, entry }: Step): boolean {
    const episode = this.#unlisted?.episodes.get(key);
    if (episode === undefined || op !== Op.ACQUIRE || entry["ts"] !== undefined || entry["seq"] !== undefined) {
      return false;
    }
    this.#unlisted?.episodes.delete(key);
    this.#generations.advance(key, entry["generation_watermark"]);
    episode.token = this.#generations.numberOf(key) ?? null;
    this.#live.set(key, episode);
    return true;
  }

  /** What the CHECKPOINT and the entries after it do not list has ended. */
  #settleUnlisted(): void {
    if (this.#unlisted === undefined) return;
    const { step, episodes, damaged } = this.#unlisted;
    this.#unlisted = undefined;
    for (const [key, episode] of episodes) {
      this.#live.end(key, episode, { how: "missing", moment: step.moment, by: "", reason: "" }, damaged);
      this.#remark("missing", step, { episode });
    }
  }

  /** A CHECKPOINT and a sentinel have no stamp of their own. */
  #remarkClock(step: Step): void {
    for (const { kind, found } of step.odd) {
      const isMissed = kind !== "noStamp" || (step.op !== Op.CHECKPOINT && step.op !== CORRUPT_OP);
      if (isMissed) this.#remark(kind, step, { found });
    }
  }

  #remarkShared(step: Step, { lane }: Episode): void {
    const [other] = this.#live.onLane(lane);
    if (other !== undefined) this.#remark("sharedLane", step, { episode: other, found: holderOf(other) });
  }

  #remarkStray(stray: RemarkKind, late: RemarkKind, step: Step): void {
    const episode = this.#live.ended(step.key);
    this.#remark(episode === undefined ? stray : late, step, { episode });
  }

  #checkPrevHolder(step: Step, episode: Episode | undefined): void {
    const named = step.entry["prev_holder"];
    if (episode === undefined || isEmpty(named) || text(named) === holderOf(episode)) return;
    this.#remark("prevHolder", step, { episode, found: text(named) });
  }

  #remark(kind: RemarkKind, { op, entry, moment }: Step, about: Pick<Partial<Remark>, "found" | "episode"> = {}): void {
    const { found = null, episode } = about;
    const lane = episode?.lane ?? text(entry["lane"]);
    const named = text(leaseValue(entry, "holder")) || text(entry["holder"]);
    const holder = named || (episode === undefined ? "" : holderOf(episode));
    this.remarks.push({ kind, moment, op, lane, holder, found, episode });
  }
}
