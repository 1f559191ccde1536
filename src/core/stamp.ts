// Reads time stamps (docs/format.md 4). All stamps in the project are read here.

/** A date, `T` or a space, a time of day whose seconds may be missing, and the zone. */
const stampPattern = /^(\d{4}-\d\d-(\d\d))[T ](\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,40}))?)?(?:Z|([+-])(\d\d):?(\d\d))$/;

const minuteMs = 60_000;

/**
 * Returns milliseconds since 1970, or `NaN` if the value is not a stamp. A stamp without seconds is the start of its
 * minute. A leap second is the second after it.
 */
export function instantOf(value: unknown): number {
  const match = typeof value === "string" ? stampPattern.exec(value) : null;
  if (match === null) return Number.NaN;
  const [hour = 0, minute = 0, second = 0, zoneHour = 0, zoneMinute = 0] = [3, 4, 5, 8, 9].map((group) =>
    Number(match[group] ?? 0),
  );
  if (hour > 23 || minute > 59 || second > 60 || zoneHour > 23 || zoneMinute > 59) return Number.NaN;
  const midnight = Date.parse(`${match[1]}T00:00:00Z`);
  // Date.parse accepts February 31 as March 3.
  if (new Date(midnight).getUTCDate() !== Number(match[2])) return Number.NaN;
  const offset = (zoneHour * 60 + zoneMinute) * (match[7] === "-" ? -1 : 1);
  const fraction = Math.floor(Number(`0.${match[6] ?? 0}`) * 1000);
  return midnight + (hour * 60 + minute - offset) * minuteMs + second * 1000 + fraction;
}

/** Like `instantOf`, but returns the latest instant: the last second of the minute for a stamp without seconds. */
export function lastInstantOf(stamp: string): number {
  return instantOf(stamp) + (/[T ]\d\d:\d\d(?:Z|[+-])/.test(stamp) ? minuteMs - 1000 : 0);
}

/** Returns the last millisecond that a stamp may stand for: of its second, or of its minute if it has no seconds. */
export function endOfStamp(stamp: string): number {
  return lastInstantOf(stamp) + 999;
}
