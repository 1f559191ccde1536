// Views the live leases of a finished fold as an operator wants to see them.
import type { Fold } from "../../engine/engine.js";
import { type LeaseView, viewLeases } from "../../leases/reclaim.js";
import { markLineage, systemProcesses } from "../../lock/process.js";
import { guardRead } from "../../read/fold.js";

export interface Viewing {
  /** The path of the journal, for errors. */
  path: string;
  nowMs: number;
  /** Whose leases are marked. Default: those of the processes that started this one. */
  owner: string | undefined;
}

/** Returns the live leases in map order. */
export function viewFold(fold: Fold, { path, nowMs, owner }: Viewing): LeaseView[] {
  const state = { live: guardRead(path, () => fold.leases()), generations: fold.generations() };
  return viewLeases(state, { now: nowMs, processes: systemProcesses }, { owner, processes: markLineage() });
}
