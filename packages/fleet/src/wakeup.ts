// Lets a reader wait for news, for a time at most, and for a log that does not answer.

/** A log that does not answer is asked again after this time. */
const retryMs = 100;

export class Wakeup {
  #hasNews = false;
  #wake: (() => void) | undefined;
  readonly #signal: AbortSignal | undefined;
  readonly #onAbort = (): void => this.wake();

  /** The signal wakes the reader too. */
  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal;
    signal?.addEventListener("abort", this.#onAbort);
  }

  wake(): void {
    this.#hasNews = true;
    this.#wake?.();
  }

  /** Returns whether there was news since the last call. */
  take(): boolean {
    const had = this.#hasNews;
    this.#hasNews = false;
    return had;
  }

  /** Resolves as soon as there is news, and after `ms` milliseconds at the latest. */
  async wait(ms: number): Promise<void> {
    if (!this.#hasNews) await this.sleep(ms);
  }

  /** Resolves at the next news, and after `ms` milliseconds at the latest. */
  sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => this.#wake?.(), ms);
      this.#wake = () => {
        this.#wake = undefined;
        clearTimeout(timer);
        resolve();
      };
    });
  }

  /** Asks again after every failure, until there is an answer or `isOver` returns true, which returns undefined. */
  async untilAnswered<Answer>(ask: () => Promise<Answer>, isOver: () => boolean): Promise<Answer | undefined> {
    while (!isOver()) {
      try {
        return await ask();
      } catch {
        // Servers that start or elect a leader do not answer. The next attempt may reach another server.
        this.#signal?.throwIfAborted();
        await this.sleep(retryMs);
      }
    }
    return undefined;
  }

  close(): void {
    this.#signal?.removeEventListener("abort", this.#onAbort);
    this.#wake?.();
  }
}
