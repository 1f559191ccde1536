// Parses the JSON texts that the addon returns (addon.ts), and rejects what does not have the expected shape.
import { isAscii } from "node:buffer";
import { readDialect } from "../core/dialect.js";

export function parseArrays<Item>(texts: Buffer[], from: string, is: (item: unknown) => item is Item): Item[] {
  const [first, ...rest] = texts;
  if (first === undefined) return [];
  const parsed = parseArray(first, from, is);
  return rest.length === 0 ? parsed : parsed.concat(...rest.map((text) => parseArray(text, from, is)));
}

export function parseArray<Item>(text: Buffer | string, from: string, is: (item: unknown) => item is Item): Item[] {
  const parsed = parseText(text);
  if (!Array.isArray(parsed)) throw wrongText(from, "an array");
  const items: unknown[] = parsed;
  if (!items.every(is)) throw wrongText(from, "items of one shape");
  return items;
}

/** The depth was bounded when the lines were read. */
export function parseText(text: Buffer | string): unknown {
  const decoded = typeof text === "string" ? text : decode(text);
  try {
    return JSON.parse(decoded);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const value = readDialect(decoded);
    // JSON has no symbols. Importing UNPARSEABLE would load all of its module with the first replay (bundle.mjs).
    if (typeof value === "symbol") throw error;
    return value;
  }
}

/** A one-byte string parses faster, and ASCII needs no decoding. */
export function decode(text: Buffer): string {
  return text.toString(isAscii(text) ? "latin1" : "utf8");
}

export function wrongText(from: string, expected: string): Error {
  return new Error(`the native engine's ${from}: expected ${expected}, found something else`);
}
