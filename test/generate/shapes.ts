// Generates lines that share a few shapes and differ mostly in their slots, to mislead a reader that remembers shapes
// and compares their literal text.

import { brokenText } from "./broken.js";
import type { World } from "./entries.js";
import type { MakeLine } from "./lines.js";
import { canonicalLine } from "./lines.js";
import type { Random } from "./random.js";
import { MARK, oddNumberText, oddText, stringText } from "./values.js";

/** Matches a string or number that is the value of a member. */
const slot = /(?<=: )(?:"(?:[^"\\]|\\.)*"|-?[0-9][0-9.eE+-]*)/g;

export function makeShapes(world: World): MakeLine {
  const shapes = Array.from({ length: world.r.between(1, 3) }, () => canonicalLine(world));
  return () => {
    const refilled = world.r.pick(shapes).replace(slot, (old) => refill(world.r, old));
    return world.r.chance(0.06) ? spoilLiteral(world.r, refilled) : refilled;
  };
}

function refill(r: Random, old: string): string {
  if (r.chance(0.75)) return old;
  if (old.startsWith('"')) return refillString(r, old.slice(1, -1));
  return r.pickWeighted<() => string>([
    [8, () => String(r.below(10 ** r.between(1, 9)))],
    [3, () => oddNumberText(r)],
    [1, () => brokenText(r)],
    [1, () => oddText(r)],
    [1, () => `"${old}"`],
    [1, () => `${old} `],
    [1, () => `0${old}`],
  ])();
}

function refillString(r: Random, inside: string): string {
  const at = r.below(inside.length + 1);
  const insert = (piece: string) => `"${inside.slice(0, at)}${piece}${inside.slice(at)}"`;
  return r.pickWeighted<() => string>([
    [6, () => insert("")],
    [4, () => insert(r.pick(["x", "yy", "z".repeat(r.between(1, 70))]))],
    [3, () => insert(r.pick(["é", "日本", "😀", "\u2028"]))],
    [2, () => insert(r.pick(["\\n", "\\\\", '\\"', "\\u0041", "\\ud83d\\ude00", "\\ud800", "\\/"]))],
    [1, () => insert(r.pick(["\t", "\u0001", "\u001f", "\v"]))],
    [1, () => insert(r.pick(['"', "\\", "\\x", "\\u00g1"]))],
    [1, () => insert(MARK)],
    [1, () => `"${inside}`],
    [1, () => `${inside}"`],
    [1, () => oddText(r)],
    [1, () => stringText(r, "a", 1)],
    [1, () => insert("").slice(0, -1) + "\\"],
  ])();
}

/** Drops, doubles or changes a character, which may be one of the shape itself. */
function spoilLiteral(r: Random, line: string): string {
  const at = r.below(line.length);
  return r.pick([
    () => line.slice(0, at) + line.slice(at + 1),
    () => line.slice(0, at) + line.charAt(at) + line.slice(at),
    () => line.slice(0, at),
    () => line.slice(0, at) + r.pick([" ", ",", "}", '"', "\\", "\u00a0", "x"]) + line.slice(at + 1),
    () => `${line} `,
    () => ` ${line}`,
    () => `${line}\r`,
    () => line + r.pick(["x", "}", ",", "{}", "\0", "\u00a0"]),
    () => line.replaceAll('": ', '":'),
    () => line.replaceAll(", ", " , "),
  ])();
}
