// Writes instants and durations for people. All times are UTC.

const secondMs = 1000;
const minuteMs = 60 * secondMs;
const hourMs = 60 * minuteMs;
const dayMs = 24 * hourMs;

const units = [
  { name: "d", ms: dayMs },
  { name: "h", ms: hourMs },
  { name: "m", ms: minuteMs },
  { name: "s", ms: secondMs },
] as const;

/** Formats the time of day, after the date unless that is the day of `besideMs`. `null` is an unknown time. */
export function formatTime(at: number | null, besideMs: number): string {
  if (at === null) return "--:--:--";
  const iso = new Date(at).toISOString();
  const isSameDay = Math.floor(at / dayMs) === Math.floor(besideMs / dayMs);
  return isSameDay ? iso.slice(11, 19) : iso.slice(0, 19).replace("T", " ");
}

/** Formats the two largest units, as in `49 m 53 s`. A time that went back is negative. */
export function formatDuration(ms: number): string {
  const sign = ms < 0 ? "-" : "";
  const whole = Math.floor(Math.abs(ms) / secondMs) * secondMs;
  const largest = units.findIndex((unit) => whole >= unit.ms);
  if (largest === -1) return "0 s";
  const [first, second] = units.slice(largest);
  if (first === undefined) return "0 s";
  const rest = second === undefined ? 0 : Math.floor((whole % first.ms) / second.ms);
  const tail = second === undefined || rest === 0 ? "" : ` ${rest} ${second.name}`;
  return `${sign}${Math.floor(whole / first.ms)} ${first.name}${tail}`;
}

/** Formats the time between two instants; `undefined` if either is unknown. */
export function formatBetween(from: number | null | undefined, to: number | null | undefined): string | undefined {
  return from === null || to === null || from === undefined || to === undefined ? undefined : formatDuration(to - from);
}
