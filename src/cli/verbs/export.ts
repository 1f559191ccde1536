// `lj export`: prints every entry with its place, one JSON line each, to load into tables (docs/cli.md).
import { hostname } from "node:os";
import { checkPath } from "../../arguments.js";
import { driveAsync } from "../../core/drive.js";
import type { EntryBatch } from "../../core/entry-batch.js";
import { CORRUPT_OP } from "../../core/op.js";
import { closeReadable, openReadable, type RegularFile, readOrigin } from "../../file/regular.js";
import { listArchives } from "../../history/archives.js";
import { expectJournal } from "../../read/entry-fold.js";
import { readPlacedBatches } from "../../read/fold.js";
import { UsageError } from "../args.js";
import type { Call, Verdict } from "../call.js";
import { writePieces } from "../output.js";
import { formatStrictLine } from "../strict.js";

export async function exportEntries(call: Call): Promise<Verdict> {
  const { plan, flags, note } = call;
  const { format = "ndjson", id = `${hostname()}:${plan.path}`, archive } = flags;
  if (format !== "ndjson") throw new UsageError(`--format: expected ndjson, found ${JSON.stringify(format)}`);
  // The journal is opened first: if it is compacted from now on, its file is still read, once.
  const journal = openReadable(plan.path);
  try {
    const folder = archive === undefined ? undefined : checkPath(archive, "archive");
    const archives = folder === undefined ? [] : listArchives(folder, plan.path, journal, plan.engine);
    const exporter = new Exporter(call, id);
    for (const { path } of archives) {
      const file = openReadable(path, "the archive");
      if (file === undefined) note(`lj: the archive ${path} has just been removed; its entries are missing`);
      else await exporter.writeAndClose(file);
    }
    if (journal !== undefined) await exporter.write(journal);
  } finally {
    closeReadable(journal);
  }
  return 0;
}

class Exporter {
  readonly #call: Call;
  readonly #id: string;
  #generation = 0;

  constructor(call: Call, id: string) {
    this.#call = call;
    this.#id = id;
  }

  async writeAndClose(file: RegularFile): Promise<void> {
    try {
      await this.write(file);
    } finally {
      closeReadable(file);
    }
  }

  async write(file: RegularFile): Promise<void> {
    const { plan, output, progress } = this.#call;
    // A later file has a higher number, whatever the clock did.
    this.#generation = Math.max(this.#generation + 1, readOrigin(file).createdAtMs);
    const ofFile = { ...plan, path: file.path };
    let isJournal = false;
    // Only a fold can distinguish the sentinels of a file that is not a journal from those of a damaged journal.
    const expect = (): Promise<void> => driveAsync(expectJournal(ofFile, file));
    for (const batch of readPlacedBatches(ofFile, file)) {
      if (!isJournal && batch.entries.every((entry) => entry["op"] === CORRUPT_OP)) await expect();
      isJournal = true;
      await progress.end();
      await writePieces(output, this.#rowsOf(batch));
    }
    if (!isJournal) await expect();
  }

  *#rowsOf(batch: EntryBatch): Generator<string> {
    for (const [index, entry] of batch.entries.entries()) {
      const { line, offset } = batch.placeOf(index);
      yield formatStrictLine({ journal: this.#id, generation: this.#generation, offset, line, entry });
    }
  }
}
