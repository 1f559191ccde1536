// Notices that a journal may have changed, from the events of its folder and, where there are none, from a timer.
import { type FSWatcher, watch } from "node:fs";
import { basename, dirname } from "node:path";
import { mismatch } from "../arguments.js";

export interface WatchOptions {
  path: string;
  /** How often to look if the system reports no changes, in milliseconds. */
  pollMs: number;
  /** An abort counts as a change. */
  signal: AbortSignal | undefined;
  /** Runs at once for each event, however slowly the changes are consumed. Must not throw. */
  onLook?: () => void;
}

export class JournalWatch {
  readonly #options: WatchOptions;
  readonly #poll: NodeJS.Timeout;
  #watcher: FSWatcher | undefined;
  #hasNews = false;
  #wake: (() => void) | undefined;

  constructor(options: WatchOptions) {
    this.#options = options;
    this.#watch();
    this.#poll = setInterval(() => this.#look(), options.pollMs);
    options.signal?.addEventListener("abort", this.#tell);
  }

  /** Call it before reading: what happens from now on is news. */
  forgetNews(): void {
    this.#hasNews = false;
  }

  /** Waits until there may be something new, or for `mostMs` milliseconds. */
  async changed(mostMs = Number.POSITIVE_INFINITY): Promise<void> {
    if (this.#hasNews) return;
    const timer = mostMs > timerMsMax ? undefined : setTimeout(() => this.#wake?.(), Math.max(mostMs, 0));
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
    });
    this.#wake = undefined;
    clearTimeout(timer);
  }

  close(): void {
    clearInterval(this.#poll);
    this.#watcher?.close();
    this.#options.signal?.removeEventListener("abort", this.#tell);
  }

  readonly #tell = (): void => {
    this.#hasNews = true;
    this.#wake?.();
    this.#wake = undefined;
  };

  #look(): void {
    if (this.#watcher === undefined) this.#watch();
    this.#options.onLook?.();
    this.#tell();
  }

  /** The folder's events report a file that replaces the journal. Where there are no events, the timer finds it. */
  #watch(): void {
    const { path } = this.#options;
    try {
      this.#watcher = watch(dirname(path), (_, name) => {
        if (name === null || name === basename(path)) this.#look();
      });
      this.#watcher.on("error", () => this.#unwatch());
    } catch {
      this.#unwatch();
    }
  }

  #unwatch(): void {
    this.#watcher?.close();
    this.#watcher = undefined;
  }
}

/** The longest delay of a timer. */
export const timerMsMax = 2 ** 31 - 1;

const pollMsDefault = 500;

/** Returns the option `pollMs` of a function that follows a journal, or its default. */
export function checkPollMs(given: unknown): number {
  const pollMs = given ?? pollMsDefault;
  if (typeof pollMs === "number" && pollMs >= 1 && pollMs <= timerMsMax) return pollMs;
  throw mismatch("pollMs", `a number from 1 to ${timerMsMax}`, pollMs);
}
