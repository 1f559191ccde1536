// The ordered map from identities to live leases (docs/format.md 5).
import type { Lease, Place } from "../types.js";
import { copyMembers } from "./copy.js";
import { parseGood } from "./json.js";
import { LayeredMap } from "./layered.js";
import { readOutline } from "./outline.js";
import { textualValue, wholeTextMax } from "./shallow.js";
import { copyText } from "./sparse.js";
import { valueText } from "./value-text.js";
import { compareCodePoints, isEmpty, isObject } from "./words.js";

/**
 * Keys are those of identity.ts. A key keeps its place while it is live; every operation takes constant time.
 *
 * A lease may be set as its JSON text and its stamp as a piece of a line: most leases of a long history are released
 * soon after, and are then never built. `settle` builds what is left, but for leases that are kept as texts: those
 * whose values would take too much memory, and in a compaction all of them, because their numbers keep their digits.
 */
export class Live {
  readonly #held: LayeredMap<Held>;
  /** Of a fork, whose leases are changed only after they were copied. */
  readonly #isFork: boolean;
  /** What was set or beaten as text since the last `settle`; some are perhaps no longer live. */
  #unsettled: string[] = [];

  constructor(held?: LayeredMap<Held>) {
    this.#held = held ?? new LayeredMap();
    this.#isFork = held !== undefined;
  }

  get size(): number {
    return this.#held.size;
  }

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
    this.#held.set(key, { lease, leaseText: "", stamp: "", place, kept: undefined });
  }

  /** As `set`, of the lease's text, which is kept as a text. It must not be a piece of a longer one. */
  keepText(key: string, leaseText: string, place?: Place): void {
    this.#held.set(key, { lease: undefined, leaseText, stamp: "", place, kept: noFields });
  }

  /**
   * Sets a field of the lease under a key, if there is one: in its place if the lease has it, else at the end. `text`
   * is the value's, if it is known; of a long one `value` may be a stand-in.
   */
  setField(key: string, field: string, value: unknown, text?: string): void {
    const held = this.#changed(key);
    if (held === undefined) return;
    if (held.kept === undefined && (text === undefined || text.length <= wholeTextMax)) {
      build(held)[field] = value;
      return;
    }
    setText(held, field, text === undefined ? valueText(value) : copyText(text));
  }

  /** The `heartbeat_at` of the lease under a key, if it is a string; anything else without one. */
  stamp(key: string): unknown {
    const held = this.#held.get(key);
    if (held === undefined) return undefined;
    if (held.kept === undefined) return build(held)["heartbeat_at"];
    const set = held.kept.get("heartbeat_at");
    if (set !== undefined) return stringOf(set);
    held.first ??= { stamp: readString(held.leaseText, "heartbeat_at") };
    return held.first.stamp;
  }

  /** `leaseText` is an object's, in ASCII. It may be a piece of a longer text, which stays in memory until `settle`. */
  setText(key: string, leaseText: string, place?: Place): void {
    this.#held.set(key, { lease: undefined, leaseText, stamp: "", place, kept: undefined });
    this.#unsettled.push(key);
  }

  /** A HEARTBEAT; its stamp is ASCII and not empty, and may be a piece of a longer text, as in `setText`. */
  beatText(key: string, stamp: string): void {
    const held = this.#changed(key);
    if (held === undefined) return;
    if (held.kept !== undefined) {
      setText(held, "heartbeat_at", JSON.stringify(detach(stamp)));
      return;
    }
    if (held.stamp === "") this.#unsettled.push(key);
    held.stamp = stamp;
  }

  /** Builds the leases set as text and still live, so that none of the text stays in memory. */
  settle(): void {
    for (const key of this.#unsettled) {
      const held = this.#held.get(key);
      if (held === undefined || held.kept !== undefined) continue;
      if (held.leaseText.length > builtTextMax) keep(held);
      else build(held);
    }
    this.#unsettled = [];
  }

  *keys(): Generator<string> {
    for (const [key] of this.#held.entries()) yield key;
  }

  /** In map order: where each lease was last set. Leases without a place are left out. */
  *places(): Generator<readonly [key: string, place: Place]> {
    for (const [key, { place }] of this.#held.entries()) {
      if (place !== undefined) yield [key, place];
    }
  }

  /** In map order: the leases as texts; a field that was set may follow as a repeated key. */
  *texts(): Generator<{ key: string; text: string; place: Place | undefined }> {
    for (const [key, held] of this.#held.entries()) yield { key, text: textOf(held), place: held.place };
  }

  /** The leases in map order, as copies. `taken` is called first with each text that becomes values. */
  leases(taken: (text: string) => void = () => {}): Lease[] {
    const leases: Lease[] = [];
    for (const [, held] of this.#held.entries()) if (held.kept !== undefined) takeTexts(held, taken);
    for (const [, held] of this.#held.entries()) {
      leases.push(held.kept === undefined ? copyMembers(build(held)) : read(held));
    }
    return leases;
  }

  /**
   * A map that can be folded on without changing this one, which must not change meanwhile; what lies deeper in the
   * leases is shared.
   */
  fork(): Live {
    return new Live(this.#held.fork());
  }

  /** The lease under a key, to be changed. */
  #changed(key: string): Held | undefined {
    const held = this.#held.get(key);
    if (held === undefined || !this.#isFork || this.#held.owns(key)) return held;
    const own = { ...held, lease: held.lease && { ...held.lease } };
    this.#held.set(key, own);
    return own;
  }
}

interface Held {
  /** Undefined until it is built from `leaseText`, and of one that is kept as text. */
  lease: Lease | undefined;
  leaseText: string;
  /** The last HEARTBEAT's, if it is not on the lease yet. */
  stamp: string;
  place: Place | undefined;
  /** Of a lease that is kept as text, the texts of the fields set since. */
  kept: ReadonlyMap<string, string> | undefined;
  /** Of such a lease, once it was read, what its text has as `heartbeat_at`. */
  first?: { stamp: unknown };
}

/** Of a longer text the values are made when they are asked for: many of them may take more memory than there is. */
const builtTextMax = 4_096;

/** From now on the lease is a text of its own. */
function keep(held: Held): void {
  const { stamp } = held;
  held.leaseText = copyText(held.leaseText);
  held.kept = noFields;
  held.stamp = "";
  if (stamp !== "") setText(held, "heartbeat_at", JSON.stringify(detach(stamp)));
}

const noFields: ReadonlyMap<string, string> = new Map();

/** The lease, from now on in place of its text. */
function build(held: Held): Lease {
  held.lease ??= parseLease(held.leaseText);
  held.leaseText = "";
  if (held.stamp !== "") held.lease["heartbeat_at"] = detach(held.stamp);
  held.stamp = "";
  return held.lease;
}

/** Sets a field of a lease that is kept as text from now on. */
function setText(held: Held, field: string, text: string): void {
  if (held.kept === undefined) held.leaseText = valueText(build(held));
  held.lease = undefined;
  held.kept = new Map(held.kept).set(field, text);
}

/** The lease; one that is kept as text stays so, and the answer is the caller's. */
function read(held: Held): Lease {
  return held.kept === undefined ? build(held) : parseLease(textOf(held));
}

/** A field that was set follows the others and, as a repeated key does, takes the place of an earlier one. */
function textOf(held: Held): string {
  if (held.kept === undefined) return valueText(build(held));
  if (held.kept.size === 0) return held.leaseText;
  const body = held.leaseText.slice(1, -1);
  const members = Array.from(held.kept, ([field, value]) => `${JSON.stringify(field)}:${value}`);
  return `{${[...(body.trim() === "" ? [] : [body]), ...members].join(",")}}`;
}

function takeTexts({ leaseText, kept }: Held, taken: (text: string) => void): void {
  taken(leaseText);
  for (const text of kept?.values() ?? []) taken(text);
}

function parseLease(text: string): Lease {
  const lease = parseGood(text);
  if (isObject(lease)) return lease;
  throw new TypeError(`a lease's text: expected an object, found ${text.slice(0, 100)}`);
}

/** The member of an object's text that is a string; anything else without one. */
export function readString(object: string, key: string): unknown {
  const outline = readOutline(object);
  return typeof outline === "object" ? stringOf(outline.members.get(key)) : undefined;
}

function stringOf(text: string | undefined): unknown {
  return text?.startsWith('"') === true ? parseGood(text) : undefined;
}

/** The identity's members of a lease's text. */
export function identityMembers(object: string): { lane: unknown; loop_ts: unknown } {
  const outline = readOutline(object);
  const members = typeof outline === "object" ? outline.members : new Map<string, string>();
  const read = (key: string): unknown => textualValue(members.get(key) ?? "null");
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
