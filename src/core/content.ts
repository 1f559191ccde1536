// Decides from the kinds of a file's lines whether the file is a journal (docs/format.md 3).
import { UNPARSEABLE } from "./dialect.js";
import { NON_OBJECT, readText } from "./entry.js";
import type { Findings } from "./findings.js";
import { isDamaged, type LastLine } from "./taker.js";

/**
 * `entries`: at least one line is an entry, so the file is a journal. `nothing`: all lines are blank, except perhaps a
 * torn tail, so the file is a journal without entries yet. `foreign`: neither, so the file is not a journal.
 */
export type Content = "entries" | "nothing" | "foreign";

/** Accumulates the kinds of a file's settled lines. */
export class SeenLines {
  #content: Content = "nothing";

  /** Returns the content of the file, including its last line, which is not settled. */
  contentWith(last: LastLine | undefined): Content {
    if (last === undefined || this.#content === "entries") return this.#content;
    const entry = last.text === undefined ? UNPARSEABLE : readText(last.text, true).entry;
    if (typeof entry === "object") return "entries";
    return entry === NON_OBJECT || (entry === UNPARSEABLE && isDamaged(last)) ? "foreign" : this.#content;
  }

  addEntry(): void {
    this.#content = "entries";
  }

  /** Adds a line that is not an entry, not blank and not a torn tail. */
  addOther(): void {
    if (this.#content === "nothing") this.#content = "foreign";
  }

  /** Adds the lines that a scan has counted. `entries` includes the sentinels. */
  addCounted(entries: number, findings: Findings): void {
    if (entries > findings.list("corrupt").count) this.addEntry();
    else if (entries + findings.list("nonObjects").count > 0) this.addOther();
  }
}
