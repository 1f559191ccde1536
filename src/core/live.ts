// Implements the ordered map from identities to live leases (docs/format.md 5).
import type { Lease, Place } from "../types.js";
import { copyMembers, copyText } from "./copy.js";
import { parseGood } from "./json.js";
import { LayeredMap } from "./layered.js";
import { readOutline } from "./outline.js";
import { textualValue, wholeTextMax } from "./shallow.js";
import { valueText } from "./value-text.js";
import { compareCodePoints, isEmpty, isObject } from "./words.js";

/**
 * Maps the keys of identity.ts to leases. A key keeps its place while it is live. Every operation takes constant time.
 *
 * A lease may be set as JSON text, and its stamp as a piece of a line: in a long history, most leases are released soon
 * after and are then never built. `settle` builds the others, except leases that are kept as texts. These are leases
 * whose values would take too much memory and, in a compaction, all leases, so that numbers keep their digits.
 */
export class Live {
  readonly #held: LayeredMap<Held>;
  /** In a fork, leases are copied before they are changed. */
  readonly #isFork: boolean;
  /** The keys set or renewed by text since the last `settle`. Some may no longer be live. */
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

  /** Returns whether the key was live. */
  delete(key: string): boolean {
    return this.#held.delete(key);
  }

  has(key: string): boolean {
    return this.#held.has(key);
  }

  /** Returns the lease under a key. The caller must not change it. */
  get(key: string): Lease | undefined {
    const held = this.#held.get(key);
    return held === undefined ? undefined : read(held);
  }

  /** The map owns `lease` from now on. `place` is the place of the entry; only a scan needs it. */
  set(key: string, lease: Lease, place?: Place): void {
    this.#held.set(key, { lease, leaseText: "", stamp: "", place, kept: undefined });
  }

  /** Like `set`, for a lease that is kept as text. `leaseText` must not be a piece of a longer string. */
  keepText(key: string, leaseText: string, place?: Place): void {
    this.#held.set(key, { lease: undefined, leaseText, stamp: "", place, kept: noFields });
  }

  /**
   * Sets a field of the lease under a key, if there is one: in its place if the lease has it, else at the end. `text`
   * is the text of the value, if known. If that is long, `value` may be a stand-in.
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

  /** Returns the `heartbeat_at` of the lease under a key if it is a string; else something other than a string. */
  stamp(key: string): unknown {
    const held = this.#held.get(key);
    if (held === undefined) return undefined;
    // A stamp that is not yet set on its lease stays a piece of its line: most are renewed before they are needed.
    if (held.kept === undefined) return held.stamp === "" ? build(held)["heartbeat_at"] : held.stamp;
    const set = held.kept.get("heartbeat_at");
    if (set !== undefined) return stringOf(set);
    held.first ??= { stamp: readString(held.leaseText, "heartbeat_at") };
    return held.first.stamp;
  }

  /**
   * `leaseText` is an object's, in ASCII. It may be a piece of a longer string, which stays in memory until `settle`.
   */
  setText(key: string, leaseText: string, place?: Place): void {
    this.#held.set(key, { lease: undefined, leaseText, stamp: "", place, kept: undefined });
    this.#unsettled.push(key);
  }

  /** Folds in a HEARTBEAT. `stamp` is ASCII and not empty. It may be a piece of a longer string, as in `setText`. */
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

  /** Builds the leases that were set as text and are still live, so that the stretch does not stay in memory. */
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

  /** Yields the place at which each lease was last set, in map order. Leases without a place are left out. */
  *places(): Generator<readonly [key: string, place: Place]> {
    for (const [key, { place }] of this.#held.entries()) {
      if (place !== undefined) yield [key, place];
    }
  }

  /** Yields the leases as texts, in map order. A field that was set later may be appended as a repeated key. */
  *texts(): Generator<{ key: string; text: string; place: Place | undefined }> {
    for (const [key, held] of this.#held.entries()) yield { key, text: textOf(held), place: held.place };
  }

  /** Returns copies of the leases in map order. `taken` is called with each text before it is parsed into values. */
  leases(taken: (text: string) => void = () => {}): Lease[] {
    const leases: Lease[] = [];
    for (const [, held] of this.#held.entries()) if (held.kept !== undefined) takeTexts(held, taken);
    for (const [, held] of this.#held.entries()) {
      leases.push(held.kept === undefined ? copyMembers(build(held)) : read(held));
    }
    return leases;
  }

  /** Returns a map that can be folded further. It shares leases with this map, which must not change meanwhile. */
  fork(): Live {
    return new Live(this.#held.fork());
  }

  /** Returns the lease under a key, ready to be changed. */
  #changed(key: string): Held | undefined {
    const held = this.#held.get(key);
    if (held === undefined || !this.#isFork || this.#held.owns(key)) return held;
    const own = { ...held, lease: held.lease && { ...held.lease } };
    this.#held.set(key, own);
    return own;
  }
}

interface Held {
  /** Undefined until it is built from `leaseText`, and always undefined for a lease that is kept as text. */
  lease: Lease | undefined;
  leaseText: string;
  /** The stamp of the last HEARTBEAT, if it has not been set on the lease yet; else empty. */
  stamp: string;
  place: Place | undefined;
  /** For a lease that is kept as text, the texts of the fields set since. */
  kept: ReadonlyMap<string, string> | undefined;
  /** For a lease that is kept as text, a cache of the `heartbeat_at` in its text. */
  first?: { stamp: unknown };
}

/** The values of a longer text are built only on demand, because those of many leases might exceed the memory. */
const builtTextMax = 4_096;

/** Keeps the lease as text from now on. */
function keep(held: Held): void {
  const { stamp } = held;
  held.leaseText = copyText(held.leaseText);
  held.kept = noFields;
  held.stamp = "";
  if (stamp !== "") setText(held, "heartbeat_at", JSON.stringify(detach(stamp)));
}

const noFields: ReadonlyMap<string, string> = new Map();

/** Returns the built lease, which replaces its text. */
function build(held: Held): Lease {
  held.lease ??= parseLease(held.leaseText);
  held.leaseText = "";
  if (held.stamp !== "") held.lease["heartbeat_at"] = detach(held.stamp);
  held.stamp = "";
  return held.lease;
}

/** Sets a field of a lease, which is kept as text from now on. */
function setText(held: Held, field: string, text: string): void {
  if (held.kept === undefined) held.leaseText = valueText(build(held));
  held.lease = undefined;
  held.kept = new Map(held.kept).set(field, text);
}

/** Returns the lease. For one that is kept as text, the result is a new object that the caller owns. */
function read(held: Held): Lease {
  return held.kept === undefined ? build(held) : parseLease(textOf(held));
}

/** Returns the lease's text. Fields that were set are appended; readers of a repeated key take the last value. */
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

/** Returns the value of a member that is a string. Returns something other than a string if there is none. */
export function readString(object: string, key: string): unknown {
  const outline = readOutline(object);
  return typeof outline === "object" ? stringOf(outline.members.get(key)) : undefined;
}

function stringOf(text: string | undefined): unknown {
  return text?.startsWith('"') === true ? parseGood(text) : undefined;
}

/** Returns the members of a lease's text that determine its identity. */
export function identityMembers(object: string): { lane: unknown; loop_ts: unknown } {
  const outline = readOutline(object);
  const members = typeof outline === "object" ? outline.members : new Map<string, string>();
  const read = (key: string): unknown => textualValue(members.get(key) ?? "null");
  return { lane: read("lane"), loop_ts: read("loop_ts") };
}

/** Copies a piece of a string, because the piece would keep the whole string in memory. */
export function detach(ascii: string): string {
  return Buffer.from(ascii, "latin1").toString("latin1");
}

/** Returns the stamp that a HEARTBEAT or ADOPT sets (docs/format.md 5); empty if there is none. */
export function stampOf(entry: { [key: string]: unknown }): unknown {
  const stamp = entry["heartbeat_at"];
  return isEmpty(stamp) ? entry["ts"] : stamp;
}

/** Returns whether `stamp` is smaller than the `current` stamp of a live lease (docs/format.md 3, `heartbeatBack`). */
export function movesBack(current: unknown, stamp: unknown): boolean {
  if (typeof current !== "string" || typeof stamp !== "string" || stamp === "") return false;
  return compareCodePoints(stamp, current) < 0;
}
