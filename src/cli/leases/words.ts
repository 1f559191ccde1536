// Says in words whether a lease could be reclaimed, and why.
import type { LeaseView } from "../../leases/reclaim.js";
import type { Colour } from "../colour.js";
import { formatTime } from "../history/times.js";

type State = LeaseView["state"];

export const stateColours: { [state in State]: Colour } = { live: "green", doubtful: "yellow", dead: "red" };

/** For example `dead from 14:51:01 on unless it is renewed`. */
export function tellReclaimable({ state, isReclaimable, reclaimableAt }: LeaseView, nowMs: number): string {
  if (isReclaimable) return "it can be reclaimed now";
  if (state === "dead") return "no SCAVENGE reaches it, because it is held under another identity than its own fields";
  if (reclaimableAt === null) return "it is not known when it will be dead";
  return `dead from ${formatTime(Date.parse(reclaimableAt), nowMs)} on unless it is renewed`;
}
