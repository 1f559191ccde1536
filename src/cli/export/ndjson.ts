// Writes the rows of `lj export` as JSON, one line each.
import { type Output, writePieces } from "../output.js";
import { formatStrictLine } from "../strict.js";
import type { ExportRow, RowWriter } from "./rows.js";

export function createNdjsonWriter(output: Output, journal: string): RowWriter {
  return {
    write: (rows) => writePieces(output, formatRows(rows, journal)),
    end: async () => undefined,
  };
}

function* formatRows(rows: Iterable<ExportRow>, journal: string): Generator<string> {
  // The entry is put in as text, because it may have as many nested containers as a line may have.
  for (const { entry, ...place } of rows) {
    yield `{"entry": ${entry}, ${formatStrictLine({ ...place, journal }).slice(1)}`;
  }
}
