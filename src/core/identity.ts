// (loop_ts, lane) <-> the key it is held under in the maps of the fold (docs/format.md 5).
import { findStringEnd } from "./dialect.js";
import { text } from "./words.js";

/** The identity of a lease or an entry, as texts. */
export interface Identity {
  loop_ts: string;
  lane: string;
}

/**
 * The members `lane` and `loop_ts` as a canonical line has them, without what stands before the lane's text. JSON
 * strings end where they end, so no two identities share a key, whatever is in them; and a canonical line's own text is
 * its key.
 */
export function identityKey(members: { [key: string]: unknown }): string {
  return joinIdentity(JSON.stringify(text(members["lane"])), JSON.stringify(text(members["loop_ts"])));
}

/** As `identityKey`, of the two texts as JSON strings; the key does not keep in memory what they were cut from. */
export function joinIdentity(lane: string, loopTs: string): string {
  // Joining copies, where adding up would refer to the parts.
  return [lane, loopTs].join(', "loop_ts": ');
}

/** What the fold ignores, but in a checkpoint (docs/format.md 5). */
export const noIdentity = identityKey({});

/** The lane of a key, as a JSON string: two keys have the same text if and only if they have the same lane. */
export function laneText(key: string): string {
  return key.slice(0, findStringEnd(key, 0) + 1);
}

export function identityOf(key: string): Identity {
  const { lane, loop_ts }: { [key: string]: unknown } = JSON.parse(`{"lane": ${key}}`);
  return { loop_ts: text(loop_ts), lane: text(lane) };
}
