// Makes the appends of each journal wait for each other.

export class Turns {
  /** The last work of each journal. */
  readonly #last = new Map<string, Promise<void>>();

  /** Does the work after all earlier work of the journal. Rejects, and does not begin, if that fails. */
  async take(journal: string, work: () => Promise<void>): Promise<void> {
    const done = (this.#last.get(journal) ?? Promise.resolve()).then(work);
    this.#last.set(journal, done);
    try {
      await done;
    } finally {
      if (this.#last.get(journal) === done) this.#last.delete(journal);
    }
  }
}
