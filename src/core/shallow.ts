// Reads a member's text into a value that suffices for a fold. The memory of the value is bounded by that of the text.
import { skipWhitespace } from "./dialect.js";
import { parseGood } from "./json.js";
import { stringifyText } from "./stringify.js";

/** The values of a longer text may take too much memory, so a fold works without them. */
export const wholeTextMax = 65_536;

/** Replaces any array or object that is not empty, because a fold needs only to know that it is no string or number. */
const standIn: readonly unknown[] = [0];

/** Returns the value, or `standIn` for a long container. */
export function shallowValue(text: string): unknown {
  return isLongContainer(text) ? standIn : parseGood(text);
}

/** Returns a value with the same `text` (docs/format.md 4) as the member's value. */
export function textualValue(text: string): unknown {
  return isLongContainer(text) ? stringifyText(text) : parseGood(text);
}

function isLongContainer(text: string): boolean {
  if (text.length <= wholeTextMax || !(text.startsWith("[") || text.startsWith("{"))) return false;
  return skipWhitespace(text, 1) < text.length - 1;
}
