// Implements an ordered map whose forks share everything that they do not change.

/** Behaves as a `Map` with string keys: a key that is deleted and set again goes last. */
export class LayeredMap<Value> {
  readonly #own = new Map<string, Value>();
  /** In a fork, the map from which it was forked. That map must not change while the fork is in use. */
  #base: LayeredMap<Value> | undefined;
  /** The keys of the base that were deleted since the fork. */
  readonly #gone = new Set<string>();

  constructor(base?: LayeredMap<Value>) {
    this.#base = base;
  }

  get size(): number {
    if (this.#base === undefined) return this.#own.size;
    let size = this.#base.size - this.#gone.size;
    for (const key of this.#own.keys()) if (!this.#isBelow(key)) size++;
    return size;
  }

  has(key: string): boolean {
    return this.#own.has(key) || this.#isBelow(key);
  }

  /** Returns whether the value was set in this map rather than in its base. */
  owns(key: string): boolean {
    return this.#own.has(key);
  }

  get(key: string): Value | undefined {
    const own = this.#own.get(key);
    if (own !== undefined || this.#base === undefined) return own;
    return this.#isBelow(key) ? this.#base.get(key) : undefined;
  }

  set(key: string, value: Value): void {
    this.#own.set(key, value);
  }

  /** Returns whether the key was present. */
  delete(key: string): boolean {
    if (this.#base === undefined) return this.#own.delete(key);
    const wasThere = this.has(key);
    this.#own.delete(key);
    if (this.#base.has(key)) this.#gone.add(key);
    return wasThere;
  }

  clear(): void {
    this.#own.clear();
    this.#gone.clear();
    this.#base = undefined;
  }

  /** Returns a fork in constant time. */
  fork(): LayeredMap<Value> {
    return new LayeredMap(this);
  }

  *entries(): Generator<readonly [key: string, value: Value]> {
    if (this.#base === undefined) {
      yield* this.#own;
      return;
    }
    for (const [key, value] of this.#base.entries()) {
      if (!this.#gone.has(key)) yield [key, this.#own.get(key) ?? value];
    }
    for (const entry of this.#own) if (!this.#isBelow(entry[0])) yield entry;
  }

  /** Returns whether the key is in the base and has not been deleted since. */
  #isBelow(key: string): boolean {
    return this.#base?.has(key) === true && !this.#gone.has(key);
  }
}
