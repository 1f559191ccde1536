// Turns a decision about a lease into the entries to append and the answer to return once they are durable.
import { isEmpty, text } from "../core/words.js";
import type { Decision } from "../journal/commit.js";
import type { ProcessMark, ProcessTable } from "../lock/process.js";
import type { Blocker, Entry, Lease } from "../types.js";
import { refuseEntry } from "../write/event-entries.js";
import type { Found } from "./find.js";
import type { LeaseTerms } from "./request.js";
import type { LeaseDone, LeaseRefused } from "./types.js";

/** The settings and the process on whose behalf a shell decides. */
export interface Terms extends LeaseTerms {
  processes: ProcessTable;
  /** The process that new leases name. */
  mark: ProcessMark;
}

export interface Refusal {
  lane: string;
  loopTs: string;
  reason: string;
  reasonClass: string;
  runId?: string | number | undefined;
  rootId?: string | number | undefined;
  parentId?: string | number | undefined;
  /** The tree that was requested. */
  tree?: readonly string[] | undefined;
  /** The live leases that caused the refusal. */
  heldBy?: readonly Found[] | undefined;
}

/** Builds the REFUSE: a refusal is journaled like every other decision. */
export function refuse(refusal: Refusal, { owner, hostId }: Terms): Decision<LeaseRefused> {
  const { lane, loopTs, reason, reasonClass, tree, runId, rootId, parentId, heldBy = [] } = refusal;
  const blockers = heldBy.length === 0 ? undefined : heldBy.map(nameBlocker);
  const asked = { owner, lane, loopTs, hostId, reasonClass, tree, runId, rootId, parentId };
  const entry = refuseEntry({ lane, reason }, { ...asked, heldBy: blockers, blockingTrees: collectTrees(heldBy) });
  return {
    entries: [entry],
    settle: (appended) => ({ ok: false, reason, reasonClass, entry: firstOf(appended) }),
  };
}

function nameBlocker({ lease, generation }: Found): Blocker {
  const holder = isEmpty(lease["holder"]) ? null : text(lease["holder"]);
  return { holder, lane: text(lease["lane"]), loop_ts: text(lease["loop_ts"]), generation };
}

/** Maps lanes to the trees of their leases; `undefined` if no lease has a tree. */
function collectTrees(leases: readonly Found[]): { [lane: string]: string[] } | undefined {
  const trees = new Map<string, Set<string>>();
  for (const { lease } of leases) {
    const tree: unknown = lease["tree"];
    if (isEmpty(tree)) continue;
    const lane = text(lease["lane"]);
    const paths = (Array.isArray(tree) ? tree : [tree]).map(text);
    trees.set(lane, new Set([...(trees.get(lane) ?? []), ...paths]));
  }
  if (trees.size === 0) return undefined;
  return Object.fromEntries(Array.from(trees, ([lane, paths]) => [lane, Array.from(paths)]));
}

/** For a change that keeps the token. `lease` is the lease after the change, or its last state if it was removed. */
export function answerDone({ generation }: Found, lease: Lease): (appended: Entry[]) => LeaseDone {
  const meant = { lane: text(lease["lane"]), loopTs: text(lease["loop_ts"]) };
  return (appended) => ({ ok: true, ...meant, lease, generation, entry: firstOf(appended) });
}

export function firstOf([entry]: readonly Entry[]): Entry {
  if (entry !== undefined) return entry;
  throw new Error("a decision: expected its entry back, found none");
}
