// Generates the text of one line, without its LF, as the writer, another program or a fault would leave it.

import { brokenText } from "./broken.js";
import type { Member, World } from "./entries.js";
import { makeMembers } from "./entries.js";
import type { Random } from "./random.js";
import { MARK, oddText, stringText } from "./values.js";

export type MakeLine = (world: World) => string;

function joinMembers(members: readonly Member[], between: string, colon: string): string {
  return `{${members.map(([key, valueText]) => `"${key}"${colon}${valueText}`).join(between)}}`;
}

/** Formats an entry as the writer does: sorted keys, `", "` and `": "`. */
export function canonicalLine(world: World): string {
  const sorted = makeMembers(world).sort(([a], [b]) => (a < b ? -1 : 1));
  return joinMembers(sorted, ", ", ": ");
}

const spaces: readonly string[] = ["", "", " ", "  ", "\t", "\r", " \t\r "];

/** Formats an entry as another program might: any key order, any JSON whitespace, unnecessary escapes. */
export function foreignLine(world: World): string {
  const { r } = world;
  const space = () => r.pick(spaces);
  const members = r
    .shuffled(makeMembers(world))
    .map(
      ([key, valueText]) =>
        `${space()}${stringText(r, key, r.chance(0.05) ? 0.4 : 0)}${space()}:${space()}${valueText}${space()}`,
    );
  return `${space()}{${members.join(",")}}${space()}`;
}

/** Repeats keys, some of them written with escapes, and includes `__proto__`. */
export function repeatingLine(world: World): string {
  const { r } = world;
  const members = makeMembers(world).map(([key, valueText]): Member => [key, valueText]);
  for (let i = r.between(1, 3); i > 0; i--) {
    const key = r.chance(0.8)
      ? r.pick(members.map(([name]) => name))
      : r.pick(["__proto__", "__proto__", "5", "constructor"]);
    const others = makeMembers(world)
      .filter(([name]) => name === key)
      .map(([, valueText]) => valueText);
    members.splice(r.below(members.length + 1), 0, [key, r.pick([...others, oddText(r)])]);
  }
  const spell = (key: string) => stringText(r, key, r.pick([0, 0, 0.3, 1]));
  return `{${members.map(([key, valueText]) => `${spell(key)}: ${valueText}`).join(", ")}}`;
}

/** Puts a text that is not JSON in place of one value. */
export function brokenValueLine(world: World): string {
  const members = makeMembers(world).map(([key, valueText]): Member => [key, valueText]);
  const at = world.r.below(members.length);
  const spoiled = members.map((member, i): Member => (i === at ? [member[0], brokenText(world.r)] : member));
  return joinMembers(spoiled, ", ", ": ");
}

/** Returns a line with a piece missing, doubled, or glued to another. */
export function brokenLine(world: World): string {
  const { r } = world;
  const whole = canonicalLine(world);
  const cut = r.below(whole.length);
  return r.pick([
    () => whole.slice(0, cut),
    () => whole.slice(cut),
    () => whole + canonicalLine(world),
    () => whole.slice(0, cut) + canonicalLine(world),
    () => `${whole},`,
    () => `${whole} x`,
    () => `[${whole}`,
    () => whole.slice(0, -1),
    () => `${whole}}`,
    () => brokenText(r),
    () => whole.replaceAll('"', "'"),
    () => whole.replace('"', ""),
    () => `${whole.slice(0, cut)}"${whole.slice(cut)}`,
    () => `${whole.slice(0, cut)}${String.fromCharCode(r.below(32))}${whole.slice(cut)}`.replaceAll("\n", "\v"),
  ])();
}

const blanks: readonly string[] = ["", "", " ", "\t", "\r", " \t\r ", "\r\r", " ".repeat(70)];

export function blankLine({ r }: World): string {
  return r.pick(blanks);
}

const nearlyBlanks: readonly string[] = [
  "\v",
  "\f",
  "\u00a0",
  "\u3000",
  "\u001f",
  "\u001c",
  "\u2028",
  "\u2029",
  "\u0085",
  "\ufeff",
  "\0",
  "\0".repeat(90),
  " \v ",
  "\b",
  "\u007f",
  MARK,
];

/** Returns only characters that look blank but do not make a line blank (docs/format.md 2). */
export function nearlyBlankLine({ r }: World): string {
  return r.pick(nearlyBlanks);
}

/** Returns an entry with such a character before or after it, which is unparseable (docs/format.md 3). */
export function wrappedLine(world: World): string {
  const wrap = nearlyBlankLine(world);
  return world.r.chance(0.5) ? wrap + canonicalLine(world) : canonicalLine(world) + wrap;
}

export function nonObjectLine({ r }: World): string {
  const plain = [
    "17",
    "null",
    "true",
    '"text"',
    "[1]",
    "[]",
    "[{}]",
    "NaN",
    "-Infinity",
    "1e400",
    '"\\ud800"',
    `"${MARK}"`,
    " 17 ",
    '"{"',
  ];
  return r.chance(0.7) ? r.pick(plain) : `[${oddText(r)}]`;
}

/** Returns odd objects with few members. */
export function bareObjectLine({ r }: World): string {
  const members = Array.from(
    { length: r.below(3) },
    () => `${stringText(r, r.pick(["op", "seq", "x", "__proto__", "lane"]), 0.2)}:${oddText(r)}`,
  );
  return `{${members.join(",")}}`;
}

/** Returns an entry with ill-formed UTF-8 in its keys and strings. */
export function illFormedLine(world: World): string {
  const { r } = world;
  const members = makeMembers(world).map(
    ([key, valueText]): Member => [r.chance(0.05) ? `${key}${MARK}` : key, spoilString(r, valueText)],
  );
  return joinMembers(members, ", ", ": ");
}

function spoilString(r: Random, valueText: string): string {
  if (!valueText.startsWith('"') || !r.chance(0.3)) return valueText;
  const at = r.between(1, valueText.length - 1);
  return valueText.slice(0, at) + MARK + valueText.slice(at);
}
