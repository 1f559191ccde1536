// `lj tail`: prints the journal's last entries, one per line.
import { CORRUPT_OP } from "../../core/op.js";
import { isEmpty, text } from "../../core/words.js";
import { foldFileAsync, type ReadPlan, readBatches } from "../../read/fold.js";
import { tailBatches, tailEntries } from "../../read/tail.js";
import type { Entry } from "../../types.js";
import type { Call, Verdict } from "../call.js";
import { createCutter } from "../fit.js";
import { writePieces } from "../output.js";
import { printable } from "../printable.js";
import { formatStrictLine } from "../strict.js";
import { createFilter, type EntryFilter } from "../tail-filter.js";

const entriesDefault = 20;

export async function tail(call: Call): Promise<Verdict> {
  const n = call.argument ?? entriesDefault;
  const filter = createFilter(call.flags);
  const table = new Table();
  const cut = await createCutter(call.stdout);
  const format = (entry: Entry): string => (call.json ? formatStrictLine(entry) : cut(table.formatRow(entry)));
  const write = async (batch: readonly Entry[]): Promise<void> => {
    if (!call.json) table.fit(batch);
    await writePieces(call.output, batch.map(format));
  };
  let isJournal = false;
  for await (const batch of call.flags.follow === true ? follow(call, n, filter) : batches(call, n, filter)) {
    if (!isJournal && !batch.some(isSound)) await expectJournal(call.plan);
    isJournal = true;
    await call.progress.end();
    await write(batch);
  }
  if (!isJournal) await expectJournal(call.plan);
  await call.progress.end();
  return 0;
}

function isSound(entry: Entry): boolean {
  return entry["op"] !== CORRUPT_OP;
}

/** Only a fold can distinguish the sentinels of a file that is not a journal from those of a damaged journal. */
async function expectJournal(plan: ReadPlan): Promise<void> {
  await foldFileAsync(plan, "replay");
}

/** Yields batches, because all entries may not fit into memory. */
function* batches({ plan }: Call, n: number, filter: EntryFilter | undefined): Generator<Entry[]> {
  if (filter === undefined) yield* n > 0 ? tailBatches(plan, n) : readBatches(plan);
  else if (n > 0) yield findLast(plan, n, filter).entries;
  else for (const batch of readBatches(plan)) yield batch.filter(filter);
}

/** Returns the last `n` entries that match, and of how many last entries they are part. */
function findLast(plan: ReadPlan, n: number, filter: EntryFilter): { entries: Entry[]; among: number } {
  // Entries that match are usually near the end. Reading four times as many each time costs little more than once.
  for (let among = Math.max(n, 256); ; among *= 4) {
    const last = tailEntries(plan, among);
    const entries = last.filter(filter);
    if (entries.length >= n || last.length < among) return { entries: entries.slice(-n), among };
  }
}

async function* follow({ plan }: Call, n: number, filter: EntryFilter | undefined): AsyncGenerator<Entry[]> {
  const { checkFollow, followBatches } = await import("../../read/follow.js");
  const { pollMs } = checkFollow(undefined);
  const last = filter === undefined || n <= 0 ? n : findLast(plan, n, filter).among;
  const from = n > 0 ? ({ from: "end", last } as const) : ({ from: "start" } as const);
  let isFirst = n > 0;
  for await (const batch of followBatches({ ...plan, pollMs, ...from })) {
    const matching = filter === undefined ? batch : batch.filter(filter);
    yield isFirst ? matching.slice(-n) : matching;
    isFirst = false;
  }
}

const columns = ["seq", "ts", "op", "lane", "loop_ts"] as const;

/** A column grows with its content up to this limit, so that one long value does not push the others off the screen. */
const columnCharactersMax = 32;

/** Formats rows of `#seq ts op lane loop_ts reason`; `-` marks a missing field. */
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
    // 0 counts as empty (docs/format.md 4), but as a number it is worth showing.
    const shown = entry[name] === 0 ? "0" : isEmpty(entry[name]) ? "-" : printable(text(entry[name]));
    return name === "seq" ? `#${shown}` : shown;
  });
}

const rawCharactersMax = 80;

/** A sentinel has no reason: the column shows its place and the start of the damaged line instead. */
function reasonOf(entry: Entry): string {
  if (entry["op"] !== CORRUPT_OP) return printable(text(entry["reason"]));
  return printable(`line ${text(entry["_line"]) || "0"}: ${text(entry["_raw"]).slice(0, rawCharactersMax)}`);
}
