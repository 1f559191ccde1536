// Live leases, one by one -> a number for each, to tell whether another file folds to the same without keeping both.
import type { HeldLease } from "../core/held-lease.js";

/** A checksum finds mistakes, not forgeries: the bytes of the file are compared by SHA-256. */
export class LeaseDigests {
  #digests = new Float64Array(64);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Of the next lease in order. */
  add(lease: HeldLease): void {
    if (this.#count === this.#digests.length) {
      const larger = new Float64Array(this.#count * 2);
      larger.set(this.#digests);
      this.#digests = larger;
    }
    this.#digests[this.#count++] = digestOf(lease);
  }

  /** Whether the lease that was added as the `index`th, counted from 0, is the same. */
  isSame(index: number, lease: HeldLease): boolean {
    return index < this.#count && this.#digests[index] === digestOf(lease);
  }
}

/** Of 53 bits, which a number holds. */
function digestOf({ loop_ts, lane, generation, text }: HeldLease): number {
  let low = 0xdeadbeef;
  let high = 0x41c6ce57;
  for (const part of [`${loop_ts.length},${lane.length},${generation},`, loop_ts, lane, text]) {
    for (let at = 0; at < part.length; at++) {
      const code = part.charCodeAt(at);
      low = Math.imul(low ^ code, 2654435761);
      high = Math.imul(high ^ code, 1597334677);
    }
  }
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  return (high >>> 11) * 2 ** 32 + (low >>> 0);
}
