// Rewrites the text of an object or array as `JSON.stringify` writes its value (docs/format.md 4), with little memory.
import { findStringEnd, hasWords, skipNumber, skipWhitespace, skipWord } from "./dialect.js";
import { isDeeper } from "./json.js";
import { eachElement, memberTexts } from "./members.js";
import { findOddity, isVerbatimToken } from "./verbatim.js";

/** The length of text that is parsed at once. Values take up to twenty times the memory of their text. */
const chunkCharacters = 65_536;

/** JSON.stringify compares each container with all containers around it, which takes long for a deeper value. */
const ordinaryDepth = 128;

/** `text` must parse, and have no whitespace around it. */
export function stringifyText(text: string): string {
  const oddity = findOddity(text);
  if (oddity === "none") return text;
  const strict = hasWords(text) ? replaceWords(text) : text;
  const plain = oddity === "scalar" && isDeeper(strict, ordinaryDepth) ? rewriteScalars(strict) : strict;
  if (plain !== text && findOddity(plain) === "none") return plain;
  if (plain.length > chunkCharacters && plain.startsWith("[")) return stringifyElements(plain);
  if (plain.length > chunkCharacters && plain.startsWith("{")) return stringifyMembers(plain);
  const value: unknown = JSON.parse(plain);
  return isDeeper(plain, ordinaryDepth) ? stringifyDeep(value) : JSON.stringify(value);
}

/** Writes a value that JSON.parse returned as JSON.stringify does. The cost of a byte does not depend on the depth. */
function stringifyDeep(whole: unknown): string {
  const written: string[] = [];
  const write = (value: unknown): void => {
    if (typeof value === "number") written.push(Number.isFinite(value) ? String(value) : "null");
    else if (typeof value !== "object" || value === null) written.push(JSON.stringify(value));
    else if (Array.isArray(value)) writeArray(value);
    else writeObject(Object.entries(value));
  };
  const writeArray = (elements: readonly unknown[]): void => {
    for (const [at, element] of elements.entries()) {
      written.push(at === 0 ? "[" : ",");
      write(element);
    }
    written.push(elements.length === 0 ? "[]" : "]");
  };
  const writeObject = (members: readonly (readonly [string, unknown])[]): void => {
    let before = "{";
    for (const [key, member] of members) {
      written.push(before, JSON.stringify(key), ":");
      write(member);
      before = ",";
    }
    written.push(members.length === 0 ? "{}" : "}");
  };
  write(whole);
  return written.join("");
}

/** Replaces the words that only the dialect has by `null`, as which JSON.stringify writes their values. */
function replaceWords(text: string): string {
  const between: string[] = [];
  let copied = 0;
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code === 0x22) at = findStringEnd(text, at);
    if (code !== 0x4e && code !== 0x49) continue;
    between.push(text.slice(copied, text.charCodeAt(at - 1) === 0x2d ? at - 1 : at));
    copied = skipWord(text, at);
    at = copied - 1;
  }
  between.push(text.slice(copied));
  return between.join("null");
}

/**
 * Leaves out whitespace, and writes every scalar and key as JSON.stringify does. `text` must be one that JSON.parse
 * accepts. If there are many odd scalars, this takes longer than creating the values.
 */
function rewriteScalars(text: string): string {
  const written: string[] = [];
  let copied = 0;
  for (let at = 0; at < text.length; ) {
    const start = at;
    const afterSpace = skipWhitespace(text, start);
    at = afterSpace === start ? findTokenEnd(text, start) : afterSpace;
    if (afterSpace === start && isVerbatimToken(text, start, at)) continue;
    written.push(
      text.slice(copied, start),
      afterSpace > start ? "" : JSON.stringify(JSON.parse(text.slice(start, at))),
    );
    copied = at;
  }
  return written.join("") + text.slice(copied);
}

/** Returns the index after the scalar or the single character of structure at `start`. */
function findTokenEnd(text: string, start: number): number {
  if (text.charCodeAt(start) === 0x22) return findStringEnd(text, start) + 1;
  const afterWord = skipWord(text, start);
  if (afterWord !== -1) return afterWord;
  const afterNumber = skipNumber(text, start);
  return afterNumber === -1 ? start + 1 : afterNumber;
}

function stringifyElements(array: string): string {
  const written: string[] = [];
  let waiting: string[] = [];
  let characters = 0;
  const flush = (): void => {
    if (waiting.length > 0) written.push(stringifyText(`[${waiting.join()}]`).slice(1, -1));
    waiting = [];
    characters = 0;
  };
  for (const element of eachElement(array)) {
    if (characters + waiting.length + element.length + 2 > chunkCharacters) flush();
    if (element.length + 2 > chunkCharacters) {
      written.push(stringifyText(element));
    } else {
      waiting.push(element);
      characters += element.length;
    }
  }
  flush();
  return `[${written.join()}]`;
}

function stringifyMembers(object: string): string {
  const members = memberTexts(object);
  // An object lists keys that are array indexes first.
  const keys = Object.keys(Object.fromEntries(Array.from(members.keys(), (key) => [key, null])));
  return `{${keys.map((key) => `${JSON.stringify(key)}:${stringifyText(members.get(key) ?? "null")}`).join()}}`;
}
