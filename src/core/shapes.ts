// Entry lines -> patterns that read lines of the same shape without parsing them.
//
// A journal's lines come in a few shapes: the same keys in the same order, other scalars. From a line that was parsed a
// sticky RegExp is made that has its braces, keys and separators as they stand and, for each scalar, the grammar of its
// kind. What it matches is valid JSON by construction, and its groups are all the fold needs: a quarter of the time
// JSON.parse takes. What it does not match is parsed.
import type { Entry } from "../types.js";
import { describeSkeleton, type Skeleton } from "./skeleton.js";

export interface Shape extends Skeleton {
  readonly pattern: RegExp;
  /** Of shapes that begin alike, the one that hits most is tried first. */
  hits: number;
}

/** A line of a known shape; its groups are pieces of the text, which they keep in memory. */
export interface Shaped {
  shape: Shape;
  groups: RegExpExecArray;
  /** The index after the line's LF. */
  end: number;
}

/** A quoted text; one that the shape does not have is empty. */
export function textGroup(groups: RegExpExecArray, number: number): string {
  return number === 0 ? '""' : (groups[number] ?? '""');
}

/** A journal has a dozen; more mean lines that hardly repeat. */
const shapesMax = 64;

/** Shapes that begin alike are tried one after the other: beyond a few, parsing is as quick. */
const shapesPerHeadMax = 8;

/** Describing costs several times what parsing does: a journal whose lines never repeat must not pay it each time. */
const attemptsAtFirst = 256;
const attemptsPerStretch = 16;

/** Where fewer than one line in four has a known shape, trying costs more than it saves; a later stretch may differ. */
const hitsPerLineMin = 1 / 4;
const pausedStretches = 8;

export class Shapes {
  readonly #byHead = new Map<number, Shape[]>();
  /** Sources seen once: a pattern is made the second time, as making one takes as long as parsing a hundred lines. */
  readonly #seenOnce = new Set<string>();
  readonly #reports: boolean;
  #count = 0;
  #attempts = attemptsAtFirst;

  #pause = 0;
  #tried = 0;
  #hits = 0;

  /** `reports`: what the shapes match is to have no finding but those of its groups. */
  constructor({ reports }: { reports: boolean }) {
    this.#reports = reports;
  }

  /** Whether `learn` may remember another shape in this stretch. */
  get learnsMore(): boolean {
    return this.#attempts > 0 && this.#count < shapesMax;
  }

  /** Call before each stretch; whether its lines are worth trying. */
  beginStretch(): boolean {
    if (this.#pause > 0) this.#pause--;
    else if (this.#hits < this.#tried * hitsPerLineMin) this.#pause = pausedStretches;
    this.#tried = 0;
    this.#hits = 0;
    this.#attempts = Math.max(this.#attempts, attemptsPerStretch);
    return this.#pause === 0;
  }

  /** The line of `text`, a character a byte, that begins at `start`; undefined if its shape is not known. */
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

  /** `line`, a character a byte and without its LF, is the entry's. */
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

/** The first letters of the first key, which tell most shapes apart. */
function headOf(text: string, start: number): number {
  return (text.charCodeAt(start + 2) << 16) | (text.charCodeAt(start + 3) << 8) | text.charCodeAt(start + 4);
}
