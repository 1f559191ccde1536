// Text from a journal -> text that cannot command a terminal or break a line.

/** Controls, line and paragraph separators, marks that reorder text, lone surrogates and the byte order mark. */
const unprintable = /[\p{Cc}\p{Cs}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

export function printable(text: string): string {
  return text.replace(unprintable, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
