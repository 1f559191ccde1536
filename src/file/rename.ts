// Renames a file over another one, also where a program that has one of them open delays that.
import type { Disk } from "./disk.js";
import { blockFor } from "./pause.js";
import { errorCode, errorText } from "./system-error.js";

/** A virus scanner or a reader of a short journal has closed the file by then. In milliseconds. */
const waitMsMax = 1000;

const pauseMs = { first: 1, most: 50 };

/** What Windows reports while a program has one of the files open that does not allow this, or any at all. */
const refusals: ReadonlySet<string | undefined> = new Set(["EACCES", "EBUSY", "EPERM"]);

/**
 * Replaces an existing file at `to`. Windows refuses that while a program has the file at `to` open: the call is then
 * repeated for a second, and the error says so. Neither file is changed if it throws.
 */
export function renameOver(from: string, to: string, disk: Disk): void {
  if (disk.semantics === "posix") {
    disk.rename(from, to);
    return;
  }
  const deadline = performance.now() + waitMsMax;
  for (let pause = pauseMs.first; ; pause = Math.min(pause * 2, pauseMs.most)) {
    try {
      disk.rename(from, to);
      return;
    } catch (error) {
      if (!refusals.has(errorCode(error))) throw error;
      if (performance.now() >= deadline) throw stillOpen(to, error);
    }
    blockFor(pause);
  }
}

/** Keeps the code, by which callers recognise a refusal. */
function stillOpen(path: string, cause: unknown): Error {
  const advice = "Windows does not replace an open file; close it there and try again";
  const message = `${path} was open in this program or another one for ${waitMsMax} ms: ${errorText(cause)}; ${advice}`;
  return Object.assign(new Error(message, { cause }), { code: errorCode(cause), path });
}
