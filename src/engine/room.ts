// Checks that the values of texts fit into V8's heap before the texts are parsed.
import { getHeapStatistics } from "node:v8";
import { JournalError } from "../errors.js";

/**
 * Up to this much text, in characters, is not examined, which would take time. Less if the heap is small: values take
 * at most about twenty times the memory of their text, and those that are not examined get the rest of the heap.
 */
const uncountedMax = 16 * 1024 * 1024;
const bytesPerCharacter = 20;

/** The memory in addition to the text, at most: of an empty array or object, and of a number or string in one. */
const bytesPerContainer = 64;
const bytesPerMember = 32;

/** The share of the heap's limit. The rest is for the program's own values and for those that are not examined. */
const heapShare = 0.75;

const code = { quote: 0x22, comma: 0x2c, openArray: 0x5b, backslash: 0x5c, openObject: 0x7b } as const;

/**
 * Adds up the memory that the values of an answer take. V8 ends a process whose heap is full, which cannot be caught.
 */
export class ValueRoom {
  readonly #max: number;
  readonly #uncountedMax: number;
  #characters = 0;
  #bytes = 0;

  /** `take` as a bound function. */
  readonly taken = (text: string): void => this.take(text);

  constructor() {
    const { heap_size_limit: limit } = getHeapStatistics();
    this.#max = limit * heapShare;
    this.#uncountedMax = Math.min(uncountedMax, (limit * (1 - heapShare)) / bytesPerCharacter);
  }

  /** Accounts for a text before it is parsed. Throws `ERR_ANSWER_TOO_LARGE`, to which `answerFrom` adds the path. */
  take(text: Buffer | string): void {
    this.#characters += text.length;
    if (this.#characters <= this.#uncountedMax) return;
    this.#bytes += text.length + countBytes(text);
    this.expect(this.#bytes);
  }

  /** Throws `ERR_ANSWER_TOO_LARGE` if so many bytes of values are too many. */
  expect(bytes: number): void {
    if (bytes <= this.#max) return;
    const limits = `expected at most ${Math.floor(this.#max)} bytes of values, found at least ${bytes}`;
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

/** Returns about the memory of the values in the text. A comma separates two members. */
function countBytes(text: Buffer | string): number {
  const codeAt = typeof text === "string" ? (at: number) => text.charCodeAt(at) : (at: number) => text[at];
  let bytes = 0;
  let inString = false;
  for (let at = 0; at < text.length; at++) {
    const found = codeAt(at);
    if (found === code.quote) inString = !inString;
    else if (inString) at += found === code.backslash ? 1 : 0;
    else if (found === code.comma) bytes += bytesPerMember;
    else if (found === code.openArray || found === code.openObject) bytes += bytesPerContainer;
  }
  return bytes;
}
