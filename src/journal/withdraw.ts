// Builds the entries that withdraw entries which other writers' entries have preceded (docs/format.md 8, "Order").
import { identityKey, identityOf, noIdentity } from "../core/identity.js";
import { Op, STATE_MUTATING_OPS } from "../core/op.js";
import { text } from "../core/words.js";
import type { Fold } from "../engine/engine.js";
import type { Entry, Lease } from "../types.js";
import { ifAny } from "../write/entry-fields.js";

/** The live leases by the identity of their own fields, and the tokens by the identity of the tokens. */
export interface HeldState {
  leases: ReadonlyMap<string, Lease>;
  tokens: ReadonlyMap<string, number>;
}

/** The state to restore for one identity. */
export interface Withdrawal {
  key: string;
  /** The lease that was live before the entries; undefined if there was none. */
  lease: Lease | undefined;
  /** The token right after the entries. While it is unchanged, no other writer has changed the identity. */
  token: number | undefined;
  /** The identities that were live before the entries. */
  before: ReadonlySet<string>;
}

export function heldState(fold: Fold): HeldState {
  return {
    leases: new Map(fold.leases().map((lease) => [identityKey(lease), lease])),
    tokens: new Map(fold.generations().map((row) => [identityKey({ ...row }), row.generation])),
  };
}

/** Whether the entry affects other writers' decisions. A HEARTBEAT does: it can show that a lease is not dead. */
export function changesLeases(entry: Entry): boolean {
  const op = text(entry["op"]);
  const ops: ReadonlySet<string> = STATE_MUTATING_OPS;
  return op === Op.CHECKPOINT || ops.has(op);
}

/**
 * Returns `undefined` if an entry cannot be withdrawn: a CHECKPOINT, or one that replaced a lease of another identity.
 */
export function planWithdrawal(
  entries: readonly Entry[],
  before: HeldState,
  after: HeldState,
): Withdrawal[] | undefined {
  const planned = new Map<string, Withdrawal>();
  const live = new Set(before.leases.keys());
  for (const entry of entries) {
    const op = text(entry["op"]);
    if (op === Op.CHECKPOINT) return undefined;
    const key = identityKey(entry);
    // A HEARTBEAT takes nothing from other writers, and withdrawing it would cost the holder its token.
    if (!changesLeases(entry) || op === Op.HEARTBEAT || key === noIdentity) continue;
    const lease = before.leases.get(key);
    if (lease === undefined && before.tokens.has(key)) return undefined;
    const adds = op === Op.ACQUIRE || op === Op.RECONCILE;
    if (lease !== undefined || adds) planned.set(key, { key, lease, token: after.tokens.get(key), before: live });
  }
  return Array.from(planned.values());
}

/** Returns the entries that are still necessary, given the journal's current state. */
export function withdrawalEntries(planned: readonly Withdrawal[], now: HeldState): Entry[] {
  return planned.flatMap((withdrawal) => withdrawOne(withdrawal, now));
}

function withdrawOne({ key, lease, token, before }: Withdrawal, now: HeldState): Entry[] {
  if (now.tokens.get(key) !== token) return [];
  const identity = identityOf(key);
  if (lease === undefined) {
    return [{ op: Op.RELEASE, ...identity, reason: withdrawnReason, ...ifAny("by", now.leases.get(key)?.holder) }];
  }
  // A holder that was granted the lane meanwhile keeps it. The former holder's token is then rejected.
  const isTaken = Array.from(now.leases).some(
    ([other, { lane }]) => other !== key && !before.has(other) && text(lane) === identity.lane,
  );
  return isTaken ? [] : [{ op: Op.RECONCILE, ...identity, lease, reason: withdrawnReason }];
}

const withdrawnReason = "withdrawn: other writers' entries came before the one that this entry withdraws";
