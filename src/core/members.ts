// Divides the text of a JSON object or array into the texts of its parts, so that numbers keep their digits.
import { findStringEnd, skipWhitespace } from "./dialect.js";
import { skipValue } from "./skip.js";

/** Returns the texts by decoded key: repeated keys at their first place with their last value. `object` must parse. */
export function memberTexts(object: string): Map<string, string> {
  const members = new Map<string, string>();
  for (const part of eachPart(object)) {
    const start = part.indexOf('"');
    const keyEnd = findStringEnd(part, start) + 1;
    const key: unknown = JSON.parse(part.slice(start, keyEnd));
    members.set(String(key), part.slice(part.indexOf(":", keyEnd) + 1).trim());
  }
  return members;
}

/** Returns whether an object with this text may have one of the keys. False means that it has none of them. */
export function mayName(object: string, keys: readonly string[]): boolean {
  // An escape may spell any key.
  return object.includes("\\") || keys.some((key) => object.includes(`"${key}"`));
}

/** Yields the texts of the elements of an array that must parse. */
export function* eachElement(array: string): Generator<string> {
  for (const part of eachPart(array)) yield part.trim();
}

/** Like `eachElement`, but only yields objects with members. Skips the others, of which there may be many, fast. */
export function* eachObject(array: string): Generator<string> {
  let at = skipWhitespace(array, array.indexOf("[") + 1);
  for (let end = skipValue(array, at, 0); end !== -1; end = skipValue(array, at, 0)) {
    if (array.charCodeAt(at) === 0x7b && end > at + "{}".length) yield array.slice(at, end);
    at = skipWhitespace(array, skipWhitespace(array, end) + 1);
  }
}

/** Yields the texts between the commas of the outermost container. An empty container has none. */
function* eachPart(container: string): Generator<string> {
  let depth = 0;
  const first = container.search(/[[{]/) + 1;
  let start = first;
  for (let at = start; at < container.length; at++) {
    const code = container.charCodeAt(at);
    if (code === 0x22) {
      at = findStringEnd(container, at);
    } else if (code === 0x7b || code === 0x5b) {
      depth++;
    } else if (code === 0x7d || code === 0x5d) {
      depth--;
      if (depth >= 0) continue;
      const last = container.slice(start, at);
      if (start > first || last.trim() !== "") yield last;
      return;
    } else if (code === 0x2c && depth === 0) {
      yield container.slice(start, at);
      start = at + 1;
    }
  }
}
