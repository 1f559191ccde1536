// Shared by the benchmark commands: parses numbers and profiles, sets the exit code, makes a temporary folder, shows
// progress.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setImmediate as nextTurn } from "node:timers/promises";
import { errorText } from "../file/system-error.js";
import { type JournalPlan, type Written, writeJournalSteps } from "./journal.js";
import { isProfileName, type ProfileName, profiles } from "./profiles.js";

/** Wrong usage; the exit code is 2. */
export class UsageError extends Error {}

export function readWhole(option: string, typed: string, least: number): number {
  const n = /^[0-9]+$/.test(typed) ? Number(typed) : Number.NaN;
  if (Number.isSafeInteger(n) && n >= least) return n;
  throw new UsageError(`${option}: expected a whole number of at least ${least}, found ${JSON.stringify(typed)}`);
}

export function readProfile(typed: string): ProfileName {
  if (isProfileName(typed)) return typed;
  const names = Object.keys(profiles).join(", ");
  throw new UsageError(`--profile: expected one of ${names}, found ${JSON.stringify(typed)}`);
}

/** Runs a command and sets the exit code: its result, 2 for wrong usage, 1 for any other failure. */
export async function runCommand(name: string, command: () => Promise<number> | number): Promise<void> {
  process.stdout.on("error", (error) => {
    // The reader of our output has closed it, as `head` does. End quietly.
    if (!("code" in error && error.code === "EPIPE")) throw error;
  });
  try {
    process.exitCode = await command();
  } catch (error) {
    const isUsage = error instanceof UsageError || isParseFailure(error);
    const message = errorText(error);
    process.stderr.write(`${name}: ${message}\n`);
    process.exitCode = isUsage ? 2 : 1;
  }
}

function isParseFailure(error: unknown): boolean {
  return error instanceof Error && "code" in error && String(error.code).startsWith("ERR_PARSE_ARGS");
}

/** Runs `work` in a new folder and deletes it afterwards, also if a signal ends the process, unless `keep` is true. */
export async function withFolder<T>(keep: boolean, work: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), "lane-journal-bench-"));
  const remove = () => {
    if (keep) process.stderr.write(`kept: ${folder}\n`);
    else rmSync(folder, { recursive: true, force: true });
  };
  const stop = (signal: "SIGINT" | "SIGTERM") => {
    remove();
    process.exit(signal === "SIGINT" ? 130 : 143);
  };
  process.once("SIGINT", stop).once("SIGTERM", stop);
  try {
    return await work(folder);
  } finally {
    process.off("SIGINT", stop).off("SIGTERM", stop);
    remove();
  }
}

/** Writes a journal with a progress line, and handles signals between blocks. */
export async function makeJournal(path: string, plan: JournalPlan): Promise<Written> {
  let last: Written = { bytes: 0, entries: 0 };
  for (const done of writeJournalSteps(path, plan)) {
    last = done;
    const percent = Math.floor((100 * done.entries) / plan.entries);
    showProgress(`making the journal: ${percent} % (${(done.bytes / 1e6).toFixed(0)} MB)`);
    await nextTurn();
  }
  showProgress("");
  return last;
}

/** Shows a temporary line on the terminal; does nothing if stderr is not a terminal. An empty line clears it. */
export function showProgress(line: string): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${line}`);
}

/** Waits one turn of the event loop, in which signals are handled. */
export { nextTurn };

/**
 * Formats rows of cells as lines of text with columns two spaces apart. Columns of numbers are aligned to the right.
 */
export function formatTable(rows: readonly (readonly string[])[]): string {
  const widths: number[] = [];
  for (const row of rows) row.forEach((cell, i) => void (widths[i] = Math.max(widths[i] ?? 0, cell.length)));
  const isNumber = widths.map((_, i) => rows.slice(1).every((row) => /^[0-9.,]*$/.test(row[i] ?? "")));
  const pad = (cell: string, i: number) => (isNumber[i] ? cell.padStart(widths[i] ?? 0) : cell.padEnd(widths[i] ?? 0));
  return rows.map((row) => `${row.map(pad).join("  ").trimEnd()}\n`).join("");
}

/** Formats a value of a lease as a table cell. */
export function cell(value: unknown): string {
  return typeof value === "string" ? value : (JSON.stringify(value) ?? "-");
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[sorted.length >> 1];
  const lower = sorted[(sorted.length - 1) >> 1];
  if (upper === undefined || lower === undefined) throw new RangeError("median expected values, found none");
  return (upper + lower) / 2;
}
