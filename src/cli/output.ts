// Text -> standard output, with every failure of it noticed and nothing lost at exit.
import type { Writable } from "node:stream";

/** The reader of our output went away, as `head` does: a quiet end. */
export class ReaderGone extends Error {}

export interface Output {
  /** Resolves when the text was handed to the system, after a turn of the event loop in which signals are heard. */
  write(text: string): Promise<void>;
}

export function createOutput(stream: Writable): Output {
  // The callback of `write` reports the failure; without a listener the event would end the process first.
  stream.on("error", () => undefined);
  const write = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      stream.write(text, (error) => {
        if (error === null || error === undefined) setImmediate(resolve);
        else
          reject(isBrokenPipe(error) ? new ReaderGone() : new Error(`the output cannot be written: ${error.message}`));
      });
    });
  return { write };
}

const blockCharacters = 256 * 1024;

/** Gathers small pieces, because each write costs a turn of the event loop. */
export async function writePieces(output: Output, pieces: Iterable<string>): Promise<void> {
  let block = "";
  for (const piece of pieces) {
    block += piece;
    if (block.length < blockCharacters) continue;
    await output.write(block);
    block = "";
  }
  if (block !== "") await output.write(block);
}

function isBrokenPipe(error: Error): boolean {
  return "code" in error && error.code === "EPIPE";
}
