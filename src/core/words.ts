// Computes the empty, text and int of docs/format.md 4 from a JSON value.

/** Returns whether the value is absent, `null`, `false`, a number equal to 0, `""`, `[]` or `{}` (docs/format.md 4). */
export function isEmpty(value: unknown): boolean {
  if (!value) return !Number.isNaN(value);
  if (typeof value !== "object") return false;
  if (Array.isArray(value)) return value.length === 0;
  for (const _ in value) return false;
  return true;
}

/** Returns the text of docs/format.md 4: `""` if empty, else the string, `String` or `JSON.stringify`. */
export function text(value: unknown): string {
  // Stryker disable next-line ConditionalExpression,StringLiteral: the code below returns the same, more slowly
  if (typeof value === "string") return value;
  if (isEmpty(value)) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

/** Returns a safe integer, or 0 if the value is none (docs/format.md 4). */
export function int(value: unknown): number {
  const n = integerOf(value);
  return Number.isSafeInteger(n) ? n + 0 : 0;
}

function integerOf(value: unknown): number {
  if (typeof value === "number") return Math.trunc(value);
  if (value === true) return 1;
  return typeof value === "string" ? integerOfText(value) : 0;
}

/** Uses a loop, not a regular expression: the text may be as long as a line, and V8 keeps a stack for each match. */
function integerOfText(padded: string): number {
  const { start, end } = trimmedRange(padded);
  const first = padded.charAt(start);
  let magnitude = 0;
  let afterDigit = false;
  for (let at = first === "-" || first === "+" ? start + 1 : start; at < end; at++) {
    const code = padded.charCodeAt(at);
    const isDigit = isDecimalDigit(code);
    if (!isDigit && !(code === 0x5f && afterDigit)) return 0;
    // Beyond the safe integers, further digits do not matter.
    if (isDigit && magnitude <= Number.MAX_SAFE_INTEGER) magnitude = magnitude * 10 + (code - 0x30);
    afterDigit = isDigit;
  }
  if (!afterDigit) return 0;
  return first === "-" ? -magnitude : magnitude;
}

export function isDecimalDigit(code: number): boolean {
  return code >= 0x30 && code <= 0x39;
}

/** Returns the range without the surrounding whitespace of docs/format.md 3. A blank text has an empty range. */
export function trimmedRange(padded: string): { start: number; end: number } {
  let start = 0;
  let end = padded.length;
  while (start < end && isTrimmed(padded.charCodeAt(start))) start++;
  while (end > start && isTrimmed(padded.charCodeAt(end - 1))) end--;
  return { start, end };
}

/** Returns whether the character is a space, TAB, LF, VT, FF or CR. */
function isTrimmed(code: number): boolean {
  return code === 0x20 || (code >= 0x09 && code <= 0x0d);
}

/** Returns whether the value is an object that is neither `null` nor an array. */
export function isObject(value: unknown): value is { [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Compares by Unicode code point, which is the order of UTF-8 bytes. UTF-16 order differs above U+FFFF. */
export function compareCodePoints(a: string, b: string): number {
  let i = 0;
  // `charCodeAt` returns NaN after the end, and NaN equals nothing.
  while (a.charCodeAt(i) === b.charCodeAt(i)) i++;
  const inPair = isHighSurrogate(a, i - 1) && (isLowSurrogate(a, i) || isLowSurrogate(b, i));
  const at = inPair ? i - 1 : i;
  return (a.codePointAt(at) ?? -1) - (b.codePointAt(at) ?? -1);
}

function isHighSurrogate(s: string, at: number): boolean {
  return (s.charCodeAt(at) & 0xfc00) === 0xd800;
}

function isLowSurrogate(s: string, at: number): boolean {
  return (s.charCodeAt(at) & 0xfc00) === 0xdc00;
}
