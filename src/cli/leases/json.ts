// Writes live leases for programs: one line of JSON for each.
import type { LeaseView } from "../../leases/reclaim.js";
import { formatStrictLine } from "../strict.js";

/** Returns lines, each with its LF. */
export function* writeLeasesJson(leases: readonly LeaseView[]): Generator<string> {
  for (const lease of leases) yield formatStrictLine({ ...lease });
}
