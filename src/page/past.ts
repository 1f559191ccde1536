// Reads the history that the page contains, and gives everything in it a key.
import type { History } from "../history/select.js";
import type { Episode, Refusal } from "../history/types.js";
import { makeTimeline } from "../timeline/model.js";
import { Axis } from "../timeline/scale.js";
import type { Timeline } from "../timeline/types.js";
import { isPackedHistory, unpackHistory } from "../timeline/unpack.js";
import { type Filter, filterHistory } from "./filter.js";

export interface Past {
  journal: string;
  nowMs: number;
  history: History;
  timeline: Timeline;
}

export function readPast(text: string): Past {
  const packed: unknown = JSON.parse(text);
  if (!isPackedHistory(packed)) throw new Error("the history in this page has an unknown form");
  const { journal, nowMs, fromMs, toMs } = packed;
  const history = unpackHistory(packed);
  const timeline = makeTimeline(history, { nowMs, fromMs: fromMs ?? undefined, toMs: toMs ?? undefined });
  return { journal, nowMs, history, timeline };
}

/** Returns the timeline of a part of the history, over the same time. */
export function selectPast({ history, timeline, nowMs }: Past, filter: Filter): Timeline {
  const { fromMs, toMs, gaps } = timeline;
  const part = makeTimeline(filterHistory(history, filter), { nowMs, fromMs, toMs, gapsMax: 0 });
  return { ...part, fromMs, toMs, gaps };
}

export function makeAxis(timeline: Timeline, isFolded: boolean): Axis {
  return new Axis(timeline, isFolded ? timeline.gaps : []);
}

/** Numbers objects in the order in which they are first seen. */
export class Keys {
  readonly #numbers = new Map<Episode | Refusal, number>();

  of(item: Episode | Refusal): string {
    const known = this.#numbers.get(item);
    if (known !== undefined) return String(known);
    this.#numbers.set(item, this.#numbers.size);
    return String(this.#numbers.size - 1);
  }
}
