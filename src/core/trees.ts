// Compares the trees of leases by the prefixes of their paths (docs/format.md 8, "The decision").
import { isEmpty } from "./words.js";

/**
 * Returns the prefixes of a tree, or `undefined` if the tree is empty, which means that there is none. An element that
 * is not a string may name any file, so it counts as the empty prefix, which collides with everything.
 */
export function readPrefixes(tree: unknown): string[] | undefined {
  if (isEmpty(tree)) return undefined;
  return Array.isArray(tree) ? tree.map((path) => (typeof path === "string" ? prefixOf(path) : "")) : [""];
}

/** Returns the part of a path before its first `*`: with slashes, trimmed, case folded. */
function prefixOf(path: string): string {
  const trimmed = trimPath(path.replaceAll("\\", "/"));
  const star = trimmed.indexOf("*");
  return foldCase(star === -1 ? trimmed : trimmed.slice(0, star));
}

/** Folds character by character so that a prefix stays a prefix: the lower case of a sigma depends on its position. */
function foldCase(path: string): string {
  return Array.from(path, (character) => character.toLowerCase().toUpperCase().toLowerCase()).join("");
}

function trimPath(path: string): string {
  let start = 0;
  let end = path.length;
  while (start < end && isSpace(path.charAt(start))) start++;
  while (end > start && isSpace(path.charAt(end - 1))) end--;
  return path.slice(start, end);
}

/** Matches every character that JavaScript's `trim` or Python's `strip` removes. */
function isSpace(character: string): boolean {
  return character.trim() === "" || (character >= "\u001c" && character <= "\u001f") || character === "\u0085";
}

export function collide(wanted: readonly string[], held: readonly string[] | undefined): boolean {
  return held?.some((one) => wanted.some((other) => one.startsWith(other) || other.startsWith(one))) ?? false;
}
