// Gives a second opinion on whether a lease is dead: the predicate of the reference for a lease without a pid, written
// again from its documentation, as short as possible. It shares no code with src.
const gregorian = /^(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d)(?::(\d\d))?Z$/;

/** The reference reads two forms of a stamp, with and without seconds, both ending in `Z`. */
function parseStamp(stamp: unknown): number | undefined {
  const match = typeof stamp === "string" ? gregorian.exec(stamp) : null;
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second = 0] = match.slice(1).map((part) => Number(part ?? 0));
  const at = Date.UTC(Number(year), Number(month) - 1, Number(day), Number(hour), Number(minute), second);
  const isSame = new Date(at).toISOString().startsWith(String(stamp).slice(0, 16));
  return isSame && second < 60 ? at : undefined;
}

/** Returns whether Python considers the value false; the next stamp is used then. */
function isFalse(value: unknown): boolean {
  return value === undefined || value === null || value === "" || value === 0 || value === false;
}

/** Python treats `True` as 1. */
function readTtl(ttl: unknown): number {
  const minutes = ttl === true ? 1 : ttl;
  return typeof minutes === "number" && !(minutes <= 0) ? minutes : 50;
}

/**
 * A lease is dead if its newest stamp is older than its time to live plus 5 minutes. Without a readable stamp it is
 * kept.
 */
export function isDeadToReference(lease: { [key: string]: unknown }, now: number): boolean {
  const at = parseStamp(isFalse(lease["heartbeat_at"]) ? lease["acquired_at"] : lease["heartbeat_at"]);
  if (at === undefined) return false;
  const minutes = (now - at) / 60_000;
  return minutes > 5 && minutes > readTtl(lease["ttl_minutes"]) + 5;
}
