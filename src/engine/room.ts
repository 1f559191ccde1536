// Checks that the values of texts fit into V8's heap before the texts are parsed.
import { getHeapStatistics } from "node:v8";
import { JournalError } from "../errors.js";

/**
 * Up to this much text, in characters, is not examined. Values take at most about twenty times the memory of their
 * text.
 */
const uncountedMax = 16 * 1024 * 1024;

/** The memory of a value in addition to its text, at most: an array, and its place in another array. */
const bytesPerValue = 64;

/** The share of the heap's limit; the rest is for the program's own values. */
const heapShare = 0.75;

const code = { quote: 0x22, comma: 0x2c, openArray: 0x5b, backslash: 0x5c, openObject: 0x7b } as const;

/**
 * Adds up the memory that the values of an answer take. V8 ends a process whose heap is full, which cannot be caught.
 */
export class ValueRoom {
  readonly #max = getHeapStatistics().heap_size_limit * heapShare;
  #characters = 0;
  #bytes = 0;

  /** `take` as a bound function. */
  readonly taken = (text: string): void => this.take(text);

  /** Accounts for a text before it is parsed. Throws `ERR_ANSWER_TOO_LARGE`, to which `answerFrom` adds the path. */
  take(text: Buffer | string): void {
    this.#characters += text.length;
    if (this.#characters <= uncountedMax) return;
    this.#bytes += text.length + bytesPerValue * countValues(text);
    if (this.#bytes <= this.#max) return;
    const limits = `expected at most ${Math.floor(this.#max)} bytes of values, found at least ${this.#bytes}`;
    const advice = "read it with `entries`, compact it, or raise --max-old-space-size";
    throw new JournalError(
      "ERR_ANSWER_TOO_LARGE",
      `the answer does not fit into JavaScript's heap: ${limits}; ${advice}`,
    );
  }
}

/** Runs `read`. Adds the journal's path to an error of `ValueRoom`; any other error passes unchanged. */
export function answerFrom<Answer>(path: string, read: () => Answer): Answer {
  try {
    return read();
  } catch (error) {
    const isTooLarge = error instanceof JournalError && error.code === "ERR_ANSWER_TOO_LARGE";
    if (!isTooLarge || error.path !== undefined) throw error;
    throw new JournalError(error.code, `cannot return the values of the journal ${path}: ${error.message}`, { path });
  }
}

/** Returns about the number of values: counts the characters that open a container or separate two members. */
function countValues(text: Buffer | string): number {
  const codeAt = typeof text === "string" ? (at: number) => text.charCodeAt(at) : (at: number) => text[at];
  let count = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const found = codeAt(at);
    if (found === code.quote) inString = !inString;
    else if (inString) at += found === code.backslash ? 1 : 0;
    else if (found === code.comma || found === code.openArray || found === code.openObject) count++;
  }
  return count;
}
