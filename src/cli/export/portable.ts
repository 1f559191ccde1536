// Formats entries as JSON that every database reads.
import { findStringEnd } from "../../core/dialect.js";
import type { Entry } from "../../types.js";
import { formatStrictLine } from "../strict.js";

/** An escape of a lone surrogate, or an integer that may need more than 64 bits: what some databases refuse. */
const refused = /\\ud[89a-f]|\d{19}/;
const surrogateEscapes = /\\(?:(ud[89a-f][0-9a-f]{2})|.)/g;
/** `String` writes a number of up to 21 digits without an exponent. */
const longIntegers = /(?<![\d.])-?\d{19,21}(?![\d.])/g;

/**
 * Formats an entry as one JSON text without a LF. A lone surrogate becomes the text of its escape: `\ud800`, six
 * characters. An integer of more than 18 digits is written with an exponent, which does not change its value.
 */
export function formatPortable(entry: Entry): string {
  const text = formatStrictLine(entry).slice(0, -1);
  return refused.test(text) ? rewrite(text) : text;
}

function rewrite(text: string): string {
  const written: string[] = [];
  for (let at = 0; at < text.length; ) {
    const quote = text.indexOf('"', at);
    const between = text.slice(at, quote === -1 ? text.length : quote);
    written.push(between.replace(longIntegers, (digits) => Number(digits).toExponential()));
    if (quote === -1) break;
    at = findStringEnd(text, quote) + 1;
    written.push(text.slice(quote, at).replace(surrogateEscapes, escapeAgain));
  }
  return written.join("");
}

/** Escapes the backslash of a surrogate's escape; leaves every other escape alone. */
function escapeAgain(found: string, surrogate: string | undefined): string {
  return surrogate === undefined ? found : `\\\\${surrogate}`;
}
