// Finds the fewest entries that fold to the same state (docs/format.md 7).

import { copyMembers } from "../core/copy.js";
import { foldEntries } from "../core/fold.js";
import { identityKey, identityOf } from "../core/identity.js";
import { CORRUPT_OP, Op } from "../core/op.js";
import { text } from "../core/words.js";
import type { Entry, Generation, Lease } from "../types.js";

/** Returns `[checkpoint, ...acquires, ...sentinels]` as new objects. Throws `TypeError` as `replay` does. */
export function compact(entries: Iterable<Entry>): Entry[] {
  const sentinels: Entry[] = [];
  const state = foldEntries(entries, (entry) => {
    if (text(entry["op"]) === CORRUPT_OP) sentinels.push(copyMembers(entry));
  });
  const keys = Array.from(state.live.keys());
  const leases = state.live.leases();
  const stranger = leases.findIndex((lease, index) => identityKey(lease) !== keys[index]);
  const riding = stranger === -1 ? leases.length : stranger;

  const checkpoint: Entry = { op: Op.CHECKPOINT, leases: leases.slice(0, riding), seq_watermark: state.seq };
  const { counter } = state.generations;
  if (counter > 0) checkpoint["generation_watermark"] = counter;
  const rows = keys.map((key) => state.generations.get(key)).filter(isPresent);
  if (rows.length > 0) checkpoint["generations"] = rows;

  const acquires = keys.slice(riding).map((key, index) => acquireUnder(key, leases[riding + index]));
  return [checkpoint, ...acquires, ...sentinels];
}

/** Makes the entry of a lease that a checkpoint would move to another identity or another place. */
function acquireUnder(key: string, lease: Lease | undefined): Entry {
  const { lane, loop_ts } = identityOf(key);
  return { op: Op.ACQUIRE, lane, loop_ts, lease };
}

function isPresent(row: Generation | undefined): row is Generation {
  return row !== undefined;
}
