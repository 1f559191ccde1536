// Judges from the progress of a run whether it advances, spins or has stalled (docs/format.md 12, "Liveness").
import type { LivenessVerdict } from "./types.js";

const minuteMs = 60_000;

/** A beat that is at most this old shows that the run is alive. */
const beatAgeMsMax = 15 * minuteMs;

/** A run that is alive and younger than this is not accused of spinning. */
const runAgeMsMin = 30 * minuteMs;

export interface LivenessEvidence {
  commits: number;
  events: number;
  beatAgeMs: number | null;
  /** The time since the run began; negative if that lies ahead of the clock. */
  runAgeMs: number;
  /** Whether its process is provably gone. */
  isGone: boolean;
}

export interface Judgement {
  verdict: LivenessVerdict;
  reason: string;
}

/** The first rule that applies decides. */
export function judgeLiveness({ commits, events, beatAgeMs, runAgeMs, isGone }: LivenessEvidence): Judgement {
  if (commits >= 1) return { verdict: "ADVANCING", reason: `${count(commits, "commit")} since it began` };
  if (events >= 1) return { verdict: "ADVANCING", reason: `${count(events, "change")} of its lease since it began` };
  if (beatAgeMs === null) return { verdict: "STALLED", reason: "no beat" };
  const beat = `last beat ${minutes(beatAgeMs)} ago`;
  if (beatAgeMs > beatAgeMsMax) return { verdict: "STALLED", reason: beat };
  if (isGone) return { verdict: "STALLED", reason: `${beat}, but its process is gone` };
  if (runAgeMs < runAgeMsMin) return { verdict: "ADVANCING", reason: `${beat}; it began ${minutes(runAgeMs)} ago` };
  return { verdict: "SPINNING", reason: `${beat}, but nothing moved in the ${minutes(runAgeMs)} since it began` };
}

function count(n: number, noun: string): string {
  return `${n} ${noun}${n === 1 ? "" : "s"}`;
}

function minutes(ms: number): string {
  return count(Math.floor(Math.max(0, ms) / minuteMs), "minute");
}
