// Builds the entries that hand a live lease over to another holder (docs/format.md 8).

import { Op } from "../core/op.js";
import { isObject } from "../core/words.js";
import type { Decision } from "../journal/commit.js";
import type { Entry, Lease } from "../types.js";
import { adoptEntry } from "../write/entries.js";
import { writeProcess } from "./expiry.js";
import type { Found } from "./find.js";
import { answerDone, type Terms } from "./outcome.js";
import { type Heir, stampOfNow } from "./request.js";
import type { LeaseDone } from "./types.js";

export function decideAdopt(
  found: Found,
  heir: Heir,
  reason: string,
  nextGeneration: number,
  terms: Terms,
): Decision<LeaseDone> {
  const heartbeatAt = stampOfNow(terms);
  const { holder, pid, hostId } = heir;
  const entry = adoptEntry(found.lease, { newHolder: holder, newPid: pid, newHostId: hostId, heartbeatAt, reason });
  const lease: Lease = { ...found.lease, holder, pid, host_id: hostId, heartbeat_at: heartbeatAt };
  const answer = answerDone(found, lease);
  const renewed = renewProcess(lease, heir);
  if (renewed === undefined) return { entries: [entry], settle: answer };
  return {
    entries: [entry, renewed],
    settle: (appended) => ({ ...answer(appended), generation: nextGeneration }),
  };
}

/**
 * If the heir has the former holder's name and pid (possible after a reboot), the old `process` field would pass for
 * the heir's and prove it dead. An ADOPT cannot change that field. A RECONCILE can, but it assigns a new token.
 */
function renewProcess(lease: Lease, { mark }: Heir): Entry | undefined {
  const written: unknown = lease["process"];
  if (!isObject(written) || written["pid"] !== lease["pid"] || written["holder"] !== lease["holder"]) return undefined;
  const current = mark === undefined ? null : writeProcess(mark, String(lease["holder"]));
  if (current !== null && Object.entries(current).every(([field, value]) => written[field] === value)) return undefined;
  lease["process"] = current;
  return { op: Op.RECONCILE, lane: lease["lane"], loop_ts: lease["loop_ts"], lease: { ...lease } };
}
