// Colours text for a terminal. All coloured text is escaped first, so that a journal cannot control the terminal.
import picocolors from "picocolors";
import { printable } from "./printable.js";

export type Colour = "red" | "yellow" | "green" | "blue" | "cyan" | "dim" | "bold";

/** Returns the text, escaped by `printable`, and in the colour if colours are shown. */
export type Paint = (colour: Colour, text: string) => string;

/** The part of a stream that shows whether it is a terminal with colours. */
export interface ColourStream {
  isTTY?: boolean | undefined;
  /** As in `tty.WriteStream`. */
  hasColors?(): boolean;
}

/**
 * Colours are shown on a terminal only, and not if `NO_COLOR` is set, if `TERM` is `dumb`, or if the terminal has no
 * colours. `hasColors` applies these rules.
 */
export function showsColour(stream: ColourStream): boolean {
  return stream.isTTY === true && stream.hasColors?.() === true;
}

/** Text made by the result must be written by `Output.writeStyled`: `Output.write` would escape the colours. */
export function createPaint(stream: ColourStream): Paint {
  const colours = picocolors.createColors(showsColour(stream));
  return (colour, text) => colours[colour](printable(text));
}
