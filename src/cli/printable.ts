// Escapes characters that could control a terminal, reorder a line or, within a single value, break it.

/** Control characters, line and paragraph separators, bidirectional marks, lone surrogates and the byte order mark. */
const unprintable = /[\p{Cc}\p{Cs}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/** The same except LF, which ends our own lines. */
const unprintableInLines = /(?!\n)[\p{Cc}\p{Cs}\u2028\u2029\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu;

/** For a single value or line: LF is escaped too. */
export function printable(text: string): string {
  return text.replace(unprintable, escapeUnit);
}

/** Returns one line of text with its LF. */
export function printableLine(text: string): string {
  return `${printable(text)}\n`;
}

/**
 * For complete lines, ours or JSON. In JSON such characters occur only inside strings, where `\uXXXX` means the same.
 */
export function printableLines(text: string): string {
  return text.replace(unprintableInLines, escapeUnit);
}

/** The colours of colour.ts, and nothing else that a terminal obeys. */
const styles = /(\u001b\[(?:1|2|3[1-6]|22|39)m)/;

/** Like `printableLines`, but keeps the colours of colour.ts. */
export function printableStyled(text: string): string {
  const pieces = text.split(styles);
  return pieces.map((piece, index) => (index % 2 === 1 ? piece : printableLines(piece))).join("");
}

function escapeUnit(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
}
