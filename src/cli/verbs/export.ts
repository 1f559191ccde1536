// `lj export`: writes every entry with its place as a row, to load into tables (docs/cli.md).
import { hostname } from "node:os";
import { checkPath } from "../../arguments.js";
import { closeReadable, openReadable, type RegularFile } from "../../file/regular.js";
import { listArchives } from "../../history/archives.js";
import { UsageError } from "../args.js";
import type { Call, Verdict } from "../call.js";
import { createNdjsonWriter } from "../export/ndjson.js";
import { RowReader, type RowWriter } from "../export/rows.js";

export async function exportEntries(call: Call): Promise<Verdict> {
  const { plan, flags, note } = call;
  const writer = await createWriter(call);
  // The journal is opened first: if it is compacted from now on, its file is still read, once.
  const journal = openReadable(plan.path);
  try {
    const folder = flags.archive === undefined ? undefined : checkPath(flags.archive, "archive");
    const archives = folder === undefined ? [] : listArchives(folder, plan.path, journal, plan.engine);
    const reader = new RowReader(plan);
    for (const { path } of archives) {
      const file = openReadable(path, "the archive");
      if (file === undefined) note(`lj: the archive ${path} has just been removed; its entries are missing`);
      else await exportAndClose(file, reader, writer);
    }
    if (journal !== undefined) await exportFile(journal, reader, writer);
    await writer.end();
  } finally {
    closeReadable(journal);
  }
  return 0;
}

async function createWriter({ plan, flags, output, stdout, progress }: Call): Promise<RowWriter> {
  const { format = "ndjson", id = `${hostname()}:${plan.path}` } = flags;
  if (format === "ndjson") {
    // The rows and the bar would mix on a terminal.
    if (stdout.isTTY === true) await progress.end();
    return createNdjsonWriter(output, id);
  }
  if (format !== "parquet") {
    throw new UsageError(`--format: expected ndjson or parquet, found ${JSON.stringify(format)}`);
  }
  if (stdout.isTTY === true)
    throw new UsageError("--format parquet: redirect the output to a file, as in > rows.parquet");
  const { createParquetWriter } = await import("../export/parquet.js");
  return createParquetWriter(output, id);
}

async function exportAndClose(file: RegularFile, reader: RowReader, writer: RowWriter): Promise<void> {
  try {
    await exportFile(file, reader, writer);
  } finally {
    closeReadable(file);
  }
}

async function exportFile(file: RegularFile, reader: RowReader, writer: RowWriter): Promise<void> {
  for await (const rows of reader.read(file)) await writer.write(rows);
}
