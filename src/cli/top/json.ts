// Writes the lanes that `lj top` shows for programs: one line of JSON for each.

import type { TopLanes } from "../../liveness/lanes.js";
import { formatStrictLine } from "../strict.js";

/** Returns lines, each with its LF. */
export function* writeLanesJson({ leases, spawning, free }: TopLanes): Generator<string> {
  for (const { view, verdict } of leases) yield formatStrictLine({ kind: "lease", verdict, ...view });
  for (const { lane, holder, run_id, moment } of spawning) {
    yield formatStrictLine({ kind: "spawning", lane, holder, run_id, launchedAt: moment.at });
  }
  for (const { lane, holder } of free) yield formatStrictLine({ kind: "free", lane, holder });
}
