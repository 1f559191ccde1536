// Learns patterns from entry lines, and reads lines of the same shape with them instead of parsing.
//
// A journal has only a few shapes: lines with the same keys in the same order and other scalars. A line that was parsed
// is turned into a sticky RegExp with its braces, keys and separators as fixed text and, for each scalar, the grammar
// of its kind. A line that matches is valid JSON by construction, and the groups are all that the fold needs. Matching
// takes a quarter of the time of JSON.parse. All other lines are parsed.
import type { Entry } from "../types.js";
import { describeSkeleton, type Skeleton } from "./skeleton.js";

export interface Shape extends Skeleton {
  readonly pattern: RegExp;
  /** The number of matches. Of the shapes that begin alike, the most frequent one is tried first. */
  hits: number;
}

/** A line of a known shape. Its groups are pieces of the text and keep all of it in memory. */
export interface Shaped {
  shape: Shape;
  groups: RegExpExecArray;
  /** The index after the line's LF. */
  end: number;
}

/** Returns a group with its quotes; an empty string in quotes if the shape does not have the group. */
export function textGroup(groups: RegExpExecArray, number: number): string {
  return number === 0 ? '""' : (groups[number] ?? '""');
}

/** Shapes are not used for a longer stretch. A stretch is longer only if it holds a line that no shape can match. */
export const shapedTextMax = 4 * 1024 * 1024;

/** No shape is learned from a longer line, because describing one takes many times as long as reading it sparsely. */
export const learnedLineMax = 2_048;

/** A journal has about a dozen shapes. More of them mean lines that hardly repeat. */
const shapesMax = 64;

/** Shapes that begin alike are tried one after the other. With more than a few, parsing is as fast. */
const shapesPerHeadMax = 8;

/** Describing a line costs several times as much as parsing it, so the number of attempts is limited. */
const attemptsAtFirst = 256;
const attemptsPerStretch = 16;

/** If fewer than one line in four matches, trying costs more than it saves. Later stretches may differ. */
const hitsPerLineMin = 1 / 4;
const pausedStretches = 8;

export class Shapes {
  readonly #byHead = new Map<number, Shape[]>();
  /** Sources seen once. A pattern is made at the second occurrence: it costs as much as parsing a hundred lines. */
  readonly #seenOnce = new Set<string>();
  readonly #reports: boolean;
  #count = 0;
  #attempts = attemptsAtFirst;

  #pause = 0;
  #tried = 0;
  #hits = 0;

  /** `reports`: a line that matches must have no findings except those that its groups show. */
  constructor({ reports }: { reports: boolean }) {
    this.#reports = reports;
  }

  /** Whether `learn` may add a shape in this stretch. */
  get learnsMore(): boolean {
    return this.#attempts > 0 && this.#count < shapesMax;
  }

  /** Call it before each stretch. Returns whether to try shapes on its lines. */
  beginStretch(): boolean {
    if (this.#pause > 0) this.#pause--;
    else if (this.#hits < this.#tried * hitsPerLineMin) this.#pause = pausedStretches;
    this.#tried = 0;
    this.#hits = 0;
    this.#attempts = Math.max(this.#attempts, attemptsPerStretch);
    return this.#pause === 0;
  }

  /** Matches the line at `start` of `text`, which has one character for each byte. Undefined if no shape matches. */
  match(text: string, start: number): Shaped | undefined {
    const shapes = this.#byHead.get(headOf(text, start));
    this.#tried++;
    if (shapes === undefined) return undefined;
    for (let at = 0; at < shapes.length; at++) {
      const shape = shapes[at];
      if (shape === undefined) break;
      shape.pattern.lastIndex = start;
      const groups = shape.pattern.exec(text);
      if (groups === null) continue;
      shape.hits++;
      this.#hits++;
      const previous = shapes[at - 1];
      if (previous !== undefined && previous.hits < shape.hits) [shapes[at - 1], shapes[at]] = [shape, previous];
      return { shape, groups, end: shape.pattern.lastIndex };
    }
    return undefined;
  }

  /** `line` is the line of `entry` without its LF, with one character for each byte. */
  learn(line: string, entry: Entry): void {
    if (this.#attempts === 0 || this.#count === shapesMax) return;
    this.#attempts--;
    const head = headOf(line, 0);
    const shapes = this.#byHead.get(head) ?? [];
    if (shapes.length === shapesPerHeadMax) return;
    const skeleton = describeSkeleton(line, entry, { reports: this.#reports });
    if (skeleton === undefined || shapes.some((known) => known.source === skeleton.source)) return;
    if (!this.#seenOnce.delete(skeleton.source)) {
      if (this.#seenOnce.size === attemptsAtFirst) this.#seenOnce.clear();
      this.#seenOnce.add(skeleton.source);
      return;
    }
    shapes.push({ ...skeleton, pattern: new RegExp(skeleton.source, "y"), hits: 0 });
    this.#byHead.set(head, shapes);
    this.#count++;
  }
}

/** Returns some letters of the first key, which distinguish most shapes. */
function headOf(text: string, start: number): number {
  return (text.charCodeAt(start + 2) << 16) | (text.charCodeAt(start + 3) << 8) | text.charCodeAt(start + 4);
}
