// The ordered map from identities to live leases (docs/format.md 5).
import type { Lease, Place } from "../types.js";
import { copyMembers } from "./copy.js";
import { parseGood } from "./json.js";
import { readOutline } from "./outline.js";
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

  /** The lease under a key, to read only. */
  get(key: string): Lease | undefined {
    const held = this.#held.get(key);
    return held === undefined ? undefined : read(held);
  }

  /** The map owns `lease` from now on. `place` is the entry's; only a scan needs it. */
  set(key: string, lease: Lease, place?: Place): void {
    this.#held.set(key, { lease, leaseText: "", stamp: "", place });
  }

  /**
   * As `set`, of the lease's text, which stays a text: building it would take too much time or memory.
   */
  keepText(key: string, leaseText: string, place?: Place): void {
    this.#held.set(key, { lease: undefined, leaseText, stamp: "", place, set: new Map() });
  }

  /** Sets a field of the lease under a key, if there is one: in its place if the lease has it, else at the end. */
  setField(key: string, field: string, value: unknown): void {
    const held = this.#held.get(key);
    if (held === undefined) return;
    if (held.set !== undefined) held.set.set(field, value);
    else build(held)[field] = value;
  }

  /** The `heartbeat_at` of the lease under a key; undefined without either. */
  stamp(key: string): unknown {
    const held = this.#held.get(key);
    if (held === undefined) return undefined;
    if (held.set === undefined) return build(held)["heartbeat_at"];
    if (held.set.has("heartbeat_at")) return held.set.get("heartbeat_at");
    held.first ??= { stamp: readMember(held.leaseText, "heartbeat_at") };
    return held.first.stamp;
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
    if (held.set !== undefined) {
      held.set.set("heartbeat_at", detach(stamp));
      return;
    }
    if (held.stamp === "") this.#unsettled.push(key);
    held.stamp = stamp;
  }

  /** Builds the leases set as text and still live, so that none of the text stays in memory. */
  settle(): void {
    for (const key of this.#unsettled) {
      const held = this.#held.get(key);
      if (held !== undefined && held.set === undefined) build(held);
    }
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
    return Array.from(this.#held.values(), (held) => (held.set === undefined ? copyMembers(build(held)) : read(held)));
  }

  /** The texts of leases that are kept as such, which `leases` would build all at once. */
  *keptTexts(): Generator<string> {
    for (const held of this.#held.values()) if (held.set !== undefined) yield held.leaseText;
  }

  /** A map that can be folded on without changing this one; what lies deeper in the leases is shared. */
  fork(): Live {
    const fork = new Live();
    for (const [key, held] of this.#held) {
      const { set } = held;
      if (set === undefined) fork.set(key, { ...build(held) }, held.place);
      else fork.#held.set(key, { ...held, set: new Map(set) });
    }
    return fork;
  }
}

interface Held {
  /** Undefined until it is built from `leaseText`, and of one that is kept as text. */
  lease: Lease | undefined;
  leaseText: string;
  /** The last HEARTBEAT's, if it is not on the lease yet. */
  stamp: string;
  place: Place | undefined;
  /** Of a lease that is kept as text, the fields set since. */
  set?: Map<string, unknown>;
  /** Of such a lease, once it was read, what its text has as `heartbeat_at`. */
  first?: { stamp: unknown };
}

/** The lease, from now on in place of its text. */
function build(held: Held): Lease {
  held.lease ??= parseLease(held.leaseText);
  held.leaseText = "";
  if (held.stamp !== "") held.lease["heartbeat_at"] = detach(held.stamp);
  held.stamp = "";
  return held.lease;
}

/** The lease; one that is kept as text stays so, and the answer is the caller's. */
function read(held: Held): Lease {
  if (held.set === undefined) return build(held);
  const lease = parseLease(held.leaseText);
  for (const [field, value] of held.set) lease[field] = value;
  return lease;
}

function parseLease(text: string): Lease {
  const lease = parseGood(text);
  if (isObject(lease)) return lease;
  throw new TypeError(`a lease's text: expected an object, found ${text.slice(0, 100)}`);
}

/** The value of one member of an object's text; undefined without it. */
export function readMember(object: string, key: string): unknown {
  const outline = readOutline(object);
  const member = typeof outline === "object" ? outline.members.get(key) : undefined;
  return member === undefined ? undefined : parseGood(member);
}

/** The identity's members of a lease's text. */
export function identityMembers(object: string): { lane: unknown; loop_ts: unknown } {
  const outline = readOutline(object);
  const members = typeof outline === "object" ? outline.members : new Map<string, string>();
  const read = (key: string): unknown => {
    const member = members.get(key);
    return member === undefined ? undefined : parseGood(member);
  };
  return { lane: read("lane"), loop_ts: read("loop_ts") };
}

/** A piece cut from a string keeps the whole string in memory; its copy does not. */
export function detach(ascii: string): string {
  return Buffer.from(ascii, "latin1").toString("latin1");
}

/** The stamp a HEARTBEAT or ADOPT sets (docs/format.md 5); empty if none. */
export function stampOf(entry: { [key: string]: unknown }): unknown {
  const stamp = entry["heartbeat_at"];
  return isEmpty(stamp) ? entry["ts"] : stamp;
}

/** docs/format.md 3, `heartbeatBack`: whether a stamp is smaller than a live lease's `current` one. */
export function movesBack(current: unknown, stamp: unknown): boolean {
  if (typeof current !== "string" || typeof stamp !== "string" || stamp === "") return false;
  return compareCodePoints(stamp, current) < 0;
}
