// Finds the check values in the bytes of lines, and writes them (docs/format.md 13).

/** What a check value says. */
export interface CheckValue {
  /** The CRC-32 of the bytes that it covers. */
  crc: number;
  /** The number of pending bytes that its writer saw. */
  seen: number;
  /** The number of bytes before it that its writer wrote. */
  own: number;
}

/** A `~` is rare in a journal, so the search for it is fast. */
const needle = '~": "';
const beforeNeedle = ', "';

/** A number has no leading zeros, and `own` is not 0. */
const pattern = /^, "~": "([0-9a-f]{8}) (0|[1-9a-f][0-9a-f]{0,12}) ([1-9a-f][0-9a-f]{0,12})"\}\n/;

/** The longest text that the pattern matches. */
const valueBytesMax = 8 + 8 + 1 + 13 + 1 + 13 + 3;

/** Returns the first value at or after `from`, the index of its comma and that of the LF that ends its line. */
export function findCheckValue(
  bytes: Buffer,
  from: number,
): { value: CheckValue; start: number; end: number } | undefined {
  for (let at = bytes.indexOf(needle, from, "latin1"); at !== -1; at = bytes.indexOf(needle, at + 1, "latin1")) {
    const start = at - beforeNeedle.length;
    if (start < from) continue;
    const found = pattern.exec(bytes.toString("latin1", start, start + valueBytesMax));
    if (found === null) continue;
    const [text, crc = "", seen = "", own = ""] = found;
    const value = { crc: parseInt(crc, 16), seen: parseInt(seen, 16), own: parseInt(own, 16) };
    return { value, start, end: start + text.length - 1 };
  }
  return undefined;
}

/** Returns a line with the value as its last member. The line is an object with members, and has its LF. */
export function withCheckValue(line: string, { crc, seen, own }: CheckValue): string {
  const sum = crc.toString(16).padStart(8, "0");
  return `${line.slice(0, -2)}, "~": "${sum} ${seen.toString(16)} ${own.toString(16)}"}\n`;
}
