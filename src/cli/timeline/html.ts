// Fills the page of a timeline with a history.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { findPackage } from "../../package.js";
import type { PackedHistory } from "../../timeline/packed.js";

/** scripts/page.mjs builds the page with this in the place of the history. */
const placeholder = "@history@";

export function readPage(): string {
  return readFileSync(join(findPackage().root, "dist", "package", "timeline.html"), "utf8");
}

/** Returns the whole file in pieces. */
export function* fillPage(page: string, history: PackedHistory): Generator<string> {
  const [before = "", after, ...more] = page.split(placeholder);
  if (after === undefined || more.length > 0)
    throw new Error(`expected ${placeholder} once in the page of the timeline`);
  yield before;
  // No text in a script element can end it or open a comment without this character.
  yield JSON.stringify(history).replaceAll("<", "\\u003c");
  yield after;
}
