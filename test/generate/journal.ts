// Generates the bytes of one random journal from a family and a seed.
import { damageBytes } from "./bytes.js";
import type { Straying } from "./entries.js";
import { World } from "./entries.js";
import type { MakeLine } from "./lines.js";
import {
  bareObjectLine,
  blankLine,
  brokenLine,
  brokenValueLine,
  canonicalLine,
  foreignLine,
  illFormedLine,
  nearlyBlankLine,
  nonObjectLine,
  repeatingLine,
  wrappedLine,
} from "./lines.js";
import { Random } from "./random.js";
import { makeShapes } from "./shapes.js";
import { encodeText } from "./values.js";

type Mixture = readonly (readonly [weight: number, make: MakeLine])[];

export interface Family {
  name: string;
  straying: Straying;
  /** The kinds of lines with their weights, or a function that chooses them for each journal. */
  mixture: Mixture | ((world: World) => Mixture);
  /** The probability that the finished bytes are damaged. */
  damaged: number;
  /** The probability of something unusual at the start or the end of the file. */
  oddEdges: number;
}

const faithful: Straying = { oddValue: 0, missingKey: 0, otherIdentity: 0 };
const loose: Straying = { oddValue: 0.02, missingKey: 0.03, otherIdentity: 0.1 };
const wild: Straying = { oddValue: 0.15, missingKey: 0.1, otherIdentity: 0.2 };

/** Every kind of line, with its weight. */
const everything: Mixture = [
  [12, canonicalLine],
  [6, foreignLine],
  [3, repeatingLine],
  [3, illFormedLine],
  [2, brokenValueLine],
  [2, brokenLine],
  [2, blankLine],
  [1, nearlyBlankLine],
  [1, wrappedLine],
  [2, nonObjectLine],
  [2, bareObjectLine],
];

export const families: readonly Family[] = [
  { name: "canonical", straying: faithful, mixture: [[1, canonicalLine]], damaged: 0, oddEdges: 0.2 },
  {
    name: "foreign",
    straying: loose,
    mixture: [
      [8, foreignLine],
      [1, blankLine],
    ],
    damaged: 0,
    oddEdges: 0.3,
  },
  {
    name: "odd-valued",
    straying: wild,
    mixture: [
      [5, canonicalLine],
      [5, foreignLine],
      [2, bareObjectLine],
    ],
    damaged: 0,
    oddEdges: 0.2,
  },
  {
    name: "key-repeating",
    straying: loose,
    mixture: [
      [5, repeatingLine],
      [5, canonicalLine],
    ],
    damaged: 0,
    oddEdges: 0.2,
  },
  {
    name: "ill-formed",
    straying: loose,
    mixture: [
      [5, illFormedLine],
      [3, canonicalLine],
      [1, brokenLine],
    ],
    damaged: 0,
    oddEdges: 0.3,
  },
  {
    name: "blank-ridden",
    straying: loose,
    damaged: 0,
    oddEdges: 0.6,
    mixture: [
      [5, canonicalLine],
      [4, blankLine],
      [2, nearlyBlankLine],
      [2, wrappedLine],
      [2, nonObjectLine],
    ],
  },
  {
    name: "broken",
    straying: loose,
    mixture: [
      [6, canonicalLine],
      [3, brokenValueLine],
      [3, brokenLine],
    ],
    damaged: 0,
    oddEdges: 0.5,
  },
  {
    name: "same-shaped",
    straying: faithful,
    mixture: (world) => [
      [9, makeShapes(world)],
      [1, canonicalLine],
    ],
    damaged: 0,
    oddEdges: 0.2,
  },
  {
    name: "strangely shaped",
    straying: wild,
    mixture: (world) => [
      [9, makeShapes(world)],
      [1, foreignLine],
    ],
    damaged: 0.1,
    oddEdges: 0.2,
  },
  {
    name: "damaged",
    straying: faithful,
    mixture: [
      [9, canonicalLine],
      [1, foreignLine],
    ],
    damaged: 1,
    oddEdges: 0.3,
  },
  { name: "mixed", straying: wild, mixture: everything, damaged: 0.3, oddEdges: 0.5 },
];

const endings: readonly string[] = [
  "",
  "\n",
  "\r\n",
  "\n\n",
  "\n \t\r",
  "\n{",
  "\n{\n",
  '\n{"op": "ACQ\n\n',
  "\0\0\0\0",
  "\n\0\0\n",
  "\n17",
  "\n\ufeff",
  "\r",
];
const mark = Buffer.from([0xef, 0xbb, 0xbf]);

/** Returns the journal of this seed: about 10 lines, rarely none, at most 200. */
export function makeJournal(family: Family, seed: string): Buffer {
  const r = new Random(seed);
  const world = new World(r, family.straying);
  const mixture = typeof family.mixture === "function" ? family.mixture(world) : family.mixture;
  const count = r.pickWeighted([
    [1, 0],
    [3, 1],
    [60, r.between(2, 16)],
    [8, r.between(16, 50)],
    [1, r.between(60, 200)],
  ]);
  const lines = Array.from({ length: count }, () => encodeText(r, r.pickWeighted(mixture)(world)));
  const lineEnd = Buffer.from(r.chance(0.1) ? "\r\n" : "\n");
  const odd = r.chance(family.oddEdges);
  const end = Buffer.from(odd ? r.pick(endings) : "\n");
  const pieces = lines.flatMap((line, i) => [line, i + 1 < count ? lineEnd : end]);
  const whole = Buffer.concat(odd && r.chance(0.3) ? [mark, ...pieces] : pieces);
  return r.chance(family.damaged) ? damageBytes(r, whole) : whole;
}
