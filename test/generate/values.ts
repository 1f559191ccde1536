// Generates ordinary and odd JSON texts. They are texts instead of values because `1e400`, `1.0`, `-0` and a repeated
// key are spellings. MARK represents ill-formed UTF-8, which no string can contain; `encodeText` inserts the bytes.
import type { Random } from "./random.js";

/** A private-use character. Each in a generated text becomes one ill-formed sequence. */
export const MARK = "\uE000";

/**
 * One sequence of each kind: overlong, encoded surrogate, above U+10FFFF, invalid first byte, stray continuation,
 * truncated.
 */
const illFormed: readonly string[] = `
  c080 c1bf e08080 e09fbf f0808080 f08fbfbf eda080 edbfbf edb080 eda080edb080 f4908080 f5808080 f7bfbfbf
  f888808080 fc8080808080 fe ff 80 bf 8080 c3 e2 e282 f0 f09f f09f98 e2c3a9 f09fc3a9 c3c3a9 f090f0909080
`
  .trim()
  .split(/\s+/);

export function encodeText(r: Random, text: string): Buffer {
  if (!text.includes(MARK)) return Buffer.from(text, "utf8");
  const pieces = text.split(MARK).flatMap((piece, i) => {
    const bytes = Buffer.from(piece, "utf8");
    return i === 0 ? [bytes] : [Buffer.from(r.pick(illFormed), "hex"), bytes];
  });
  return Buffer.concat(pieces);
}

const shortEscapes: ReadonlyMap<string, string> = new Map([
  ['"', '\\"'],
  ["\\", "\\\\"],
  ["\b", "\\b"],
  ["\f", "\\f"],
  ["\n", "\\n"],
  ["\r", "\\r"],
  ["\t", "\\t"],
]);

function hexEscape(r: Random, unit: string): string {
  const digits = unit.charCodeAt(0).toString(16).padStart(4, "0");
  return `\\u${r.chance(0.5) ? digits : digits.toUpperCase()}`;
}

/** Matches control characters, the quote, the backslash and surrogates. */
const mayNeedEscape = /[^ !#-[\]-\ud7ff\ue000-\uffff]/;

/** Returns a JSON string of this value. `escaping` is the probability that a character is escaped unnecessarily. */
export function stringText(r: Random, value: string, escaping = 0): string {
  if (escaping === 0 && !mayNeedEscape.test(value)) return `"${value}"`;
  let out = "";
  for (const character of value) {
    const mustEscape = character < " " || character === '"' || character === "\\" || /^\p{Cs}$/u.test(character);
    const short = shortEscapes.get(character);
    if (mustEscape && short !== undefined && !r.chance(escaping)) out += short;
    else if (mustEscape || (character !== MARK && r.chance(escaping))) out += escapeUnits(r, character);
    else out += character;
  }
  return `"${out}"`;
}

function escapeUnits(r: Random, character: string): string {
  if (character === "/" && r.chance(0.5)) return "\\/";
  return character
    .split("")
    .map((unit) => hexEscape(r, unit))
    .join("");
}

const oddNumbers: readonly string[] = `
  0 -0 0.0 -0.0 0e5 -0e-5 1 -1 7 1.0 1.5 -1.5 0.5 1e2 1E+2 100 1e0 10e-1 9007199254740991 9007199254740992
  9007199254740993 -9007199254740991 -9007199254740993 9007199254740991.0 9007199254740990.5 4503599627370496.5
  18446744073709551615 18446744073709551616 -9223372036854775808 9223372036854775807 9223372036854775808
  -9223372036854775809 12345678901234567890 123456789012345678901234567890 1e21 1e20 123e-20 1e-6 1e-7 1e16 5e-324
  2e-324 3e-324 2.2250738585072011e-308 1.7976931348623157e308 1.7976931348623159e308 1e308 1e309 1e400 -1e400
  1e-400 -1e-400 0.1 0.30000000000000004 4.35 9.5e-3 1e99999999999999999999 1e-99999999999999999999
  0.00000000000000000000000000000000000000000000001e50 8.41e21 9007199254740993e0 90071992547409930e-1
`
  .trim()
  .split(/\s+/);

const constants: readonly string[] = ["NaN", "Infinity", "-Infinity"];

export function oddNumberText(r: Random): string {
  if (r.chance(0.8)) return r.pick(oddNumbers);
  if (r.chance(0.3)) return r.pick(constants);
  const digits = Array.from({ length: r.pick([3, 17, 18, 19, 20, 21, 25, 40, 309, 400]) }, () => r.below(10)).join("");
  const whole = `${r.pick(["", "-"])}${r.between(1, 9)}${digits}`;
  return r.pick([
    whole,
    `0.${digits}`,
    `${whole}.${digits}`,
    `${whole}e-${digits.length}`,
    `0.${digits}e${r.below(330)}`,
  ]);
}

/** Strings that are nearly integers, nearly empty, or look like another type's text. */
const oddStrings: readonly string[] = [
  "",
  " ",
  "7",
  " 7 ",
  "+7",
  "-7",
  "1_0",
  "1__0",
  "_1",
  "1_",
  "+",
  "-",
  "+-1",
  "٣",
  "７",
  "\u00a07",
  "7\u0000",
  "\u001f7",
  "\t\n\v\f\r 42 \r\f\v\n\t",
  "9007199254740991",
  "9007199254740992",
  "-9007199254740991",
  "007",
  "0x10",
  "1e3",
  "1.0",
  "0",
  "-0",
  "NaN",
  "Infinity",
  "true",
  "false",
  "null",
  "[1]",
  '{"a":1}',
  "[]",
  "{}",
  "1",
  "100",
  "é",
  "日本",
  "😀",
  "\ud800",
  "\udc00",
  "\udc00\ud800",
  "a\u0000b",
  "\u2028",
  "\u2029",
  "\u0085",
  "\ufeff",
  "\u001f",
  "\u007f",
  '"',
  "\\",
  "a/b",
  "\\u0041",
  "\ud83d",
  "99999999999999999999999999999999999999999",
  "2026-01-01T00:00:00Z",
  "__proto__",
  "ACQUIRE",
  MARK,
  `a${MARK}`,
  `${MARK}b`,
];

export function oddStringText(r: Random): string {
  return stringText(r, r.pick(oddStrings), r.pick([0, 0, 0.3, 1]));
}

const oddKeys: readonly string[] = [
  "a",
  "b",
  "10",
  "2",
  "1",
  "0",
  "-1",
  "01",
  "4294967294",
  "4294967295",
  "__proto__",
  "constructor",
  "toJSON",
  "length",
  "",
  "é",
  "\ud800",
  "op",
  "lane",
  `k${MARK}`,
  "\u0000",
  "toString",
];

/** Returns any JSON text with containers nested to `depth`. */
export function oddText(r: Random, depth = 2): string {
  const kind = r.below(depth > 0 ? 10 : 7);
  if (kind < 2) return oddNumberText(r);
  if (kind < 4) return oddStringText(r);
  if (kind === 4) return r.pick(["null", "true", "false"]);
  if (kind === 5) return r.pick(["[]", "{}", '""', "0", "[ ]", "{\t}"]);
  if (kind === 6)
    return r.pick(["[1]", '{"b":1,"10":2,"2":3}', '{"a":1}', "[NaN]", "[-0]", '[1.0,"x"]', "[[],{}]", "[1e400]"]);
  const members = Array.from({ length: r.between(1, 4) }, () => oddText(r, depth - 1));
  const space = r.pick(["", "", " "]);
  if (kind === 7) return `[${members.join(`,${space}`)}]`;
  if (kind === 8)
    return `{${members.map((m) => `${stringText(r, r.pick(oddKeys), 0.1)}:${space}${m}`).join(`,${space}`)}}`;
  const nesting = r.pick([2, 5, 20]);
  return `${"[".repeat(nesting)}${members[0] ?? ""}${"]".repeat(nesting)}`;
}
