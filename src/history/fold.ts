// Folds the entries of a journal into its history: episodes, refusals and remarks (docs/format.md 11). File order
// decides; stamps only label.
import { Generations } from "../core/generations.js";
import { identityKey, identityOf, noIdentity } from "../core/identity.js";
import { CORRUPT_OP, Op } from "../core/op.js";
import type { SiftTaker, Skipped } from "../core/sifted-batch.js";
import { isObject, text } from "../core/words.js";
import type { Entry, Place } from "../types.js";
import { DamagedLines } from "./damage.js";
import { adoptEpisode, beginEpisode, holderOf, inheritEpisode, renewEpisode, signEpisode } from "./episode.js";
import { LiveEpisodes } from "./live.js";
import { Clock } from "./moments.js";
import { isOnOwnLane, readRefusal } from "./refusal.js";
import { emptyStep, Remarks, type Step, type Unlisted } from "./remarks.js";
import type { EndKind, Episode, Refusal, Remark } from "./types.js";
import { Waiting } from "./waiting.js";

export class HistoryFold implements SiftTaker {
  /** By their begin, in file order. */
  readonly episodes: Episode[] = [];
  /** In file order, as are the remarks. */
  readonly refusals: Refusal[] = [];
  readonly #remarks = new Remarks();
  readonly #live = new LiveEpisodes();
  /** The tokens of the current file. */
  #generations = new Generations();
  readonly #waiting = new Waiting();
  #unlisted: Unlisted | undefined;
  readonly #clock: Clock;
  readonly #lane: string | undefined;
  #isOnlyDamage = true;
  #needsAllLanes = false;
  readonly #damagedLines = new DamagedLines();
  /** `due`: the next entry begins another file. `done`: it was a CHECKPOINT, and what belongs to it may follow. */
  #join: "none" | "due" | "done" = "none";

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

  get remarks(): Remark[] {
    return this.#remarks.list;
  }

  /** Whether every entry of the current file so far was a sentinel; also true if there was none. */
  get isOnlyDamage(): boolean {
    return this.#isOnlyDamage;
  }

  /** Call it for each file if there are several, before its first entry, with the index of the file. */
  beginFile(file: number): void {
    this.#clock.file = file;
    this.#isOnlyDamage = true;
    if (file === 0) return;
    this.#join = "due";
    this.#damagedLines.beginFile();
    this.#generations = new Generations();
  }

  take(entry: Entry, place: Place): void {
    const op = typeof entry["op"] === "string" ? entry["op"] : "";
    const step: Step = { op, entry, ...this.#clock.take(entry, place), key: identityKey(entry), isRefused: false };
    if (op === CORRUPT_OP) {
      this.#takeDamage(step);
      return;
    }
    this.#isOnlyDamage = false;
    if (this.#lane !== undefined && op !== Op.CHECKPOINT && text(entry["lane"]) !== this.#lane) {
      this.#takeForeign(step);
      return;
    }
    if (this.#takeUnlisted(step)) return;
    this.#settleUnlisted();
    this.#beginJoin(step);
    this.#remarks.addOddities(step);
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
    // The last file has no entry.
    if (this.#join === "due") this.#beginJoin(emptyStep(this.#clock.file));
    this.#live.finish();
  }

  #takeDamage(step: Step): void {
    // A compaction copies the sentinels of the file before, most of which were remarked on there.
    const isCopy = this.#damagedLines.take(step.entry, step.moment.line);
    if (isCopy && this.#join === "done") return;
    this.#remarks.addOddities(step);
    this.#live.addDamage();
    this.#remarks.add("damage", step);
  }

  /**
   * A file continues the one before only if it begins with a CHECKPOINT; `takeCheckpoint` compares the leases. What was
   * live before any other beginning is not live in the new file.
   */
  #beginJoin(step: Step): void {
    const isContinued = this.#join !== "due" || step.op === Op.CHECKPOINT;
    this.#join = this.#join === "due" && isContinued ? "done" : "none";
    if (isContinued) return;
    this.#addGap(step);
    for (const [key, episode] of this.#live.clear()) this.#endMissing(key, episode, step);
  }

  #endMissing(key: string, episode: Episode, step: Step, damaged?: number): void {
    this.#live.end(key, episode, { how: "missing", moment: step.moment, by: "", reason: "" }, damaged);
    this.#remarks.add("missing", step, { episode });
  }

  /** Entries are missing before this one, so what was live then is uncertain. */
  #addGap(step: Step): void {
    this.#live.addDamage();
    this.#remarks.add("gap", step);
  }

  /** Takes an entry of another lane: only its token and its place in the order matter. */
  #takeForeign(step: Step): void {
    const { op, key, entry } = step;
    const mayBelong = op === Op.ACQUIRE && entry["ts"] === undefined && entry["seq"] === undefined;
    // Whether it belongs to the CHECKPOINT depends on the leases of its lane.
    if (mayBelong && this.#unlisted !== undefined) this.#needsAllLanes = true;
    this.#settleUnlisted();
    if (!mayBelong || this.#join !== "done") this.#beginJoin(step);
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
    if (before === undefined) this.#remarks.addShared(step, this.#live.firstOnLane(episode.lane));
    else this.#remarks.add("again", step, { episode: before });
    this.#remarks.checkPrevHolder(step, before);
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
      this.#remarks.addStray("strayEnd", "lateEnd", step, this.#live.ended(key));
      return;
    }
    this.#remarks.checkPrevHolder(step, episode);
    this.#live.end(key, episode, { how, moment, by: text(entry["by"]), reason: text(entry["reason"]) });
  }

  #takeRenewal(step: Step): void {
    const { op, key, entry, moment } = step;
    const isBeat = op === Op.HEARTBEAT;
    const episode = this.#live.get(key);
    if (episode === undefined) {
      const [stray, late] = isBeat ? (["strayBeat", "lateBeat"] as const) : (["strayAdopt", "lateAdopt"] as const);
      this.#remarks.addStray(stray, late, step, this.#live.ended(key));
      return;
    }
    renewEpisode(episode, entry, moment);
    if (isBeat) {
      episode.beats++;
      return;
    }
    this.#remarks.checkPrevHolder(step, episode);
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
    let differs = false;
    for (const lease of Array.isArray(leases) ? leases : []) {
      const key = isObject(lease) ? identityKey(lease) : noIdentity;
      if (!isObject(lease) || key === noIdentity) continue;
      if (this.#lane !== undefined && identityOf(key).lane !== this.#lane) continue;
      const token = this.#generations.numberOf(key);
      const known = this.#live.get(key) ?? before.get(key);
      const episode = known ?? inheritEpisode(lease, step.moment, token);
      differs ||= known === undefined || episode.token !== (token ?? null);
      if (known === undefined) this.episodes.push(episode);
      episode.token = token ?? null;
      this.#live.set(key, episode);
      before.delete(key);
    }
    const isJoin = this.#join === "done";
    if (isJoin && differs) this.#addGap(step);
    if (before.size === 0) return;
    this.#unlisted = { step, episodes: before, damaged: this.#live.damaged, isGap: isJoin && !differs };
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
    const { step, episodes, damaged, isGap } = this.#unlisted;
    this.#unlisted = undefined;
    const adds = isGap && episodes.size > 0;
    if (adds) this.#addGap(step);
    for (const [key, episode] of episodes) this.#endMissing(key, episode, step, damaged + (adds ? 1 : 0));
  }
}
