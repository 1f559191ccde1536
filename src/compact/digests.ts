// Keeps a number for each live lease, so that two files can be compared without keeping the leases of both.
import type { HeldLease } from "../core/held-lease.js";

/** Checksums that detect mistakes but not forgery. The bytes of the file are compared by SHA-256. */
export class LeaseDigests {
  #digests = new Float64Array(64);
  #count = 0;

  get count(): number {
    return this.#count;
  }

  /** Adds the next lease in order. */
  add(lease: HeldLease): void {
    if (this.#count === this.#digests.length) {
      const larger = new Float64Array(this.#count * 2);
      larger.set(this.#digests);
      this.#digests = larger;
    }
    this.#digests[this.#count++] = digestOf(lease);
  }

  /** Returns whether the lease equals the one that was added with this index, counted from 0. */
  isSame(index: number, lease: HeldLease): boolean {
    return index < this.#count && this.#digests[index] === digestOf(lease);
  }
}

/** Returns 53 bits, the most that a number holds exactly. */
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
