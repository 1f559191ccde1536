// A member's text -> its value as far as a fold looks at it, in memory that the text bounds.
import { skipWhitespace } from "./dialect.js";
import { parseGood } from "./json.js";
import { stringifyText } from "./stringify.js";

/** Of a longer text the values may take more memory than can be spared, so that a fold does without them. */
export const wholeTextMax = 65_536;

/** Stands for any array or object that is not empty: it is no string and no number. */
const standIn: readonly unknown[] = [0];

/** The value, or `standIn` for a long one. */
export function shallowValue(text: string): unknown {
  return isLongContainer(text) ? standIn : parseGood(text);
}

/** A value whose `text` (docs/format.md 4) is that of the value. */
export function textualValue(text: string): unknown {
  return isLongContainer(text) ? stringifyText(text) : parseGood(text);
}

function isLongContainer(text: string): boolean {
  if (text.length <= wholeTextMax || !(text.startsWith("[") || text.startsWith("{"))) return false;
  return skipWhitespace(text, 1) < text.length - 1;
}
