// Lets a decision see the leases of other hosts. It can only refuse more: no view of a fleet grants a lane.
import type { DecideLease, Lease, LeaseDecision } from "lane-journal";
import type { FleetJournal, FleetView } from "./fleet.js";

export interface FleetDecisionOptions {
  /**
   * The decision over the leases of this host. It is called a second time with the leases of the other hosts, so it
   * must depend on its arguments alone.
   */
  decide: DecideLease;
  /** The view of the fleet. It is asked for its journals at every decision. */
  view: Pick<FleetView, "journals">;
  /** The id of this host's own journal in the fleet, whose leases `decide` sees already. */
  journal: string;
  /**
   * What to do with a request while the view cannot show all leases of another journal: refuse it, or decide by the
   * leases that it shows. Default `refuse`.
   */
  whenUnknown?: "refuse" | "decide";
}

/**
 * Returns a decision for `openLeases` that is the one of `decide`, unless leases of other hosts are in its way: then it
 * refuses, with the class `HELD_ELSEWHERE`, or `FLEET_UNKNOWN` if they are not all known. A holder that the view has
 * not shown yet is not excluded (README.md, "Decisions that see the fleet").
 */
export function decideInFleet({ decide, view, journal, whenUnknown = "refuse" }: FleetDecisionOptions): DecideLease {
  return (request, live) => {
    const own = decide(request, live);
    if (!own.ok) return own;
    const { ok, ...granted } = own;
    const journals = view.journals().filter(({ id }) => id !== journal);
    const unknown = journals.find(({ gap }) => gap !== undefined);
    if (unknown !== undefined && whenUnknown === "refuse") return refuseUnknown(unknown);
    const wanted = { ...request, ...granted };
    const others = journals.flatMap(({ leases }) => leases);
    const elsewhere = decide(wanted, others);
    if (!elsewhere.ok) return refuseHeld(elsewhere, journals);
    const isChanged = elsewhere.lane !== undefined && elsewhere.lane !== wanted.lane;
    return isChanged || !isSameTree(elsewhere.tree, wanted.tree) ? refuseChanged(elsewhere) : own;
  };
}

type Refusal = Extract<LeaseDecision, { ok: false }>;
type Grant = Extract<LeaseDecision, { ok: true }>;

function refuseUnknown({ id, gap }: FleetJournal): Refusal {
  return { ok: false, reason: `the leases of the journal ${id} are not known: ${gap}`, reasonClass: "FLEET_UNKNOWN" };
}

/** The leases are not passed on as `heldBy`, which names leases of the journal in which the refusal is written. */
function refuseHeld({ reason, heldBy = [] }: Refusal, journals: readonly FleetJournal[]): Refusal {
  const [first] = heldBy;
  const holding = journals.find(({ leases }) => leases.some((lease: Lease) => lease === first));
  const place = holding === undefined ? "in another journal" : `in the journal ${holding.id}`;
  return { ok: false, reason: `${reason}, ${place} of the fleet`, reasonClass: "HELD_ELSEWHERE" };
}

/** The other lane or tree was not decided on with the leases of this host. */
function refuseChanged({ lane }: Grant): Refusal {
  const what = lane === undefined ? "another tree" : `the lane ${JSON.stringify(lane)}`;
  return { ok: false, reason: `the leases of other hosts leave only ${what}`, reasonClass: "HELD_ELSEWHERE" };
}

function isSameTree(tree: readonly string[] | undefined, wanted: readonly string[] | undefined): boolean {
  return tree === undefined || JSON.stringify(tree) === JSON.stringify(wanted);
}
