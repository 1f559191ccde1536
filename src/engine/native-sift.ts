// Reads what a history needs of a journal with the addon.
import { type ListedLease, type Sieve, SiftedBatch } from "../core/sifted-batch.js";
import type { Addon } from "./addon.js";
import { parseArray } from "./addon-text.js";
import { ValueRoom } from "./room.js";
import { SiftedRows } from "./sifted-rows.js";

/** The number of journal bytes that several threads work on at once. */
const siftedBytes = 8 * 1024 * 1024;

/** See `JournalEngine.siftEntries`. */
export function* siftNatively(addon: Addon, fd: number, { lane, end, ...sieve }: Sieve): Generator<SiftedBatch> {
  const sift = new addon.Sift({ ...sieve, ...(lane === undefined ? {} : { lane: Buffer.from(lane) }) });
  // With one lane, nearly all of the time is the addon's, so its threads get more to do at once.
  const bytesMax = lane === undefined ? siftedBytes : 4 * siftedBytes;
  for (let atEnd = false; !atEnd; ) {
    const { listed, offset, numbers, beats, done, ...sifted } = sift.step(fd, bytesMax, end);
    atEnd = done;
    const values = Buffer.from(sifted.values.buffer, sifted.values.byteOffset, sifted.values.byteLength);
    new ValueRoom().take(values);
    const entries = new SiftedRows({ ...sifted, values });
    const rows = parseArray(listed, "siftEntries", isListedLease);
    yield new SiftedBatch({ entries, listed: rows, numbers, beats }, offset);
  }
}

function isListedLease(row: unknown): row is ListedLease {
  if (!Array.isArray(row)) return false;
  const [index, number, loopTs, lane]: unknown[] = row;
  return [index, number].every(Number.isSafeInteger) && typeof loopTs === "string" && typeof lane === "string";
}
