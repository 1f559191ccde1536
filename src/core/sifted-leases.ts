// Numbers the live identities of a journal that is read for its history, so that a heartbeat needs only a number.
import { identityKey, identityOf, noIdentity } from "./identity.js";
import type { ListedLease } from "./sifted-batch.js";
import { isObject } from "./words.js";

export class SiftedLeases {
  readonly #numbers = new Map<string, number>();
  #last = 0;
  readonly #free: number[] = [];

  /** Returns the number of a live identity; undefined for any other. */
  get(key: string): number | undefined {
    return this.#numbers.get(key);
  }

  /** Returns the number that the identity has from now on. */
  begin(key: string): number {
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const number = this.#free.pop() ?? ++this.#last;
    this.#numbers.set(key, number);
    return number;
  }

  end(key: string): void {
    const number = this.#numbers.get(key);
    if (number === undefined) return;
    this.#numbers.delete(key);
    this.#free.push(number);
  }

  /** Makes the leases of a CHECKPOINT that `fits` accepts the live ones. `index` is that of its entry. */
  restore(leases: unknown, index: number, fits: (key: string) => boolean): ListedLease[] {
    this.#numbers.clear();
    this.#free.length = 0;
    this.#last = 0;
    const listed: ListedLease[] = [];
    for (const lease of Array.isArray(leases) ? leases : []) {
      const key = isObject(lease) ? identityKey(lease) : noIdentity;
      if (key === noIdentity || !fits(key)) continue;
      const { loop_ts, lane } = identityOf(key);
      listed.push([index, this.begin(key), loop_ts, lane]);
    }
    return listed;
  }
}
