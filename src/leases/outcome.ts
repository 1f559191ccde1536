// What was decided about a lease in, the entries to append and the answer once they are durable out.
import { isEmpty, text } from "../core/words.js";
import type { Decision } from "../journal/commit.js";
import type { ProcessMark, ProcessTable } from "../lock/process.js";
import type { Blocker, Entry, Lease } from "../types.js";
import { refuseEntry } from "../write/event-entries.js";
import type { Found } from "./find.js";
import type { LeaseTerms } from "./request.js";
import type { LeaseDone, LeaseRefused } from "./types.js";

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
  rootId?: string | number | undefined;
  parentId?: string | number | undefined;
  /** The tree that was requested. */
  tree?: readonly string[] | undefined;
  /** The live leases in the way. */
  heldBy?: readonly Found[] | undefined;
}

/** A refusal is journaled like anything else that was decided. */
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

/** The paths of the leases that have a tree, by lane; `undefined` if none has one. */
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

/** For a change that leaves the token as it was; `lease` is as the fold has it now, or had it last. */
export function answerDone({ generation }: Found, lease: Lease): (appended: Entry[]) => LeaseDone {
  const meant = { lane: text(lease["lane"]), loopTs: text(lease["loop_ts"]) };
  return (appended) => ({ ok: true, ...meant, lease, generation, entry: firstOf(appended) });
}

export function firstOf([entry]: readonly Entry[]): Entry {
  if (entry !== undefined) return entry;
  throw new Error("a decision: expected its entry back, found none");
}
