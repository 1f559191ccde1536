// Adds a few faults to bytes: flips, losses, insertions, blocks doubled or zeroed.
import type { Random } from "./random.js";

const telling: readonly number[] = [
  0x0a, 0x0d, 0x20, 0x22, 0x5c, 0x7b, 0x7d, 0x5b, 0x5d, 0x2c, 0x3a, 0x00, 0x80, 0xc3, 0xe2, 0xff, 0x30, 0x2d,
];

export function damageBytes(r: Random, bytes: Buffer): Buffer {
  let damaged = bytes;
  for (let faults = r.pick([1, 1, 2, 3, 8]); faults > 0 && damaged.length > 0; faults--)
    damaged = damageOnce(r, damaged);
  return damaged;
}

function damageOnce(r: Random, bytes: Buffer): Buffer {
  const at = r.below(bytes.length);
  const before = bytes.subarray(0, at);
  const after = bytes.subarray(at);
  const length = r.pick([1, 2, 5, 40]);
  switch (r.below(7)) {
    case 0:
      return Buffer.concat([before, Buffer.from([(bytes[at] ?? 0) ^ (1 << r.below(8))]), after.subarray(1)]);
    case 1:
      return Buffer.concat([before, Buffer.from([r.pick(telling)]), after.subarray(1)]);
    case 2:
      return Buffer.concat([before, after.subarray(length)]);
    case 3:
      return Buffer.concat([before, Buffer.from([r.pick(telling)]), after]);
    case 4:
      return Buffer.concat([before, after.subarray(0, length), after]);
    case 5:
      return Buffer.concat([before, Buffer.alloc(Math.min(length, after.length)), after.subarray(length)]);
    default:
      return Buffer.from(before);
  }
}
