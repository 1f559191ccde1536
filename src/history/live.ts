// Keeps the live episodes by identity and by lane, and knows between which of them damage lies (docs/format.md 11).
import { readPrefixes } from "../core/trees.js";
import type { Episode, EpisodeEnd } from "./types.js";

/** A live episode. */
export interface Held {
  episode: Episode;
  /** The number of damaged lines before the episode began. */
  damagedBefore: number;
  /** Of two live episodes, the one with the lower place comes first in map order. */
  place: number;
}

export class LiveEpisodes {
  /** In the order of docs/format.md 5. */
  readonly #byKey = new Map<string, Held>();
  readonly #byLane = new Map<string, Map<string, Held>>();
  /** How many lanes have a name of each length. */
  readonly #laneLengths = new Map<number, number>();
  /** The last episode of each identity that is not live. */
  readonly #ended = new Map<string, Episode>();
  /** See `prefixesOf`, by the trees. */
  readonly #prefixes = new WeakMap<object, readonly string[] | undefined>();
  #damaged = 0;
  #places = 0;

  get(key: string): Episode | undefined {
    return this.#byKey.get(key)?.episode;
  }

  /** Returns the last episode of an identity that is not live. */
  ended(key: string): Episode | undefined {
    return this.#ended.get(key);
  }

  *values(): Generator<Episode> {
    for (const { episode } of this.#byKey.values()) yield episode;
  }

  /** Yields none for the lane `""`, which names no lane. */
  *onLane(lane: string): Generator<Episode> {
    if (lane === "") return;
    for (const { episode } of this.#byLane.get(lane)?.values() ?? []) yield episode;
  }

  /** Like the first of `onLane`. */
  firstOnLane(lane: string): Episode | undefined {
    return lane === "" ? undefined : this.#byLane.get(lane)?.values().next().value?.episode;
  }

  /** Like `onLane` for several lanes, in map order. */
  onLanes(lanes: Iterable<string>): Episode[] {
    const held = [...new Set(lanes)].flatMap((lane) =>
      lane === "" ? [] : [...(this.#byLane.get(lane)?.values() ?? [])],
    );
    return held.sort((a, b) => a.place - b.place).map(({ episode }) => episode);
  }

  /** Returns the prefixes of a live episode's tree, which are read once (core/trees.ts). */
  prefixesOf({ tree }: Episode): readonly string[] | undefined {
    if (typeof tree !== "object" || tree === null) return readPrefixes(tree);
    if (!this.#prefixes.has(tree)) this.#prefixes.set(tree, readPrefixes(tree));
    return this.#prefixes.get(tree);
  }

  /** The lanes on which episodes are live. */
  get lanes(): ReadonlyMap<string, unknown> {
    return this.#byLane;
  }

  /** The different lengths of their names, in characters. */
  get laneLengths(): Iterable<number> {
    return this.#laneLengths.keys();
  }

  /** A key that is live keeps its place; a new one goes last. */
  set(key: string, episode: Episode): void {
    const before = this.#byKey.get(key);
    this.#hold(key, { episode, damagedBefore: this.#damaged, place: before?.place ?? ++this.#places });
  }

  /** Makes an episode live again that `clear` returned. It goes last. */
  restore(key: string, held: Held): void {
    this.#hold(key, { ...held, place: ++this.#places });
  }

  /** The number of damaged lines so far. */
  get damaged(): number {
    return this.#damaged;
  }

  /** Ends a live episode. */
  end(key: string, end: EpisodeEnd): void {
    const held = this.#byKey.get(key);
    if (held === undefined) return;
    this.#byKey.delete(key);
    const { lane } = held.episode;
    const onLane = this.#byLane.get(lane);
    onLane?.delete(key);
    if (onLane?.size === 0) this.#removeLane(lane);
    this.endCleared(key, held, end);
  }

  /** Ends an episode that is no longer live. `damaged`: the number of damaged lines before the end. */
  endCleared(key: string, held: Held, end: EpisodeEnd, damaged = this.#damaged): void {
    held.episode.end = end;
    settle(held, damaged);
    if (!this.#byKey.has(key)) this.#ended.set(key, held.episode);
  }

  /** Replaces a live episode, which keeps its place in the order, and ends it. */
  replace(key: string, episode: Episode, end: EpisodeEnd): void {
    const before = this.#byKey.get(key);
    this.set(key, episode);
    if (before !== undefined) this.endCleared(key, before, end);
  }

  /** Removes all episodes without ending them, and returns them in order. */
  clear(): Map<string, Held> {
    const all = new Map(this.#byKey);
    this.#byKey.clear();
    this.#byLane.clear();
    this.#laneLengths.clear();
    return all;
  }

  /** Forgets the ended episodes of identities that `isKept` rejects. */
  forget(isKept: (key: string, episode: Episode) => boolean): void {
    for (const [key, episode] of this.#ended) if (!isKept(key, episode)) this.#ended.delete(key);
  }

  addDamage(): void {
    this.#damaged++;
  }

  /** Marks the live episodes that have damage behind them. */
  finish(): void {
    for (const held of this.#byKey.values()) settle(held, this.#damaged);
  }

  #hold(key: string, held: Held): void {
    this.#byKey.set(key, held);
    this.#ended.delete(key);
    const { lane } = held.episode;
    const onLane = this.#byLane.get(lane);
    if (onLane !== undefined) {
      onLane.set(key, held);
      return;
    }
    this.#byLane.set(lane, new Map([[key, held]]));
    this.#laneLengths.set(lane.length, (this.#laneLengths.get(lane.length) ?? 0) + 1);
  }

  #removeLane(lane: string): void {
    this.#byLane.delete(lane);
    const others = (this.#laneLengths.get(lane.length) ?? 1) - 1;
    if (others === 0) this.#laneLengths.delete(lane.length);
    else this.#laneLengths.set(lane.length, others);
  }
}

function settle({ episode, damagedBefore }: Held, damaged: number): void {
  episode.isUncertain ||= damagedBefore < damaged;
}
