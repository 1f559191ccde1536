// Converts the pair (loop_ts, lane) to the key under which the fold's maps hold it, and back (docs/format.md 5).
import { text } from "./words.js";

/** The texts that identify a lease or an entry. */
export interface Identity {
  loop_ts: string;
  lane: string;
}

/**
 * Returns the members `lane` and `loop_ts` as a canonical line has them, from the lane's text on. JSON strings mark
 * their own ends, so two identities never share a key, whatever they contain. A canonical line contains its own key as
 * text.
 */
export function identityKey(members: { [key: string]: unknown }): string {
  return joinIdentity(JSON.stringify(text(members["lane"])), JSON.stringify(text(members["loop_ts"])));
}

/** Like `identityKey`, for the two texts as JSON strings. The key keeps no larger string in memory. */
export function joinIdentity(lane: string, loopTs: string): string {
  // Joining copies the texts, whereas concatenation would refer to them.
  return [lane, loopTs].join(separator);
}

const separator = ', "loop_ts": ';

/** The key of an entry without identity, which the fold ignores except in a checkpoint (docs/format.md 5). */
export const noIdentity = identityKey({});

/** Returns the lane of a key as a JSON string. Two keys have equal texts if and only if their lanes are equal. */
export function laneText(key: string): string {
  // Within a JSON string, a backslash would precede the quotes.
  return key.slice(0, key.indexOf(separator));
}

export function identityOf(key: string): Identity {
  if (!key.includes("\\")) {
    const end = key.indexOf('"', 1);
    return { loop_ts: key.slice(end + separator.length + 2, -1), lane: key.slice(1, end) };
  }
  const { lane, loop_ts }: { [key: string]: unknown } = JSON.parse(`{"lane": ${key}}`);
  return { loop_ts: text(loop_ts), lane: text(lane) };
}
