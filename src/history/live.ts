// Keeps the live episodes by identity and by lane, and knows between which of them damage lies (docs/format.md 11).
import type { Episode, EpisodeEnd } from "./types.js";

export class LiveEpisodes {
  /** In the order of docs/format.md 5. */
  readonly #byKey = new Map<string, Episode>();
  readonly #byLane = new Map<string, Map<string, Episode>>();
  /** The last episode of each identity that is not live. */
  readonly #ended = new Map<string, Episode>();
  /** The number of damaged lines before each live episode. */
  readonly #damagedBefore = new Map<Episode, number>();
  #damaged = 0;

  get size(): number {
    return this.#byKey.size;
  }

  get(key: string): Episode | undefined {
    return this.#byKey.get(key);
  }

  /** Returns the last episode of an identity that is not live. */
  ended(key: string): Episode | undefined {
    return this.#ended.get(key);
  }

  values(): Iterable<Episode> {
    return this.#byKey.values();
  }

  /** Returns none for the lane `""`, which names no lane. */
  onLane(lane: string): Episode[] {
    if (lane === "") return [];
    return [...(this.#byLane.get(lane)?.values() ?? [])];
  }

  /** Like the first of `onLane`. */
  firstOnLane(lane: string): Episode | undefined {
    return lane === "" ? undefined : this.#byLane.get(lane)?.values().next().value;
  }

  /** A key that is live keeps its place; a new one goes last. */
  set(key: string, episode: Episode): void {
    this.#byKey.set(key, episode);
    this.#ended.delete(key);
    const lane = this.#byLane.get(episode.lane);
    if (lane === undefined) this.#byLane.set(episode.lane, new Map([[key, episode]]));
    else lane.set(key, episode);
    if (!this.#damagedBefore.has(episode)) this.#damagedBefore.set(episode, this.#damaged);
  }

  /** The number of damaged lines so far. */
  get damaged(): number {
    return this.#damaged;
  }

  /**
   * Ends the episode. Its identity is then not live, unless `set` gives it another episode. `damaged`: the number of
   * damaged lines before the end.
   */
  end(key: string, episode: Episode, end: EpisodeEnd, damaged = this.#damaged): void {
    episode.end = end;
    this.#settle(episode, damaged);
    this.#damagedBefore.delete(episode);
    if (this.#byKey.get(key) === episode) this.#remove(key, episode);
    if (!this.#byKey.has(key)) this.#ended.set(key, episode);
  }

  /** Removes all episodes without ending them, and returns them in order. */
  clear(): Map<string, Episode> {
    const all = new Map(this.#byKey);
    this.#byKey.clear();
    this.#byLane.clear();
    return all;
  }

  addDamage(): void {
    this.#damaged++;
  }

  /** Marks the live episodes that have damage behind them. */
  finish(): void {
    for (const episode of this.#byKey.values()) this.#settle(episode, this.#damaged);
  }

  #settle(episode: Episode, damaged: number): void {
    episode.isUncertain ||= (this.#damagedBefore.get(episode) ?? damaged) < damaged;
  }

  #remove(key: string, { lane }: Episode): void {
    this.#byKey.delete(key);
    const held = this.#byLane.get(lane);
    held?.delete(key);
    if (held?.size === 0) this.#byLane.delete(lane);
  }
}
