// Makes a long journal of copies of a short one: more bytes, the same live leases.
import { appendFileSync } from "node:fs";
import { nextTurn, showProgress } from "../../src/bench/command.js";

/** Entries of the short journal; at 281 bytes per entry it has about 100 MB. */
export const copiedEntries = 356_000;

/** Appends `one` to the journal, which has `held` copies of it, until it has `wanted`. */
export async function appendCopies(path: string, one: Buffer, held: number, wanted: number): Promise<void> {
  for (let copies = held + 1; copies <= wanted; copies++) {
    appendFileSync(path, one);
    showProgress(`making the journal: ${copies} of ${wanted} copies`);
    await nextTurn();
  }
}
