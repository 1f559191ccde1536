// Follows the bytes of a journal into a mirror, for the suites that test `followBytes`.
import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import { type BytesPosition, followBytes, formatLine, type JournalBytes } from "../../../src/index.js";
import { Mirror } from "./mirror.js";

export const line = (seq: number, note = ""): string =>
  formatLine({ op: "HALT", reason: note, seq, ts: "2026-01-01T00:00:00Z" });

/** One journal in a folder of its own, and its copy. Both are removed when the running test ends. */
export class Followed {
  readonly folder = mkdtempSync(join(tmpdir(), "lane-bytes-"));
  readonly journal = join(this.folder, "journal.jsonl");
  readonly mirror = new Mirror();
  #abort = new AbortController();
  #following: AsyncGenerator<JournalBytes> | undefined;
  /** The request that `expectNothing` left pending. */
  #pending: Promise<IteratorResult<JournalBytes>> | undefined;

  constructor() {
    onTestFinished(async () => {
      await this.stop();
      rmSync(this.folder, { recursive: true, force: true });
    });
  }

  start(after?: BytesPosition, pollMs = 20): void {
    this.#abort = new AbortController();
    const { signal } = this.#abort;
    this.#following = followBytes(this.journal, { pollMs, signal, ...(after === undefined ? {} : { after }) });
  }

  /** Aborts the iteration and waits until it has ended. */
  async stop(): Promise<void> {
    this.#abort.abort();
    await this.#pending?.catch(() => undefined);
    await this.#following?.return(undefined);
    this.#pending = undefined;
    this.#following = undefined;
  }

  /** Returns the next record once it is part of the mirror. */
  async next(): Promise<JournalBytes> {
    if (this.#following === undefined) throw new Error("expected a call of start before, found none");
    const asked = this.#pending ?? this.#following.next();
    this.#pending = undefined;
    const { value, done } = await asked;
    if (done === true) throw new Error("expected a record, found the end of the iteration");
    this.mirror.apply(value);
    return value;
  }

  /** Waits until the copy equals the journal. Returns the records that this took. */
  async catchUp(): Promise<JournalBytes[]> {
    const records: JournalBytes[] = [];
    while (!this.#isCurrent()) records.push(await this.next());
    return records;
  }

  /** Returns what comes first: the next record, or `nothing` after several polls. */
  async nextOrNothing(): Promise<unknown> {
    this.#pending ??= this.#following?.next();
    const pause = new Promise((resolve) => setTimeout(resolve, 100, "nothing"));
    return Promise.race([this.#pending, pause]);
  }

  #isCurrent(): boolean {
    return this.mirror.shown !== undefined && this.mirror.text === readFileSync(this.journal, "utf8");
  }

  /** Returns the files in the journal's slot that still exist. */
  existing(paths: readonly string[]): string[] {
    return paths.filter((path) => existsSync(path));
  }
}
