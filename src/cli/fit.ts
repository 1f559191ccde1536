// Cuts the rows of a table to the width of the terminal, so that a row is a line. In a pipe, rows stay whole.
import { loadRuler } from "./width.js";

/** The part of a stream that says how wide it is. */
export interface WideStream {
  isTTY?: boolean | undefined;
  /** As in `tty.WriteStream`; 0 if the terminal does not know. */
  columns?: number | undefined;
}

/** A row ends with its LF, and has been escaped. */
export type Cut = (row: string) => string;

export function* cutRows(rows: Iterable<string>, cut: Cut): Generator<string> {
  for (const row of rows) yield cut(row);
}

export async function createCutter({ isTTY, columns = 0 }: WideStream): Promise<Cut> {
  if (isTTY !== true || columns < 1) return (row) => row;
  const ruler = await loadRuler();
  return (row) => `${ruler.cut(row.slice(0, -1), columns)}\n`;
}
