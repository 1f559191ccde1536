// What was decided about a lease in, the entries to append and the answer once they are durable out.
import type { Decision } from "../commit.js";
import { text } from "../core/words.js";
import type { Entry, Lease } from "../types.js";
import { refuseEntry } from "../write/event-entries.js";
import type { ProcessMark, ProcessTable } from "../write/process.js";
import type { Found } from "./find.js";
import type { LeaseTerms } from "./request.js";
import type { LeaseDone, LeaseRefused } from "./shapes.js";

/** What a shell decides with. */
export interface Terms extends LeaseTerms {
  processes: ProcessTable;
  /** The process its leases name. */
  mark: ProcessMark;
}

export interface Refusal {
  lane: string;
  loopTs: string;
  reason: string;
  reasonClass: string;
  runId?: string | number | undefined;
}

/** A refusal is journaled like anything else that was decided. */
export function refuse(refusal: Refusal, { owner, hostId }: Terms): Decision<LeaseRefused> {
  const { lane, loopTs, reason, reasonClass, runId } = refusal;
  const entry = refuseEntry({ lane, reason }, { owner, lane, loopTs, hostId, runId, reasonClass });
  return {
    entries: [entry],
    settle: (appended) => ({ ok: false, reason, reasonClass, entry: firstOf(appended) }),
  };
}

/** For a change that leaves the token as it was; `lease` is as the fold has it now, or had it last. */
export function answerDone({ generation }: Found, lease: Lease): (appended: Entry[]) => LeaseDone {
  const meant = { lane: text(lease["lane"]), loopTs: text(lease["loop_ts"]) };
  return (appended) => ({ ok: true, ...meant, lease, generation, entry: firstOf(appended) });
}

export function firstOf([entry]: readonly Entry[]): Entry {
  if (entry !== undefined) return entry;
  throw new Error("a decision: expected its entry back, found none");
}
