// Assigns fencing tokens: the counter's value at an identity's last ACQUIRE or RECONCILE (docs/format.md 5).
import type { Entry, Generation } from "../types.js";
import { identityKey, identityOf, noIdentity } from "./identity.js";
import { LayeredMap } from "./layered.js";
import { Op } from "./op.js";
import { isObject, text } from "./words.js";

/** Tokens by the keys of identity.ts. Has its own order: a checkpoint may list tokens and leases differently. */
export class Generations {
  readonly #held: LayeredMap<number>;
  #counter = 0;

  constructor(held?: LayeredMap<number>) {
    this.#held = held ?? new LayeredMap();
  }

  /** The highest generation that was granted or recorded. It never decreases. */
  get counter(): number {
    return this.#counter;
  }

  /**
   * Folds in an ACQUIRE or RECONCILE. `watermark` is its `generation_watermark`. After the last safe integer, the
   * identity has no token, because no unused one is left (docs/format.md 10).
   */
  advance(key: string, watermark?: unknown): void {
    this.#raise(safeInteger(watermark));
    if (this.#counter === Number.MAX_SAFE_INTEGER) {
      this.#held.delete(key);
      return;
    }
    this.#counter++;
    this.#held.set(key, this.#counter);
  }

  /** Folds in entries of identities whose tokens nobody asks for. */
  skip(skipped: Pick<CounterAhead, "added" | "atLeast">): void {
    this.#counter = counterAfter(this.#counter, skipped);
  }

  /** Folds in a RELEASE or SCAVENGE. */
  delete(key: string): void {
    this.#held.delete(key);
  }

  restore(checkpoint: Entry): void {
    this.#held.clear();
    const rows = checkpoint["generations"];
    for (const row of Array.isArray(rows) ? rows : []) this.#restoreRow(row);
    this.#raise(safeInteger(checkpoint["generation_watermark"]));
  }

  /** Restores the results of `rows` and `counter` into an empty object. Throws for a repeated identity. */
  resume(rows: readonly Generation[], counter: number): void {
    for (const row of rows) this.#held.set(identityKey({ ...row }), row.generation);
    if (this.#held.size < rows.length) throw new Error("expected each token's identity once");
    this.#counter = counter;
  }

  get(key: string): Generation | undefined {
    const generation = this.#held.get(key);
    return generation === undefined ? undefined : { ...identityOf(key), generation };
  }

  numberOf(key: string): number | undefined {
    return this.#held.get(key);
  }

  /** Returns the tokens in map order. */
  rows(): Generation[] {
    return [...this.eachRow()];
  }

  *eachRow(): Generator<Generation> {
    for (const [key, generation] of this.#held.entries()) yield { ...identityOf(key), generation };
  }

  /** Returns a copy that can be folded further. It shares this object's data, which must not change meanwhile. */
  fork(): Generations {
    const fork = new Generations(this.#held.fork());
    fork.#counter = this.#counter;
    return fork;
  }

  #restoreRow(row: unknown): void {
    if (!isObject(row)) return;
    const key = identityKey(row);
    const generation = safeInteger(row["generation"]);
    if (key === noIdentity || generation === undefined) return;
    this.#held.set(key, generation);
    this.#raise(generation);
  }

  #raise(generation = 0): void {
    if (generation > this.#counter) this.#counter = generation;
  }
}

/** Returns whether an entry of the op is granted a token. */
export function takesToken(op: unknown): boolean {
  return text(op) === Op.ACQUIRE || text(op) === Op.RECONCILE;
}

function counterAfter(counter: number, { added, atLeast }: Pick<CounterAhead, "added" | "atLeast">): number {
  return Math.min(Math.max(counter + added, atLeast), Number.MAX_SAFE_INTEGER);
}

/** Computes the effect of appended entries on the counter of a journal before that counter is known. */
export class CounterAhead {
  #added = 0;
  #atLeast = 0;

  fold(entry: Entry): void {
    const op = text(entry["op"]);
    if (op === Op.CHECKPOINT) {
      const tokens = new Generations();
      tokens.restore(entry);
      this.#atLeast = Math.max(this.#atLeast, tokens.counter);
    } else if (takesToken(op)) {
      this.#atLeast = Math.max(this.#atLeast, safeInteger(entry["generation_watermark"]) ?? 0) + 1;
      this.#added++;
    }
  }

  /** How often the entries advance the counter. */
  get added(): number {
    return this.#added;
  }

  /** The least that the counter is after the entries. */
  get atLeast(): number {
    return this.#atLeast;
  }

  /** Returns the counter after the entries. `counter` is its value before them. */
  after(counter: number): number {
    return counterAfter(counter, this);
  }
}

/** Only a JSON number is a generation, never a text (docs/format.md 10). -0 becomes 0. */
function safeInteger(value: unknown): number | undefined {
  return typeof value === "number" && Number.isSafeInteger(value) ? value + 0 : undefined;
}
