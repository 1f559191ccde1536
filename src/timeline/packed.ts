// Declares the form in which a page contains a history: every text once, and lists instead of objects.

/** The line, the number, the instant or `null`, and the index of the file unless it is 0. */
export type PackedMoment = readonly [line: number, seq: number, at: number | null, file?: number];

/** An index into `texts`. */
type TextIndex = number;

/** An index into `episodes`, or -1 for none. */
type EpisodeIndex = number;

export type PackedEnd = readonly [how: number, moment: PackedMoment, by: TextIndex, reason: TextIndex];

export type PackedEpisode = readonly [
  lane: TextIndex,
  loopTs: TextIndex,
  token: number | null,
  begin: PackedMoment,
  isInherited: 0 | 1,
  isUncertain: 0 | 1,
  end: PackedEnd | 0,
  firstHolder: TextIndex,
  adoptions: readonly (readonly [holder: TextIndex, from: PackedMoment])[],
  runId: TextIndex,
  hostId: TextIndex,
  /** The JSON text of the tree; that of `null` if there is none. */
  tree: TextIndex,
  beats: number,
  lastSignAt: number | null,
  gapMs: number,
  halts: readonly (readonly [moment: PackedMoment, handle: TextIndex, reason: TextIndex])[],
];

export type PackedBlocker = readonly [
  lane: TextIndex,
  loopTs: TextIndex,
  holder: TextIndex,
  token: number | null,
  lastSignAt: number | null,
  episode: EpisodeIndex,
];

export type PackedRefusal = readonly [
  moment: PackedMoment,
  isAcquire: 0 | 1,
  holder: TextIndex,
  lane: TextIndex,
  loopTs: TextIndex,
  runId: TextIndex,
  reason: TextIndex,
  reasonClass: TextIndex,
  evidence: number,
  blockers: readonly PackedBlocker[],
  granted: EpisodeIndex,
];

export type PackedRemark = readonly [
  kind: TextIndex,
  moment: PackedMoment,
  op: TextIndex,
  lane: TextIndex,
  holder: TextIndex,
  found: string | number | null,
  episode: EpisodeIndex,
];

/** Changes whenever the form does. */
export const packedVersion = 1 as const;

export interface PackedHistory {
  version: typeof packedVersion;
  /** The name of the journal's file. */
  journal: string;
  nowMs: number;
  /** The period that was selected. */
  fromMs: number | null;
  toMs: number | null;
  omitted: number;
  texts: readonly string[];
  episodes: readonly PackedEpisode[];
  /** The first so many episodes were selected. The others are only referred to. */
  selected: number;
  refusals: readonly PackedRefusal[];
  remarks: readonly PackedRemark[];
}
