// Draws one line on a terminal again and again, below the lines that are printed.
import type { WriteStream } from "node:tty";
import { printable } from "../printable.js";
import type { Ruler } from "../width.js";

const clearLine = "\r\u001b[K";
const columnsDefault = 80;

export class StatusLine {
  readonly #stream: WriteStream;
  readonly #ruler: Ruler;
  #shown = "";

  constructor(stream: WriteStream, ruler: Ruler) {
    this.#stream = stream;
    this.#ruler = ruler;
  }

  draw(text: string): void {
    // The last column would move the cursor to the next line.
    const line = this.#ruler.cut(printable(text), Math.max(1, (this.#stream.columns || columnsDefault) - 1));
    if (line === this.#shown) return;
    this.#stream.write(`${clearLine}${line}`);
    this.#shown = line;
  }

  /** Call it before another line is printed. */
  clear(): void {
    if (this.#shown !== "") this.#stream.write(clearLine);
    this.#shown = "";
  }
}
