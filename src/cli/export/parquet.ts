// Writes the rows of `lj export` as a Parquet file. The package that does so is optional and loaded only here.
import { errorCode } from "../../file/system-error.js";
import type { Output } from "../output.js";
import type { ExportRow, RowWriter } from "./rows.js";

type Library = typeof import("hyparquet-writer");

/** One group is in memory at a time. Readers skip groups by their statistics, so more rows would not help them. */
const groupRowsMax = 100_000;
const groupCharactersMax = 16 * 1024 * 1024;

/** Throws an error that says what to install if the package is missing. */
export async function createParquetWriter(output: Output, journal: string): Promise<RowWriter> {
  return new ParquetRows(await loadLibrary(), output, journal);
}

async function loadLibrary(): Promise<Library> {
  try {
    return await import("hyparquet-writer");
  } catch (error) {
    // A package that is there and broken is reported as it is.
    if (errorCode(error) !== "ERR_MODULE_NOT_FOUND" || !String(error).includes("'hyparquet-writer'")) throw error;
    throw new Error("--format parquet: the package hyparquet-writer is missing; npm install hyparquet-writer@0.17.0");
  }
}

class ParquetRows implements RowWriter {
  readonly #library: Library;
  readonly #file: InstanceType<Library["ParquetWriter"]>;
  readonly #journal: string;
  #rows: ExportRow[] = [];
  #characters = 0;

  constructor(library: Library, output: Output, journal: string) {
    const bytes = new library.ByteWriter();
    const flush = async (): Promise<void> => {
      await output.writeBytes(bytes.getBytes());
      bytes.index = 0;
    };
    const writer = Object.assign(bytes, { flush, finish: flush });
    const createdBy = "lane-journal";
    this.#library = library;
    this.#journal = journal;
    this.#file = new library.ParquetWriter({ writer, createdBy, schema: this.#schema() });
  }

  async write(rows: Iterable<ExportRow>): Promise<void> {
    for (const row of rows) {
      this.#rows.push(row);
      this.#characters += row.entry.length;
      if (this.#rows.length >= groupRowsMax || this.#characters >= groupCharactersMax) await this.#writeGroup();
    }
  }

  async end(): Promise<void> {
    if (this.#rows.length > 0) await this.#writeGroup();
    await this.#file.finish();
  }

  async #writeGroup(): Promise<void> {
    const rows = this.#rows;
    this.#rows = [];
    this.#characters = 0;
    await this.#file.write({ columnData: columnsOf(rows, this.#journal), rowGroupSize: rows.length });
  }

  #schema(): ReturnType<Library["schemaFromColumnData"]> {
    return this.#library.schemaFromColumnData({ columnData: columnsOf([], this.#journal) });
  }
}

type Column = Parameters<Library["schemaFromColumnData"]>[0]["columnData"][number];

function columnsOf(rows: readonly ExportRow[], journal: string): Column[] {
  const number = (name: "generation" | "offset" | "line"): Column => {
    const data = BigInt64Array.from(rows, (row) => BigInt(row[name]));
    return { name, type: "INT64", nullable: false, data };
  };
  return [
    { name: "journal", type: "STRING", nullable: false, data: rows.map(() => journal) },
    number("generation"),
    number("offset"),
    number("line"),
    { name: "entry", type: "STRING", nullable: false, data: rows.map(({ entry }) => entry) },
  ];
}
