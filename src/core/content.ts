// Lines, told one by one by what they are -> whether the file they are from is a journal (docs/format.md 3).
import { UNPARSEABLE } from "./dialect.js";
import { NON_OBJECT, readText } from "./entry.js";
import type { Findings } from "./findings.js";
import { isDamaged, type LastLine } from "./taker.js";

/**
 * What the lines of a file are. `entries`: at least one is an entry, so the file is a journal. `nothing`: all are blank
 * but perhaps a torn tail, so it is a journal that holds nothing yet. `foreign`: neither, so it is not a journal.
 */
export type Content = "entries" | "nothing" | "foreign";

/** Remembers what was seen; a file never becomes less of a journal by further lines. */
export class SeenLines {
  #content: Content = "nothing";

  /** With the last line of the file, which is not settled. */
  contentWith(last: LastLine | undefined): Content {
    if (last === undefined || this.#content === "entries") return this.#content;
    const entry = last.text === undefined ? UNPARSEABLE : readText(last.text, true).entry;
    if (typeof entry === "object") return "entries";
    return entry === NON_OBJECT || (entry === UNPARSEABLE && isDamaged(last)) ? "foreign" : this.#content;
  }

  addEntry(): void {
    this.#content = "entries";
  }

  /** A line that is no entry, nor blank, nor a torn tail. */
  addOther(): void {
    if (this.#content === "nothing") this.#content = "foreign";
  }

  /** The lines that a scan has counted; sentinels are among its entries. */
  addCounted(entries: number, findings: Findings): void {
    if (entries > findings.list("corrupt").count) this.addEntry();
    else if (entries + findings.list("nonObjects").count > 0) this.addOther();
  }
}
