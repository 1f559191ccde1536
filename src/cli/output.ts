// Text -> standard output and standard error: printable, with every failure of the output noticed and nothing lost.
import type { Writable } from "node:stream";
import { printable, printableLines } from "./printable.js";

/** The reader of our output went away, as `head` does: a quiet end. */
export class ReaderGone extends Error {}

/** Everything that the command writes to standard output passes through here; files and the progress bar do not. */
export interface Output {
  /** Resolves when the text was handed to the system, after a turn of the event loop in which signals are heard. */
  write(text: string): Promise<void>;
}

/** Writes one line to standard error; everything but the progress bar passes through here. */
export type Note = (line: string) => void;

export function createOutput(stream: Writable): Output {
  // The callback of `write` reports the failure; without a listener the event would end the process first.
  stream.on("error", () => undefined);
  const write = (text: string): Promise<void> =>
    new Promise((resolve, reject) => {
      stream.write(printableLines(text), (error) => {
        if (error === null || error === undefined) setImmediate(resolve);
        else
          reject(isBrokenPipe(error) ? new ReaderGone() : new Error(`the output cannot be written: ${error.message}`));
      });
    });
  return { write };
}

export function createNote(stream: Writable): Note {
  // A closed stderr must not turn an answer into a failure.
  stream.on("error", () => undefined);
  return (line) => {
    stream.write(`${printable(line)}\n`);
  };
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
