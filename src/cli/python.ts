// Formats parsed JSON values as the reference prints them.
import { compareCodePoints, isObject } from "../core/words.js";

/** Yields the output of Python's `json.dumps(items, indent=2, sort_keys=True)` in pieces, and a line feed. */
export function* formatPythonArray(items: readonly unknown[]): Generator<string> {
  let before = "[\n  ";
  for (const item of items) {
    yield before + formatPython(item, "\n  ");
    before = ",\n  ";
  }
  yield items.length === 0 ? "[]\n" : "\n]\n";
}

/** `lineStart` is a line feed followed by the indentation of the value's first line. */
function formatPython(value: unknown, lineStart: string): string {
  if (typeof value === "string") return quotePython(value);
  if (typeof value === "number") return formatPythonNumber(value);
  const inner = `${lineStart}  `;
  if (Array.isArray(value)) {
    if (value.length === 0) return "[]";
    return `[${inner}${value.map((item) => formatPython(item, inner)).join(`,${inner}`)}${lineStart}]`;
  }
  if (!isObject(value)) return String(value);
  const keys = Object.keys(value).sort(compareCodePoints);
  if (keys.length === 0) return "{}";
  const members = keys.map((key) => `${quotePython(key)}: ${formatPython(value[key], inner)}`);
  return `{${inner}${members.join(`,${inner}`)}${lineStart}}`;
}

const notPrintableAscii = /[^ -~]/;
const escapedByPython = /["\\]|[^ -~]/g;
const shortEscapes: { [character: string]: string } = {
  '"': '\\"',
  "\\": "\\\\",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

/** Escapes like Python's `ensure_ascii`: UTF-16 units outside printable ASCII, including DEL, become `\uxxxx`. */
function quotePython(text: string): string {
  if (!notPrintableAscii.test(text)) return JSON.stringify(text);
  const escapeUnit = (unit: string): string =>
    shortEscapes[unit] ?? `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`;
  return `"${text.replace(escapedByPython, escapeUnit)}"`;
}

/**
 * Prints a number as Python does, as far as a double allows: an integral one as an `int` (the reference prints `1.0`
 * for `1.0`, and all digits of an integer beyond 2^53), any other as the shortest `float`.
 */
function formatPythonNumber(n: number): string {
  if (!Number.isFinite(n)) return String(n);
  if (Number.isInteger(n)) return Math.abs(n) < 1e21 ? BigInt(n).toString() : String(n);
  if (Math.abs(n) >= 1e-4) return String(n);
  return n.toExponential().replace(/e-(\d)$/, "e-0$1");
}
