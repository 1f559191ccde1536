// Makes a number for each live lease, so that two files can be compared without keeping the leases of both.
import type { HeldLease } from "../core/held-lease.js";
import type { Fold } from "../engine/engine.js";
import { rewriteLease } from "./canonical.js";

/** The number of bytes of each digest. */
export const digestBytes = Float64Array.BYTES_PER_ELEMENT;

/** The digests of leases in order. They detect mistakes but not forgery: the file's bytes are compared by SHA-256. */
export class LeaseDigests {
  #digests = new Float64Array(64);
  #count = 0;

  /** Adds the next lease. Its text is canonical. */
  add(lease: HeldLease): void {
    if (this.#count === this.#digests.length) {
      const larger = new Float64Array(this.#count * 2);
      larger.set(this.#digests);
      this.#digests = larger;
    }
    this.#digests[this.#count++] = digestOf(lease);
  }

  bytes(): Buffer {
    return Buffer.from(this.#digests.buffer, 0, this.#count * digestBytes);
  }
}

/** See `Fold.leaseDigests`. Only digests that one engine made in one process can be compared. */
export function digestLeases(fold: Fold): Buffer {
  const native = fold.leaseDigests?.();
  if (native !== undefined) return native;
  const digests = new LeaseDigests();
  for (const held of fold.heldLeases().leases) digests.add({ ...held, text: rewriteLease(held.text).text });
  return digests.bytes();
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
