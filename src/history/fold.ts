// Folds the entries of a journal into its history: episodes, refusals and remarks (docs/format.md 11). File order
// decides; stamps only label.
import { Generations } from "../core/generations.js";
import { identityKey, noIdentity } from "../core/identity.js";
import { CORRUPT_OP, Op } from "../core/op.js";
import type { SiftTaker, Skipped } from "../core/sifted-batch.js";
import { text } from "../core/words.js";
import type { Entry, Place } from "../types.js";
import { Checkpoints } from "./checkpoints.js";
import { DamagedLines } from "./damage.js";
import { adoptEpisode, beginEpisode, holderOf, renewEpisode, signEpisode } from "./episode.js";
import { KeptHistory } from "./kept.js";
import { Ledger } from "./ledger.js";
import { Clock } from "./moments.js";
import { Notes } from "./notes.js";
import { emptyStep, type Step } from "./remarks.js";
import type { HistorySelection } from "./select.js";
import type { EndKind, Episode, Remark, RemarkKind } from "./types.js";

export interface HistoryFoldOptions {
  /** In milliseconds since 1970-01-01 UTC. Later stamps are remarked on. */
  nowMs: number;
  /**
   * Only its episodes, refusals and remarks are complete, and the entries of other lanes may be left out. Default: all
   * lanes.
   */
  lane?: string | undefined;
  /** What the selection cannot contain may be forgotten. Default: nothing is. */
  selection?: HistorySelection | undefined;
  /** The keys of identities that are remembered after their last episode was forgotten. Default: none is. */
  remembered?: ReadonlySet<string> | undefined;
  /** See `KeptHistory`. */
  least?: number | undefined;
}

export class HistoryFold implements SiftTaker {
  readonly kept: KeptHistory;
  readonly #ledger: Ledger;
  readonly #notes: Notes;
  readonly #checkpoints: Checkpoints;
  readonly #damagedLines = new DamagedLines();
  readonly #clock: Clock;
  readonly #lane: string | undefined;
  readonly #isSelective: boolean;
  readonly #remembered: ReadonlySet<string>;
  /** The live episodes by the numbers of their identities. */
  readonly #numbered: (Episode | undefined)[] = [];
  /** The identities of remarks on one that is not live, if its last episode may have been forgotten. */
  readonly #doubtful = new Map<Remark, string>();
  #isOnlyDamage = true;
  /** Whether what the last CHECKPOINT does not list depends on an entry of another lane. */
  #isUndecided = false;
  /** Whether an ACQUIRE without number and stamp belongs to the CHECKPOINT before it. */
  #isCarrying = false;
  /** `due`: the next entry begins another file. `done`: it was a CHECKPOINT, and what belongs to it may follow. */
  #join: "none" | "due" | "done" = "none";

  constructor({ nowMs, lane, selection = {}, remembered = new Set(), least }: HistoryFoldOptions) {
    this.kept = new KeptHistory(selection, least);
    this.#ledger = new Ledger(this.kept);
    this.#notes = new Notes(this.#ledger, selection.calls === true);
    this.#checkpoints = new Checkpoints(this.#ledger, lane);
    this.#clock = new Clock(nowMs);
    this.#lane = lane;
    this.#isSelective = Object.values(selection).some((each) => each !== undefined);
    this.#remembered = remembered;
  }

  /** Whether the history of the lane depends on other lanes, so that it must be folded with all of them. */
  get needsAllLanes(): boolean {
    return this.#isUndecided || (this.#lane !== undefined && this.#notes.needsAllLanes);
  }

  /**
   * The identities that must be remembered to tell whether they were ever live, because episodes were forgotten. If
   * there are any, the journal must be folded again.
   */
  get doubtful(): ReadonlySet<string> {
    const remarks = new Set(this.kept.remarks);
    return new Set([...this.#doubtful].filter(([remark]) => remarks.has(remark)).map(([, key]) => key));
  }

  /** The live episodes, in the order of the leases that `replay` returns. */
  get live(): Iterable<Episode> {
    return this.#ledger.live.values();
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
    this.#isCarrying = false;
    this.#damagedLines.beginFile();
    this.#ledger.generations = new Generations();
  }

  take(entry: Entry, place: Place, number = 0): void {
    const step = this.#stepOf(entry, place);
    if (step.op === CORRUPT_OP) this.#takeDamage(step);
    else this.#takeStep(step);
    if (number !== 0) this.#numbered[number] = this.#ledger.live.get(step.key);
    if (this.#isSelective && this.kept.isFull) this.#forget();
  }

  takeListed(key: string, number: number): void {
    this.#numbered[number] = this.#ledger.live.get(key);
  }

  /** Takes a HEARTBEAT of which nothing is odd. */
  takeBeat(number: number, at: number): void {
    const episode = this.#numbered[number];
    if (episode === undefined) throw new Error(`expected a heartbeat of a live identity, found number ${number}`);
    signEpisode(episode, at);
    episode.beats++;
  }

  takeSkipped(skipped: Skipped): void {
    this.#clock.skipTo(skipped);
    if (skipped.added > 0) this.#ledger.generations.skip(skipped);
  }

  /** Call it after the last entry. */
  finish(): void {
    this.#checkpoints.settle();
    // The last file has no entry.
    if (this.#join === "due") this.#beginJoin(emptyStep(this.#clock.file));
    this.#ledger.live.finish();
  }

  #stepOf(entry: Entry, place: Place): Step {
    const op = typeof entry["op"] === "string" ? entry["op"] : "";
    const isBare = op === Op.ACQUIRE && entry["ts"] === undefined && entry["seq"] === undefined;
    const isCarried = isBare && this.#isCarrying;
    if (op !== CORRUPT_OP) this.#isCarrying = isCarried || op === Op.CHECKPOINT;
    const isUnstamped = isCarried || op === CORRUPT_OP || op === Op.CHECKPOINT;
    return { op, entry, ...this.#clock.take(entry, place), key: identityKey(entry), isRefused: false, isUnstamped };
  }

  #takeStep(step: Step): void {
    const { op, entry } = step;
    this.#isOnlyDamage = false;
    if (this.#lane !== undefined && op !== Op.CHECKPOINT && text(entry["lane"]) !== this.#lane) {
      this.#takeForeign(step);
      return;
    }
    if (this.#checkpoints.continues(step)) return;
    this.#checkpoints.settle();
    this.#beginJoin(step);
    this.#ledger.remarks.addOddities(step);
    this.#notes.take(step);
    this.#takeEffect(step);
  }

  #takeDamage(step: Step): void {
    // A compaction copies the sentinels of the file before, most of which were remarked on there.
    const isCopy = this.#damagedLines.take(step.entry, step.moment.line);
    if (isCopy && this.#join === "done") return;
    this.#ledger.remarks.addOddities(step);
    this.#ledger.live.addDamage();
    this.#ledger.remarks.add("damage", step);
  }

  /**
   * A file continues the one before only if it begins with a CHECKPOINT, whose leases `Checkpoints` compares. What was
   * live before any other beginning is not live in the new file.
   */
  #beginJoin(step: Step): void {
    const isContinued = this.#join !== "due" || step.op === Op.CHECKPOINT;
    this.#join = this.#join === "due" && isContinued ? "done" : "none";
    if (isContinued) return;
    this.#ledger.addGap(step);
    for (const [key, held] of this.#ledger.live.clear()) this.#ledger.endMissing(key, held, step);
  }

  /** Takes an entry of another lane: only its token and its place in the order matter. */
  #takeForeign(step: Step): void {
    const { op, key, entry } = step;
    const mayBelong = op === Op.ACQUIRE && entry["ts"] === undefined && entry["seq"] === undefined;
    // Whether it belongs to the CHECKPOINT depends on the leases of its lane.
    if (mayBelong && this.#checkpoints.isUnsettled) this.#isUndecided = true;
    this.#checkpoints.settle();
    if (!mayBelong || this.#join !== "done") this.#beginJoin(step);
    if (key === noIdentity) return;
    const { generations } = this.#ledger;
    if (op === Op.ACQUIRE || op === Op.RECONCILE) generations.advance(key, entry["generation_watermark"]);
    if (op === Op.RELEASE || op === Op.SCAVENGE) generations.delete(key);
  }

  #takeEffect(step: Step): void {
    if (step.op === Op.CHECKPOINT) this.#checkpoints.take(step, this.#join === "done");
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
    const { live, generations, remarks } = this.#ledger;
    const before = live.get(key);
    generations.advance(key, entry["generation_watermark"]);
    const episode = beginEpisode(key, entry, moment, generations.numberOf(key));
    if (before === undefined) remarks.addShared(step, live.firstOnLane(episode.lane));
    else remarks.add("again", step, { episode: before });
    remarks.checkPrevHolder(step, before);
    this.kept.addEpisode(episode);
    live.replace(key, episode, { how: "replaced", moment, by: holderOf(episode), reason: text(entry["reason"]) });
    this.#notes.grant(episode, step.isRefused);
  }

  #takeEnd(step: Step, how: EndKind): void {
    const { key, entry, moment } = step;
    const { live, generations, remarks } = this.#ledger;
    const episode = live.get(key);
    generations.delete(key);
    if (episode === undefined) {
      this.#addStray("strayEnd", "lateEnd", step);
      return;
    }
    remarks.checkPrevHolder(step, episode);
    live.end(key, { how, moment, by: text(entry["by"]), reason: text(entry["reason"]) });
  }

  #takeRenewal(step: Step): void {
    const { op, key, entry, moment } = step;
    const isBeat = op === Op.HEARTBEAT;
    const episode = this.#ledger.live.get(key);
    if (episode === undefined) {
      if (isBeat) this.#addStray("strayBeat", "lateBeat", step);
      else this.#addStray("strayAdopt", "lateAdopt", step);
      return;
    }
    renewEpisode(episode, entry, moment);
    if (isBeat) {
      episode.beats++;
      return;
    }
    this.#ledger.remarks.checkPrevHolder(step, episode);
    const tenure = adoptEpisode(episode, entry, moment);
    if (tenure !== undefined) this.kept.addPart(tenure);
    this.#notes.grant(episode, false);
  }

  /** The identity of the entry is not live. */
  #addStray(stray: RemarkKind, late: RemarkKind, step: Step): void {
    const ended = this.#ledger.live.ended(step.key);
    const remark = this.#ledger.remarks.add(ended === undefined ? stray : late, step, { episode: ended });
    if (ended === undefined && this.kept.isForgetful) this.#doubtful.set(remark, step.key);
  }

  /** A HALT is aimed at the lease that it identifies, else at all leases on its lane. */
  #takeHalt({ entry, moment, key }: Step): void {
    const { live } = this.#ledger;
    const halt = { moment, handle: text(entry["handle"]), reason: text(entry["reason"]) };
    const own = live.get(key);
    for (const episode of own === undefined ? live.onLane(text(entry["lane"])) : [own]) {
      episode.halts.push(halt);
      this.kept.addPart(halt);
    }
  }

  #forget(): void {
    const { episodes, isKept } = this.kept.forget();
    this.#notes.forget(isKept);
    this.#ledger.live.forget((key, episode) => episodes.has(episode) || this.#remembered.has(key));
    const remarks = new Set(this.kept.remarks);
    for (const remark of this.#doubtful.keys()) if (!remarks.has(remark)) this.#doubtful.delete(remark);
  }
}
