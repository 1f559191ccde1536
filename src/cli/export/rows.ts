// Reads the entries of a journal and of its archives as rows of a table.
import { driveAsync } from "../../core/drive.js";
import type { EntryBatch } from "../../core/entry-batch.js";
import { CORRUPT_OP } from "../../core/op.js";
import { type RegularFile, readOrigin, readSize } from "../../file/regular.js";
import { expectJournal } from "../../read/entry-fold.js";
import { type ReadPlan, readPlacedBatches } from "../../read/fold.js";
import { formatPortable } from "./portable.js";

/** One entry with its place (docs/cli.md, "export"). */
export interface ExportRow {
  generation: number;
  offset: number;
  line: number;
  /** The entry as JSON text. */
  entry: string;
}

/** Writes rows in one format. */
export interface RowWriter {
  write(rows: Iterable<ExportRow>): Promise<void>;
  /** Call it once after the last row. */
  end(): Promise<void>;
}

/** Numbers the files that it reads: the archives in their order, then the journal. */
export class RowReader {
  readonly #plan: ReadPlan;
  #generation = 0;

  constructor(plan: ReadPlan) {
    this.#plan = plan;
  }

  /** Yields the rows of each batch of entries. Throws `ERR_NOT_A_JOURNAL` if the file is not a journal. */
  async *read(file: RegularFile): AsyncGenerator<Iterable<ExportRow>> {
    const plan = { ...this.#plan, path: file.path };
    // A later file has a higher number, whatever the clock did.
    this.#generation = Math.max(this.#generation + 1, readOrigin(file).createdAtMs);
    const bytesTotal = readSize(file);
    let isJournal = false;
    // Only a fold can distinguish the sentinels of a file that is not a journal from those of a damaged journal.
    const expect = (): Promise<void> => driveAsync(expectJournal(plan, file));
    for (const batch of readPlacedBatches(plan, file)) {
      if (!isJournal && batch.entries.every((entry) => entry["op"] === CORRUPT_OP)) await expect();
      isJournal = true;
      yield rowsOf(batch, this.#generation);
      if (batch.entries.length === 0) continue;
      const { offset, bytes } = batch.placeOf(batch.entries.length - 1);
      plan.options.onProgress?.({ bytes: offset + bytes, bytesTotal });
    }
    if (!isJournal) await expect();
  }
}

function* rowsOf(batch: EntryBatch, generation: number): Generator<ExportRow> {
  for (const [index, entry] of batch.entries.entries()) {
    const { line, offset } = batch.placeOf(index);
    yield { generation, offset, line, entry: formatPortable(entry) };
  }
}
