// The text of a JSON object or array -> the texts of what is in it, so that numbers keep their digits
// (docs/format.md 7).
import { findStringEnd } from "./dialect.js";

/** Of an object's text, which parses: by decoded key, the last value of a repeated key at the place of the first. */
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

/** Of an array's text, which parses. */
export function* eachElement(array: string): Generator<string> {
  for (const part of eachPart(array)) yield part.trim();
}

/** What stands between the commas of the outermost container; nothing for an empty one. */
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
