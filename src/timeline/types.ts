// The model of a timeline: what a chart of a history shows, and where on the time axis it stands.
import type { EndKind, Episode, Halt, Refusal, Remark, Tenure } from "../history/types.js";

/** An instant or a period, in milliseconds since 1970-01-01 UTC. */
export interface Period {
  fromMs: number;
  /** At least `fromMs`. */
  toMs: number;
}

/** One episode as a bar. */
export interface Bar extends Period {
  episode: Episode;
  /** The index of its lane. */
  lane: number;
  /** Bars that would overlap stand in different rows of their lane, counted from 0. */
  row: number;
  /** The last sign of life, within the period. The holder was silent after it. */
  signMs: number;
  how: EndKind | "live";
}

interface MarkBase {
  lane: number;
  atMs: number;
}

/** Something that happened on a lane at an instant. */
export type Mark =
  | (MarkBase & { kind: "refused"; refusal: Refusal })
  | (MarkBase & { kind: "adopted"; episode: Episode; tenure: Tenure })
  | (MarkBase & { kind: "halted"; episode: Episode; halt: Halt })
  | (MarkBase & { kind: "odd"; remark: Remark });

export interface Lane {
  /** `""` for what names no lane of the chart. */
  name: string;
  /** How many rows its bars need, at least 1. */
  rows: number;
  /** In file order. */
  bars: Bar[];
  /** In file order. */
  marks: Mark[];
  /** When two leases were live on the lane, by the order of the file. */
  shared: Period[];
}

/** Damaged lines between the same two entries. They have no time of their own: it is that of these entries. */
export interface Damage extends Period {
  /** The first and the last damaged line, counted from 0. */
  firstLine: number;
  lastLine: number;
  /** How many lines are damaged. */
  lines: number;
}

/** A period that a chart may fold, because nothing happened in it. */
export interface Gap extends Period {
  /** No lease was held either. */
  isIdle: boolean;
}

export interface Timeline extends Period {
  /** When the history was read, in milliseconds since 1970-01-01 UTC. Live leases last until then. */
  nowMs: number;
  /** In the order in which they first appear in the file. */
  lanes: Lane[];
  damage: Damage[];
  /** In order of time. */
  gaps: Gap[];
  /** How many earlier episodes the selection left out. */
  omitted: number;
}
