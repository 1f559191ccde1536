// A last line's text and a parser -> whether the line is a torn tail, told by trying to complete it: a second opinion
// that follows no grammar.

/** What may complete the token that the text was cut in, or the member; the containers' ends come after it. */
const tokenEnds = [
  ...["", '"', 'n"', '0"', '00"', '000"', '0000"', "0", '"":0'],
  ...["true", "false", "null", "NaN", "Infinity"].flatMap((word) => [1, 2, 3, 4, 5, 6, 7].map((at) => word.slice(at))),
];

/**
 * docs/format.md 3: the beginning of a line that holds one object, perhaps followed by NUL bytes; or NUL bytes alone.
 */
export function isTornNaively(text: string, parses: (text: string) => boolean): boolean {
  const bare = text.replace(/\0+$/, "");
  if (bare === "") return text !== "";
  if (!bare.startsWith("{")) return false;
  const closers = closersOf(bare);
  return tokenEnds.some((end) => ["", ":0"].some((value) => parses(bare + end + value + closers)));
}

/** The ends of the containers that are open, innermost first. What stands in strings does not count. */
function closersOf(text: string): string {
  const closers: string[] = [];
  for (const [token] of text.replace(/"(?:[^"\\]|\\[\s\S])*(?:"|\\?$)/g, "").matchAll(/[[\]{}]/g)) {
    if (token === "{") closers.unshift("}");
    else if (token === "[") closers.unshift("]");
    else closers.shift();
  }
  return closers.join("");
}
