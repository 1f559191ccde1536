// JSON value -> what the fold makes of it: SPEC 4's empty, text and int.

/** SPEC 4: absent, `null`, `false`, a number equal to 0, `""`, `[]`, `{}`. */
export function isEmpty(value: unknown): boolean {
  if (!value) return !Number.isNaN(value);
  if (typeof value !== "object") return false;
  if (Array.isArray(value)) return value.length === 0;
  for (const _ in value) return false;
  return true;
}

/** SPEC 4: `""` if empty, a string as it is, else `String` of a scalar or `JSON.stringify` of a container. */
export function text(value: unknown): string {
  if (typeof value === "string") return value;
  if (isEmpty(value)) return "";
  return typeof value === "object" ? JSON.stringify(value) : String(value);
}

const decimalInteger = /^[ \t\n\v\f\r]*([+-]?)([0-9](?:_?[0-9])*)[ \t\n\v\f\r]*$/;

/** SPEC 4: a safe integer, 0 where the value is none. */
export function int(value: unknown): number {
  const n = integerOf(value);
  return Number.isSafeInteger(n) ? n + 0 : 0;
}

function integerOf(value: unknown): number {
  if (typeof value === "number") return Math.trunc(value);
  if (value === true) return 1;
  if (typeof value !== "string") return 0;
  const match = decimalInteger.exec(value);
  if (match === null) return 0;
  const magnitude = Number((match[2] ?? "").replaceAll("_", ""));
  return match[1] === "-" ? -magnitude : magnitude;
}

/** An object that is neither `null` nor an array. */
export function isObject(value: unknown): value is { [key: string]: unknown } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** Order of Unicode code points, which is the order of UTF-8 bytes; UTF-16 order differs above U+FFFF. */
export function compareCodePoints(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let i = 0; i < length; i++) {
    const x = a.charCodeAt(i);
    const y = b.charCodeAt(i);
    if (x !== y) return rankOfUnit(x) - rankOfUnit(y);
  }
  return a.length - b.length;
}

/** Surrogates rank above the rest of the plane. Where both units are surrogates their own order decides. */
function rankOfUnit(unit: number): number {
  return unit >= 0xd800 && unit <= 0xdfff ? unit + 0x10000 : unit;
}
