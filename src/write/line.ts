// Formats an entry as its canonical line, including the LF (docs/format.md 8, "A line").
import { types } from "node:util";
import { depthMax } from "../core/json.js";
import { lineBytesMax } from "../core/lines.js";
import { compareCodePoints, isObject } from "../core/words.js";
import { JournalError } from "../errors.js";
import type { Entry } from "../types.js";

/**
 * Matches quotes, control characters, the reference's line ends and surrogates: what a string cannot contain unescaped.
 */
const needsEscape = /["\\\u0000-\u001f\u0085\u2028\u2029\ud800-\udfff]/;

/** The reference's reader treats these as line ends, and `JSON.stringify` does not escape them (docs/format.md 8). */
const foreignLineEnds = /[\u0085\u2028\u2029]/g;
const lineEndEscapes = new Map([
  ["\u0085", "\\u0085"],
  ["\u2028", "\\u2028"],
  ["\u2029", "\\u2029"],
]);

/** Cache of quoted keys that need no escape. A journal has a few dozen keys, so most are found here. */
const quotedKeys = new Map<string, string>();
const quotedKeysMax = 512;
const quotedKeyUnitsMax = 64;

/** Up to this many keys an insertion sort is four times as fast as `Array.prototype.sort`. */
const insertionSortMax = 32;

/**
 * Formats an entry. Throws `ERR_ENTRY_INVALID`, which names the place, for a value that JSON cannot represent, more
 * than 1,024 nested containers or more than 64 MiB; throws `TypeError` for an entry that is not a plain object.
 */
export function formatLine(entry: Entry): string {
  return formatPlainLine(plainEntry(entry));
}

/** Returns the object to be written: the entry itself, or the result of its `toJSON`. */
export function plainEntry(entry: unknown): Entry {
  if (!isPlainObject(entry)) throw new TypeError(`entry: expected a plain object, found ${nameKind(entry)}`);
  const toJson = entry["toJSON"];
  if (typeof toJson !== "function") return withoutCheckValue(entry);
  const given: unknown = toJson.call(entry, "");
  if (isPlainObject(given)) return withoutCheckValue(given);
  throw new TypeError(`entry: expected a plain object from toJSON, found ${nameKind(given)}`);
}

/** A check value belongs to the line that the entry was read from (docs/format.md 13). */
function withoutCheckValue(entry: Entry): Entry {
  const value = entry["~"];
  if (typeof value !== "string" || !/^[0-9a-f]{8} [0-9a-f]{1,13} [0-9a-f]{1,13}$/.test(value)) return entry;
  const { "~": _, ...rest } = entry;
  return rest;
}

/** Like `formatLine`, for a result of `plainEntry` or a copy of it: its `toJSON` has already been called. */
export function formatPlainLine(entry: Entry): string {
  const line = new LineWriter().writeEntry(entry);
  const bytes = line.length * 3 > lineBytesMax ? Buffer.byteLength(line) : 0;
  if (bytes <= lineBytesMax) return `${line}\n`;
  throw refusal("entry", `at most ${lineBytesMax} bytes of text`, `${bytes}`);
}

/** Writes one line. `#open` holds the containers around the current value, `#keys` the path through them. */
class LineWriter {
  readonly #open: object[] = [];
  readonly #keys: (string | number)[] = [];
  #units = 0;

  writeEntry(entry: Entry): string {
    return this.#writeObject(entry);
  }

  /** Returns `undefined` where `JSON.stringify` omits a member. */
  #writeValue(given: unknown, key: string | number): string | undefined {
    const value = isReference(given) ? resolveReference(given, key) : given;
    switch (typeof value) {
      case "string":
        return this.#writeString(value);
      case "number":
        if (!Number.isFinite(value)) throw this.#refuseHere("a finite number", String(value));
        return this.#count(String(value));
      case "bigint":
      case "boolean":
        return this.#count(String(value));
      case "undefined":
        return undefined;
      case "object":
        if (Array.isArray(value)) return this.#writeArray(value);
        return isObject(value) ? this.#writeObject(value) : this.#count("null");
      default:
        throw this.#refuseHere("a JSON value", nameKind(value));
    }
  }

  #writeObject(object: { [key: string]: unknown }): string {
    const depth = this.#enter(object);
    let written = "{";
    for (const key of sortKeys(object)) {
      this.#keys[depth] = key;
      const member = this.#writeValue(object[key], key);
      if (member === undefined) continue;
      written += `${written.length === 1 ? "" : ", "}${this.#writeKey(key)}: ${member}`;
    }
    this.#open.pop();
    return `${written}}`;
  }

  #writeArray(items: readonly unknown[]): string {
    const depth = this.#enter(items);
    let written = "[";
    for (let index = 0; index < items.length; index++) {
      this.#keys[depth] = index;
      const item = this.#writeValue(items[index], index) ?? this.#count("null");
      written += index === 0 ? item : `, ${item}`;
    }
    this.#open.pop();
    return `${written}]`;
  }

  #writeKey(key: string): string {
    const known = quotedKeys.get(key);
    if (known !== undefined) return this.#count(known);
    const quoted = this.#writeString(key);
    // A surrogate pair needs no escape, but it does not sort by its code units.
    const isPlain = key.length <= quotedKeyUnitsMax && !needsEscape.test(key);
    if (isPlain && quotedKeys.size < quotedKeysMax) quotedKeys.set(key, quoted);
    return quoted;
  }

  #writeString(value: string): string {
    if (value.length > lineBytesMax) throw this.#refuseHere("a shorter string", `${value.length} characters`);
    return this.#count(quoteText(value));
  }

  /** Counts while writing, so that an object referenced a million times is refused before memory runs out. */
  #count(text: string): string {
    this.#units += text.length;
    if (this.#units <= lineBytesMax) return text;
    throw refusal("entry", `at most ${lineBytesMax} bytes of text`, "more");
  }

  #enter(container: object): number {
    const depth = this.#open.push(container) - 1;
    this.#count("[]");
    if (depth < depthMax) return depth;
    throw this.#refuseDepth();
  }

  /** A cycle reaches the depth limit too, so only the refusal has to tell the two cases apart. */
  #refuseDepth(): JournalError {
    const places = new Map<object, number>();
    for (const [at, container] of this.#open.entries()) {
      const first = places.get(container);
      if (first !== undefined) return this.#refuseCycle(at, first);
      places.set(container, at);
    }
    return this.#refuseHere(`at most ${depthMax} nested containers`, "more");
  }

  #refuseCycle(at: number, first: number): JournalError {
    return refusal(this.#namePlace(at), "a value that does not contain itself", `a cycle to ${this.#namePlace(first)}`);
  }

  #refuseHere(expected: string, found: string): JournalError {
    return refusal(this.#namePlace(this.#open.length), expected, found);
  }

  /** Formats the place as an expression: `lease.tree[2]`. */
  #namePlace(depth: number): string {
    let place = "";
    for (const key of this.#keys.slice(0, depth)) {
      if (!isIdentifier(String(key))) place += `[${escapeString(key)}]`;
      else place += place === "" ? key : `.${key}`;
    }
    if (place === "") return "entry";
    return place.length <= 200 ? place : `${place.slice(0, 150)}...${place.slice(-40)}`;
  }
}

function isIdentifier(key: string): boolean {
  return /^[A-Za-z_$]/.test(key) && !/[^\w$]/.test(key);
}

function refusal(place: string, expected: string, found: string): JournalError {
  return new JournalError("ERR_ENTRY_INVALID", `entry refused at ${place}: expected ${expected}, found ${found}`);
}

function isReference(value: unknown): value is object {
  return (typeof value === "object" && value !== null) || typeof value === "function";
}

/** Does what `JSON.stringify` does to an object first: calls `toJSON`, or unboxes a primitive. */
function resolveReference(given: object, key: string | number): unknown {
  let value: unknown = given;
  if ("toJSON" in given && typeof given.toJSON === "function") value = given.toJSON(String(key));
  return types.isBoxedPrimitive(value) ? unbox(value) : value;
}

function unbox(value: object): unknown {
  if (types.isNumberObject(value)) return Number(value);
  if (types.isStringObject(value)) return String(value);
  if (types.isBooleanObject(value)) return Boolean.prototype.valueOf.call(value);
  return types.isBigIntObject(value) ? BigInt.prototype.valueOf.call(value) : value;
}

/** Sorts by code point. The faster UTF-16 order is the same unless a key contains a surrogate. */
function sortKeys(object: object): string[] {
  const keys = Object.keys(object);
  for (const key of keys) {
    if (!quotedKeys.has(key) && needsEscape.test(key)) return keys.sort(compareCodePoints);
  }
  return keys.length <= insertionSortMax ? insertionSort(keys) : keys.sort();
}

/** Sorts in place. */
function insertionSort(keys: string[]): string[] {
  for (const [sorted, key] of keys.entries()) {
    let at = sorted;
    // Before the first key there is `""`, and no key is less than that.
    for (let before = keys[at - 1] ?? ""; before > key; before = keys[at - 1] ?? "") keys[at--] = before;
    keys[at] = key;
  }
  return keys;
}

/** Quotes a string as a canonical line does (docs/format.md 8). */
export function quoteText(value: string): string {
  return needsEscape.test(value) ? escapeString(value) : `"${value}"`;
}

/** `JSON.stringify` writes the short escapes, lower-case `\u00xx` and escaped lone surrogates. */
function escapeString(value: string | number): string {
  return JSON.stringify(value).replace(foreignLineEnds, (end) => lineEndEscapes.get(end) ?? end);
}

/** Works for objects of any realm: the prototype is `null` or a root. */
function isPlainObject(value: unknown): value is { [key: string]: unknown } {
  if (!isObject(value)) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}

/** Describes a value for messages without its content. */
export function nameKind(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (Array.isArray(value)) return "an array";
  if (typeof value === "object") return "an object of a class";
  return `a ${typeof value}`;
}
