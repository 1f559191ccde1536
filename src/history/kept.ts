// Keeps the results of a history fold without those that a limit leaves out, in bounded memory (docs/format.md 11).
import { ValueRoom } from "../engine/room.js";
import { bytesOfEpisode, bytesOfNote, bytesOfPart, bytesOfRefusal, bytesOfRemark } from "./memory.js";
import { compareMoments } from "./moments.js";
import { type HistorySelection, isWithin, type Lists, selectsAsker, selectsEpisode } from "./select.js";
import type { BlockedCall, Episode, Halt, Launch, Moment, Refusal, Remark, Tenure } from "./types.js";

/** Fewer results are never looked through, because that would take longer than it saves. */
const leastResults = 4096;

/** The room is checked whenever the results have grown by so many bytes. */
const checkedEach = 1024 * 1024;

type IsKept = (other: { moment: Moment }) => boolean;

export class KeptHistory implements Lists {
  /** See `History`. Those that the selection rejects may be among them. */
  episodes: Episode[] = [];
  refusals: Refusal[] = [];
  remarks: Remark[] = [];
  launches: Launch[] = [];
  calls: BlockedCall[] = [];
  /** How many selected episodes were forgotten. */
  omitted = 0;
  /** Whether any episode was forgotten. */
  isForgetful = false;
  readonly #selection: HistorySelection;
  readonly #room = new ValueRoom();
  #bytes = 0;
  #checkedAt = checkedEach;
  #count = 0;
  readonly #least: number;
  #forgetsAt: number;

  /** `least`: with fewer results, none is forgotten; for tests. */
  constructor(selection: HistorySelection, least = leastResults) {
    this.#selection = selection;
    this.#least = least;
    this.#forgetsAt = least;
  }

  addEpisode(episode: Episode): void {
    this.episodes.push(episode);
    this.#add(bytesOfEpisode(episode));
  }

  addRefusal(refusal: Refusal): void {
    this.refusals.push(refusal);
    this.#add(bytesOfRefusal(refusal));
  }

  addRemark(remark: Remark): void {
    this.remarks.push(remark);
    this.#add(bytesOfRemark(remark));
  }

  addLaunch(launch: Launch): void {
    this.launches.push(launch);
    this.#add(bytesOfNote(launch));
  }

  addCall(call: BlockedCall): void {
    this.calls.push(call);
    this.#add(bytesOfNote(call));
  }

  /** Call it for each HALT and each further holder of an episode. */
  addPart(part: Halt | Tenure): void {
    this.#add(bytesOfPart(part));
  }

  /** Whether so much was added that it is worth calling `forget`. */
  get isFull(): boolean {
    return this.#count >= this.#forgetsAt;
  }

  /** Forgets what the answer cannot contain. Returns the episodes that are left, and which others may be needed. */
  forget(): { episodes: ReadonlySet<Episode>; isKept: IsKept } {
    this.#forgetEpisodes();
    // Only if an episode is left out, what happened before the first one is left out too.
    const first = this.omitted === 0 ? undefined : this.episodes.find(({ end }) => end !== undefined)?.begin;
    const isKept: IsKept = ({ moment }) =>
      (first === undefined || compareMoments(moment, first) >= 0) && isWithin(moment, this.#selection);
    const isAsked = (each: Refusal | Launch): boolean => isKept(each) && selectsAsker(each, this.#selection);
    this.refusals = this.refusals.filter(isAsked);
    this.remarks = this.remarks.filter(isKept);
    this.launches = this.launches.filter(isAsked);
    this.calls = this.calls.filter(isKept);
    this.#measure();
    return { episodes: new Set(this.episodes), isKept };
  }

  #measure(): void {
    const { episodes, refusals, remarks, launches, calls } = this;
    this.#count = episodes.length + refusals.length + remarks.length + launches.length + calls.length;
    this.#forgetsAt = Math.max(this.#least, 2 * this.#count);
    this.#bytes =
      sumOf(episodes, bytesOfEpisode) +
      sumOf(refusals, bytesOfRefusal) +
      sumOf(remarks, bytesOfRemark) +
      sumOf(launches, bytesOfNote) +
      sumOf(calls, bytesOfNote);
    this.#checkedAt = this.#bytes + checkedEach;
  }

  /** A live episode may still be selected. Of those that have ended, the last so many suffice. */
  #forgetEpisodes(): void {
    const { limit = Number.POSITIVE_INFINITY } = this.#selection;
    const kept: Episode[] = [];
    let selected = 0;
    for (const episode of this.episodes.toReversed()) {
      const isSelected = episode.end !== undefined && selectsEpisode(episode, this.#selection);
      if (episode.end === undefined || (isSelected && selected < limit)) kept.push(episode);
      else this.isForgetful = true;
      if (!isSelected) continue;
      if (selected >= limit) this.omitted++;
      selected++;
    }
    this.episodes = kept.reverse();
  }

  /** Throws `ERR_ANSWER_TOO_LARGE` if the results do not fit into the heap. */
  #add(bytes: number): void {
    this.#count++;
    this.#bytes += bytes;
    if (this.#bytes < this.#checkedAt) return;
    this.#checkedAt = this.#bytes + checkedEach;
    this.#room.expect(this.#bytes);
  }
}

function sumOf<Result>(results: readonly Result[], bytesOf: (result: Result) => number): number {
  return results.reduce((sum, result) => sum + bytesOf(result), 0);
}
