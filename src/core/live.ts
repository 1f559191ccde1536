// The ordered map from identities to live leases (SPEC 5).
import type { Lease, Place } from "../types.js";
import { copyMembers } from "./copy.js";
import { compareCodePoints, isEmpty, isObject } from "./words.js";

/**
 * Keys are those of identity.ts. A key keeps its place while it is live; every operation takes constant time.
 *
 * A lease may be set as its JSON text and its stamp as a piece of a line: most leases of a long history are released
 * soon after, and are then never built. `settle` builds what is left.
 */
export class Live {
  readonly #held = new Map<string, Held>();
  /** What was set or beaten as text since the last `settle`; some are perhaps no longer live. */
  #unsettled: string[] = [];

  clear(): void {
    this.#held.clear();
  }

  /** Whether the key was live. */
  delete(key: string): boolean {
    return this.#held.delete(key);
  }

  has(key: string): boolean {
    return this.#held.has(key);
  }

  /** The lease under a key, to read or to set fields on. */
  get(key: string): Lease | undefined {
    const held = this.#held.get(key);
    return held === undefined ? undefined : this.#build(held);
  }

  /** The map owns `lease` from now on. `place` is the entry's; only a scan needs it. */
  set(key: string, lease: Lease, place?: Place): void {
    this.#held.set(key, { lease, leaseText: "", stamp: "", place });
  }

  /** `leaseText` is an object's, in ASCII. It may be a piece of a longer text, which stays in memory until `settle`. */
  setText(key: string, leaseText: string, place?: Place): void {
    this.#held.set(key, { lease: undefined, leaseText, stamp: "", place });
    this.#unsettled.push(key);
  }

  /** A HEARTBEAT; its stamp is ASCII and not empty, and may be a piece of a longer text, as in `setText`. */
  beatText(key: string, stamp: string): void {
    const held = this.#held.get(key);
    if (held === undefined) return;
    if (held.stamp === "") this.#unsettled.push(key);
    held.stamp = stamp;
  }

  /** Builds the leases set as text and still live, so that none of the text stays in memory. */
  settle(): void {
    for (const key of this.#unsettled) this.get(key);
    this.#unsettled = [];
  }

  keys(): Iterable<string> {
    return this.#held.keys();
  }

  /** In map order: where each lease was last set. Leases without a place are left out. */
  *places(): Generator<readonly [key: string, place: Place]> {
    for (const [key, { place }] of this.#held) {
      if (place !== undefined) yield [key, place];
    }
  }

  /** The leases in map order, as copies. */
  leases(): Lease[] {
    return Array.from(this.#held.values(), (held) => copyMembers(this.#build(held)));
  }

  /** A map that can be folded on without changing this one; what lies deeper in the leases is shared. */
  fork(): Live {
    const fork = new Live();
    for (const [key, held] of this.#held) fork.set(key, { ...this.#build(held) }, held.place);
    return fork;
  }

  #build(held: Held): Lease {
    held.lease ??= parseLease(held.leaseText);
    held.leaseText = "";
    if (held.stamp !== "") held.lease["heartbeat_at"] = detach(held.stamp);
    held.stamp = "";
    return held.lease;
  }
}

interface Held {
  /** Undefined until it is built from `leaseText`. */
  lease: Lease | undefined;
  leaseText: string;
  /** The last HEARTBEAT's, if it is not on the lease yet. */
  stamp: string;
  place: Place | undefined;
}

function parseLease(text: string): Lease {
  const lease: unknown = JSON.parse(text);
  if (isObject(lease)) return lease;
  throw new TypeError(`a lease's text: expected an object, found ${text.slice(0, 100)}`);
}

/** A piece cut from a string keeps the whole string in memory; its copy does not. */
export function detach(ascii: string): string {
  return Buffer.from(ascii, "latin1").toString("latin1");
}

/** The stamp a HEARTBEAT or ADOPT sets (SPEC 5); empty if none. */
export function stampOf(entry: { [key: string]: unknown }): unknown {
  const stamp = entry["heartbeat_at"];
  return isEmpty(stamp) ? entry["ts"] : stamp;
}

/** SPEC 3, `heartbeatBack`: whether a stamp moves a live lease's to a smaller one. */
export function movesBack(lease: Lease | undefined, stamp: unknown): boolean {
  const current = lease?.["heartbeat_at"];
  if (typeof current !== "string" || typeof stamp !== "string" || stamp === "") return false;
  return compareCodePoints(stamp, current) < 0;
}
