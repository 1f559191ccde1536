// `lj tail`: a journal -> its last entries, a line each.
import { CORRUPT_OP } from "../core/op.js";
import { int, isEmpty, text } from "../core/words.js";
import { type ReadPlan, readBatches } from "../read.js";
import { tailEntries } from "../tail.js";
import type { Entry } from "../types.js";
import type { Call, Verdict } from "./call.js";
import { writePieces } from "./output.js";
import { printable } from "./printable.js";
import { formatStrictLine } from "./strict.js";

const entriesDefault = 20;

export async function tail(call: Call): Promise<Verdict> {
  const n = call.argument ?? entriesDefault;
  const table = new Table();
  const format = (entry: Entry): string => (call.json ? formatStrictLine(entry) : table.formatRow(entry));
  const write = async (batch: readonly Entry[]): Promise<void> => {
    if (!call.json) table.fit(batch);
    await writePieces(call.output, batch.map(format));
  };
  const followed = call.flags.follow === true ? await startFollowing(call.plan) : undefined;
  let highest = 0;
  // All entries may not fit into memory: they go through in batches.
  for (const batch of n > 0 ? [tailEntries(call.plan, n)] : readBatches(call.plan)) {
    await write(batch);
    for (const entry of batch) highest = Math.max(highest, int(entry["seq"]));
  }
  await call.progress.end();
  for await (const entry of followed?.entries ?? []) {
    // Appended between the look for the journal's end and the read of its tail.
    if (int(entry["seq"]) === 0 || int(entry["seq"]) > highest) await write([entry]);
  }
  return 0;
}

/** Looks for the journal's end at once; what is appended from then on comes out. */
async function startFollowing(plan: ReadPlan): Promise<{ entries: AsyncIterable<Entry> }> {
  const { checkFollow, followEntries } = await import("../follow.js");
  const entries = followEntries({ ...plan, ...checkFollow(undefined) });
  const first = entries.next();
  // Waited for later; until then its failure is not unhandled.
  first.catch(() => undefined);
  return { entries: chain(first, entries) };
}

async function* chain(first: Promise<IteratorResult<Entry>>, rest: AsyncGenerator<Entry>): AsyncGenerator<Entry> {
  for (let turn = await first; turn.done !== true; turn = await rest.next()) yield turn.value;
}

const columns = ["seq", "ts", "op", "lane", "loop_ts"] as const;

/** A column grows with what is in it, but one long value must not push all others off the screen. */
const columnCharactersMax = 32;

/** Rows of `#seq ts op lane loop_ts reason`; `-` stands for what an entry lacks. */
class Table {
  readonly #widths = columns.map(() => 1);

  fit(entries: readonly Entry[]): void {
    for (const entry of entries) {
      for (const [column, cell] of cells(entry).entries()) {
        const width = Math.min(cell.length, columnCharactersMax);
        this.#widths[column] = Math.max(this.#widths[column] ?? 1, width);
      }
    }
  }

  formatRow(entry: Entry): string {
    const padded = cells(entry).map((cell, column) => cell.padEnd(this.#widths[column] ?? 1));
    return `${[...padded, reasonOf(entry)].join("  ").trimEnd()}\n`;
  }
}

function cells(entry: Entry): string[] {
  return columns.map((name) => {
    // 0 is empty (SPEC 4), yet as a number it says something.
    const shown = entry[name] === 0 ? "0" : isEmpty(entry[name]) ? "-" : printable(text(entry[name]));
    return name === "seq" ? `#${shown}` : shown;
  });
}

const rawCharactersMax = 80;

/** A sentinel has no reason; its place and the start of the damaged line take the column. */
function reasonOf(entry: Entry): string {
  if (entry["op"] !== CORRUPT_OP) return printable(text(entry["reason"]));
  return printable(`line ${text(entry["_line"]) || "0"}: ${text(entry["_raw"]).slice(0, rawCharactersMax)}`);
}
