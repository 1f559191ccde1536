// Rewrites the text of an object or array as `JSON.stringify` writes its value (docs/format.md 4), with little memory.
import { parseText } from "./json.js";
import { eachElement, memberTexts } from "./members.js";

/** The length of text that is parsed at once. Values take up to twenty times the memory of their text. */
const chunkCharacters = 65_536;

export function stringifyText(text: string): string {
  if (text.length > chunkCharacters && text.startsWith("[")) return stringifyElements(text);
  if (text.length > chunkCharacters && text.startsWith("{")) return stringifyMembers(text);
  return JSON.stringify(parseText(text));
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
