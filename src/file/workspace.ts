// Reads the journal's path from a workspace's dos.toml (docs/format.md 8, "Where"). It is loaded only if that file
// exists.
import { readFileSync } from "node:fs";
import { parse, TomlError } from "smol-toml";
import { isObject } from "../core/words.js";
import { JournalError } from "../errors.js";
import { closeReadable, openReadable, readSize } from "./regular.js";
import { errorText } from "./system-error.js";

/** The file is read at each call that names no journal, so its size must stay small. */
const bytesMax = 1024 * 1024;

/**
 * Returns `[paths] lane_journal`, or undefined if the file does not have that key. Throws `ERR_CONFIG_INVALID` for
 * every other failure: with the default path instead, a configured journal would read as one without leases.
 */
export function readWorkspaceFile(path: string): string | undefined {
  try {
    return findJournal(parseToml(readText(path)));
  } catch (cause) {
    const advice = "correct it, or name the journal (--journal, DISPATCH_LANE_JOURNAL_PATH)";
    const message = `${path}, which may name the journal, cannot be used: ${errorText(cause)}; ${advice}`;
    throw new JournalError("ERR_CONFIG_INVALID", message, { path, cause });
  }
}

function readText(path: string): string {
  const file = openReadable(path, "the file");
  if (file === undefined) throw new Error("it is a link to a file that does not exist");
  try {
    const size = readSize(file);
    if (size > bytesMax) throw new Error(`expected at most ${bytesMax} bytes, found ${size}`);
    return new TextDecoder("utf-8", { fatal: true }).decode(readFileSync(file.fd));
  } finally {
    closeReadable(file);
  }
}

function parseToml(text: string): unknown {
  try {
    // Python's integers have no limit. Those in other programs' keys are not used here.
    return parse(text, { integersAsBigInt: "asNeeded" });
  } catch (cause) {
    if (!(cause instanceof TomlError)) throw cause;
    const [first = ""] = cause.message.split("\n");
    throw new Error(`line ${cause.line}, column ${cause.column}: ${first}`, { cause });
  }
}

function findJournal(document: unknown): string | undefined {
  const paths = isObject(document) ? document["paths"] : undefined;
  if (paths === undefined) return undefined;
  if (!isObject(paths) || paths instanceof Date) throw new Error("expected a table [paths], found another value");
  const named = paths["lane_journal"];
  if (named === undefined) return undefined;
  const isPath = typeof named === "string" && named.trim() !== "" && !named.includes("\0");
  if (!isPath) throw new Error("expected the path of a file as [paths] lane_journal, found a blank or another value");
  return named;
}
