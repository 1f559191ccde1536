// Builds the entries that withdraw entries which other writers' entries have preceded (docs/format.md 8, "Order").
import { isDeepStrictEqual } from "node:util";
import { identityKey, identityOf, noIdentity } from "../core/identity.js";
import { Op, STATE_MUTATING_OPS } from "../core/op.js";
import { isObject, text } from "../core/words.js";
import type { Fold } from "../engine/engine.js";
import type { Entry, Lease } from "../types.js";
import { type Fields, ifAny } from "../write/entry-fields.js";

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
  /** The lease that was live after the entries; undefined if there was none. */
  written: Lease | undefined;
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
    const left = { written: after.leases.get(key), token: after.tokens.get(key) };
    if (lease !== undefined || adds) planned.set(key, { key, lease, ...left, before: live });
  }
  return Array.from(planned.values());
}

/** What a WITHDRAW entry says: a state of the identity that one writer left is not valid, and which one precedes it. */
export interface WithdrawalRecord {
  key: string;
  /** The lease that is not valid; undefined if there was none. */
  withdrawn: unknown;
  restored: unknown;
}

/** No fold knows this op, so the entry changes no lease. */
const recordOp = "WITHDRAW";

/** Finds the records among the entries that follow the ones to be withdrawn. */
export function listRecords(entries: readonly Entry[]): WithdrawalRecord[] {
  const leaseOf = (value: unknown): unknown => (isObject(value) ? value : undefined);
  return entries
    .filter(({ op }) => op === recordOp)
    .map((entry) => ({
      key: identityKey(entry),
      withdrawn: leaseOf(entry["withdrawn"]),
      restored: leaseOf(entry["restored"]),
    }));
}

/** Returns the entries that are still necessary, given the journal's current state and what other writers recorded. */
export function withdrawalEntries(
  planned: readonly Withdrawal[],
  now: HeldState,
  records: readonly WithdrawalRecord[],
): Fields[] {
  return planned.flatMap((withdrawal) => withdrawOne(withdrawal, now, records));
}

function withdrawOne(withdrawal: Withdrawal, now: HeldState, records: readonly WithdrawalRecord[]): Fields[] {
  const { key, written, token, before } = withdrawal;
  const current = now.leases.get(key);
  const { invalid, lease } = resolve(withdrawal, records);
  const isOwn = now.tokens.get(key) === token;
  if (isDeepStrictEqual(current, lease) && (!isOwn || lease === undefined)) return [];
  const identity = identityOf(key);
  if (!isOwn && !invalid.some((each) => isDeepStrictEqual(each, current))) {
    // The newer entry may be valid. If it is not, its writer needs to know that what preceded it is not valid either.
    const record = { key, withdrawn: written, restored: lease };
    if (records.some((each) => isDeepStrictEqual(each, record))) return [];
    const states = { withdrawn: written ?? null, restored: lease ?? null };
    return [{ op: recordOp, ...identity, ...states, reason: withdrawnReason }];
  }
  if (lease === undefined) {
    return [{ op: Op.RELEASE, ...identity, reason: withdrawnReason, ...ifAny("by", current?.holder) }];
  }
  // A holder that was granted the lane meanwhile keeps it. The former holder's token is then rejected.
  const isTaken = Array.from(now.leases).some(
    ([other, { lane }]) => other !== key && !before.has(other) && text(lane) === identity.lane,
  );
  return isTaken ? [] : [{ op: Op.RECONCILE, ...identity, lease, reason: withdrawnReason }];
}

/** Follows the records back from the lease before the entries to one that no other writer has withdrawn. */
function resolve(
  { key, lease, written }: Withdrawal,
  records: readonly WithdrawalRecord[],
): { invalid: unknown[]; lease: unknown } {
  const invalid: unknown[] = [written];
  let valid: unknown = lease;
  // Each record is followed at most once, so records that refer to each other cannot make this endless.
  for (const _ of records) {
    const record = records.find((each) => each.key === key && isDeepStrictEqual(each.withdrawn, valid));
    if (record === undefined) break;
    invalid.push(valid);
    valid = record.restored;
  }
  return { invalid, lease: valid };
}

const withdrawnReason = "withdrawn: other writers' entries came before the one that this entry withdraws";
