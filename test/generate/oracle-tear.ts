// Decides whether the last line is a torn tail by trying to complete it: a second opinion that uses no grammar.

/**
 * Texts that may complete the token or the member in which the text was cut. The ends of the containers follow them.
 */
const tokenEnds = [
  ...["", '"', 'n"', '0"', '00"', '000"', '0000"', "0", '"":0'],
  ...["true", "false", "null", "NaN", "Infinity"].flatMap((word) => [1, 2, 3, 4, 5, 6, 7].map((at) => word.slice(at))),
];

/**
 * Applies docs/format.md 3: a torn tail is the beginning of a line with one object, possibly followed by NUL bytes, or
 * only NUL bytes.
 */
export function isTornNaively(text: string, parses: (text: string) => boolean): boolean {
  const bare = text.replace(/\0+$/, "");
  if (bare === "") return text !== "";
  if (!bare.startsWith("{")) return false;
  const closers = closersOf(bare);
  return tokenEnds.some((end) => ["", ":0"].some((value) => parses(bare + end + value + closers)));
}

/** Returns the ends of the open containers, innermost first. Brackets in strings do not count. */
function closersOf(text: string): string {
  const closers: string[] = [];
  for (const [token] of text.replace(/"(?:[^"\\]|\\[\s\S])*(?:"|\\?$)/g, "").matchAll(/[[\]{}]/g)) {
    if (token === "{") closers.unshift("}");
    else if (token === "[") closers.unshift("]");
    else closers.shift();
  }
  return closers.join("");
}
