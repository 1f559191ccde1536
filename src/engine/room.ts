// Texts that are to become values -> nothing, or an error where the values would not fit into V8's heap.
import { getHeapStatistics } from "node:v8";
import { JournalError } from "../errors.js";

/** So much text becomes values without a look at it: they take at most some twenty times as much. In characters. */
const uncountedMax = 16 * 1024 * 1024;

/** What a value takes besides its text, at most: an array, and its place in another one. */
const bytesPerValue = 64;

/** Of the heap's limit; the rest is for the program's own values. */
const heapShare = 0.75;

const code = { quote: 0x22, comma: 0x2c, openArray: 0x5b, backslash: 0x5c, openObject: 0x7b } as const;

/** Adds up what the values of an answer take: V8 ends a process whose heap is full, and nothing catches that. */
export class ValueRoom {
  readonly #max = getHeapStatistics().heap_size_limit * heapShare;
  #characters = 0;
  #bytes = 0;

  /** As `take`. */
  readonly taken = (text: string): void => this.take(text);

  /** Before the text is parsed. Throws `ERR_ANSWER_TOO_LARGE`. */
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

/** About one for each value: what opens a container, and what stands between two members. */
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
