// Draws on the whole terminal, and leaves it as it was.
import type { ReadStream, WriteStream } from "node:tty";
import { printableStyled } from "../printable.js";

/** ECMA-48 and the sequences of xterm that every terminal in use follows. */
const sequences = {
  enter: "\u001b[?1049h\u001b[?25l",
  leave: "\u001b[?25h\u001b[?1049l",
  home: "\u001b[H",
  clearRight: "\u001b[K",
  clearBelow: "\u001b[J",
} as const;

/** A process that still runs after this time was not stopped. */
const notStoppedMs = 100;

/** The size of a terminal that does not say. */
const sizeDefault = { columns: 80, rows: 24 };

export interface ScreenStreams {
  input: ReadStream | undefined;
  output: WriteStream;
}

export class Screen {
  readonly #input: ReadStream | undefined;
  readonly #output: WriteStream;
  #isOpen = false;
  #onChange = (): void => undefined;

  /** `input` is undefined if standard input is not a terminal: there are no keys then. */
  constructor({ input, output }: ScreenStreams) {
    this.#input = input;
    this.#output = output;
  }

  /** The current size. A terminal that is resized while it is drawn on gets the next frame right. */
  get size(): { columns: number; rows: number } {
    const { columns, rows } = this.#output;
    return { columns: columns || sizeDefault.columns, rows: rows || sizeDefault.rows };
  }

  /**
   * Switches to the alternate screen, hides the cursor and reads keys without waiting for a line. The terminal is
   * restored by `leave`, and at the latest when the process exits.
   */
  enter(onKey: (key: string) => void, onChange: () => void): void {
    this.#isOpen = true;
    this.#onChange = onChange;
    process.once("exit", this.leave);
    process.on("SIGTSTP", this.suspend);
    process.on("SIGCONT", this.#resume);
    this.#output.on("resize", onChange);
    this.#take();
    this.#input?.setEncoding("utf8").on("data", (text: string) => {
      for (const key of text) onKey(key);
    });
  }

  draw(lines: readonly string[]): void {
    if (!this.#isOpen) return;
    const shown = lines.map((line) => `${printableStyled(line)}${sequences.clearRight}`);
    this.#output.write(`${sequences.home}${shown.join("\r\n")}${sequences.clearBelow}`);
  }

  /** Writing to a terminal is synchronous, so that this works in an exiting process too. */
  readonly leave = (): void => {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    process.removeListener("exit", this.leave);
    process.removeListener("SIGTSTP", this.suspend);
    process.removeListener("SIGCONT", this.#resume);
    this.#output.removeAllListeners("resize");
    this.#input?.removeAllListeners("data").pause();
    this.#giveBack();
  };

  /** Restores the terminal and stops the processes of this job, as Ctrl-Z does, until the shell continues them. */
  readonly suspend = (): void => {
    if (!this.#isOpen) return;
    this.#giveBack();
    process.removeListener("SIGTSTP", this.suspend);
    process.kill(0, "SIGTSTP");
    // Without a shell that could continue it, the system does not stop a process.
    setTimeout(this.#resume, notStoppedMs);
  };

  /** A shell that stopped this process has used the terminal meanwhile. */
  readonly #resume = (): void => {
    if (!this.#isOpen) return;
    if (!process.listeners("SIGTSTP").includes(this.suspend)) process.on("SIGTSTP", this.suspend);
    this.#take();
    this.#onChange();
  };

  #take(): void {
    this.#output.write(sequences.enter);
    this.#input?.setRawMode(true);
  }

  #giveBack(): void {
    this.#input?.setRawMode(false);
    this.#output.write(sequences.leave);
  }
}
