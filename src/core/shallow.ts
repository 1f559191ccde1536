// Reads a member's text into a value that suffices for a fold. The memory of the value is bounded by that of the text.
import { copyText } from "./copy.js";
import { skipWhitespace } from "./dialect.js";
import { parseGood } from "./json.js";
import { stringifyText } from "./stringify.js";

/** The values of a longer text may take too much memory, so a fold works without them. */
export const wholeTextMax = 65_536;

/** Replaces any array or object that is not empty, because a fold needs only to know that it is no string or number. */
const standIn: readonly unknown[] = [0];

/** Returns the value, or `standIn` for a long container. */
export function shallowValue(text: string): unknown {
  return text.length > wholeTextMax && isFilledContainer(text) ? standIn : parseGood(text);
}

/** Returns the value of a scalar, or `standIn` for a container. */
export function scalarValue(text: string): unknown {
  return isFilledContainer(text) ? standIn : parseGood(text);
}

/** Returns a value with the same `text` (docs/format.md 4) as the member's value. */
export function textualValue(text: string): unknown {
  if (!isFilledContainer(text)) return parseGood(text);
  // The copy does not keep the line in memory, and is read faster than a piece of the line.
  return stringifyText(copyText(text));
}

/** Returns whether the value is an array or object that is not empty. */
function isFilledContainer(text: string): boolean {
  if (!(text.startsWith("[") || text.startsWith("{"))) return false;
  return skipWhitespace(text, 1) < text.length - 1;
}
