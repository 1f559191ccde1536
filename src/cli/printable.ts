// Text from anywhere -> text that cannot command a terminal, turn a line around or, if it is one value, break a line.

/** Controls, line and paragraph separators, marks that reorder text, lone surrogates and the byte order mark. */
const unprintable = /[\p{Cc}\p{Cs}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/** The same but for LF, by which our own lines end. */
const unprintableInLines = /(?!\n)[\p{Cc}\p{Cs}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/** For one value or one line: no LF either is left in it. */
export function printable(text: string): string {
  return text.replace(unprintable, escapeUnit);
}

/**
 * For whole lines, ours or JSON; in a JSON text such characters stand only inside strings, and `\uXXXX` means the same
 * there.
 */
export function printableLines(text: string): string {
  return text.replace(unprintableInLines, escapeUnit);
}

function escapeUnit(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
