// Checks the word that some verbs take before the journal. All other verbs take the journal there.
import { statSync } from "node:fs";
import { UsageError } from "./args.js";

/** Throws `UsageError` if the word is the name of a file, which was probably meant as the journal. */
export function expectNoFile(verb: string, expected: string, word: string | undefined): void {
  if (word === undefined || statSync(word, { throwIfNoEntry: false })?.isFile() !== true) return;
  const advice = "use --journal for a journal";
  throw new UsageError(`${verb}: expected ${expected}, found the file ${JSON.stringify(word)}; ${advice}`);
}
