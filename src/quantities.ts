// Reads and writes sizes and durations, such as `64MB` and `30d`.

/** Decimal like a disk's maker counts (`MB`), or binary (`MiB`). Bare letters are decimal. */
const sizeUnits: { [unit: string]: number } = {
  "": 1,
  b: 1,
  k: 1e3,
  kb: 1e3,
  m: 1e6,
  mb: 1e6,
  g: 1e9,
  gb: 1e9,
  t: 1e12,
  tb: 1e12,
  kib: 2 ** 10,
  mib: 2 ** 20,
  gib: 2 ** 30,
  tib: 2 ** 40,
};

const secondMs = 1000;
const durationUnits: { [unit: string]: number } = {
  s: secondMs,
  m: 60 * secondMs,
  h: 3600 * secondMs,
  d: 24 * 3600 * secondMs,
  w: 7 * 24 * 3600 * secondMs,
};

export const sizeExpected = "a size such as 64MB, 64MiB or 64000000";
export const durationExpected = "a duration such as 30d, 12h, 90m or 2w";

/** Returns bytes; undefined for anything but a size of at least one byte. */
export function readSize(text: string): number | undefined {
  const bytes = readQuantity(text, sizeUnits);
  return bytes === undefined || bytes < 1 ? undefined : bytes;
}

/** Returns milliseconds; undefined for anything but a duration. */
export function readDuration(text: string): number | undefined {
  return readQuantity(text, durationUnits);
}

function readQuantity(text: string, units: { [unit: string]: number }): number | undefined {
  const [, digits, unit = ""] = /^(\d{1,15}(?:\.\d{1,6})?)\s?([a-z]{0,3})$/i.exec(text) ?? [];
  const factor = Object.hasOwn(units, unit.toLowerCase()) ? units[unit.toLowerCase()] : undefined;
  if (digits === undefined || factor === undefined) return undefined;
  const quantity = Math.round(Number(digits) * factor);
  return Number.isSafeInteger(quantity) ? quantity : undefined;
}

/** For example `1.2 MB`. */
export function formatSize(bytes: number): string {
  const units = ["B", "kB", "MB", "GB", "TB"];
  const power = Math.min(units.length - 1, Math.max(0, Math.floor(Math.log10(Math.max(bytes, 1)) / 3)));
  const amount = bytes / 1000 ** power;
  return `${power === 0 || amount >= 100 ? amount.toFixed(0) : amount.toFixed(1)} ${units[power]}`;
}
