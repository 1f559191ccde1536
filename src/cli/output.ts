// Writes text to standard output and standard error: escapes unprintable characters and reports every failed write.
import type { Writable } from "node:stream";
import { printable, printableLines, printableStyled } from "./printable.js";

/** The reader of our output has closed it, as `head` does. The command ends quietly. */
export class ReaderGone extends Error {}

/** All output to standard output goes through this, except the screen of `lj top`. */
export interface Output {
  /** Resolves once the text was passed to the system and the event loop has turned, so that signals are noticed. */
  write(text: string): Promise<void>;
  /**
   * Like `write`, for text that colour.ts may have coloured. Everything in it that is not ours must have been escaped
   * by `printable`, because a colour in it would be kept.
   */
  writeStyled(text: string): Promise<void>;
  /** Like `write`, for bytes that are no text. They must not change until it resolves. */
  writeBytes(bytes: Uint8Array): Promise<void>;
}

/** Writes one line to standard error. Everything except the progress bar goes through this. */
export type Note = (line: string) => void;

export function createOutput(stream: Writable): Output {
  // The callback of `write` reports the failure. Without a listener the event would end the process first.
  stream.on("error", () => undefined);
  const write = (text: string | Uint8Array): Promise<void> =>
    new Promise((resolve, reject) => {
      stream.write(text, (error) => {
        if (error === null || error === undefined) setImmediate(resolve);
        else
          reject(isBrokenPipe(error) ? new ReaderGone() : new Error(`the output cannot be written: ${error.message}`));
      });
    });
  return {
    write: (text) => write(printableLines(text)),
    writeStyled: (text) => write(printableStyled(text)),
    writeBytes: write,
  };
}

export function createNote(stream: Writable): Note {
  // A closed stderr must not turn a result into a failure.
  stream.on("error", () => undefined);
  return (line) => {
    stream.write(`${printable(line)}\n`);
  };
}

const blockCharacters = 256 * 1024;

/** Gathers small pieces, because each write costs a turn of the event loop. */
export function writePieces(output: Output, pieces: Iterable<string>): Promise<void> {
  return gather(pieces, (text) => output.write(text));
}

/** Like `writePieces`, by `writeStyled`. */
export function writeStyledPieces(output: Output, pieces: Iterable<string>): Promise<void> {
  return gather(pieces, (text) => output.writeStyled(text));
}

async function gather(pieces: Iterable<string>, write: (text: string) => Promise<void>): Promise<void> {
  let block = "";
  for (const piece of pieces) {
    block += piece;
    if (block.length < blockCharacters) continue;
    await write(block);
    block = "";
  }
  if (block !== "") await write(block);
}

function isBrokenPipe(error: Error): boolean {
  return "code" in error && error.code === "EPIPE";
}
