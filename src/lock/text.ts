// Formats and parses the text of a lock file (docs/format.md 8, "The lock").
import { randomBytes } from "node:crypto";
import { mismatch } from "../arguments.js";
import { isPid, type ProcessMark } from "./process.js";

/** The fields of a lock file. The reference writes the first three lines; a missing field is `""`, a missing pid 0. */
export interface LockFields extends ProcessMark {
  /** Unique to one acquisition: a label, a colon and a nonce. */
  owner: string;
  acquiredAt: string;
  /** The system's uptime in seconds. Unlike `acquiredAt`, it does not change when the clock is set. */
  uptime: string;
  /** The holder has released the lock but could not remove the file. */
  released: boolean;
}

/** The order and names of the lines. The reference reads the first three and skips the rest. */
const lines = [
  ["owner", "owner"],
  ["acquired_at", "acquiredAt"],
  ["pid", "pid"],
  ["host", "host"],
  ["machine_id", "machine"],
  ["boot_id", "bootId"],
  ["namespace", "namespace"],
  ["process_start", "start"],
  ["uptime", "uptime"],
] as const;

/** No writer makes a longer file. */
export const lockBytesMax = 16 * 1024;

const labelCharactersMax = 1000;

/** The line that a holder appends to its file if it cannot remove it. */
export const releasedLine = "released: yes\n";

/** Formats a lock that is held; `releasedLine` is appended on release if necessary. */
export function formatLock(fields: Omit<LockFields, "released">): string {
  return lines.map(([name, field]) => `${name}: ${fields[field]}\n`).join("");
}

/**
 * Returns `undefined` unless there are an owner, a stamp and a pid: the file may be empty, half written or not a lock.
 * Of repeated lines the first counts, so that an owner containing a line break cannot inject another field (faults B9).
 */
export function parseLock(content: string): LockFields | undefined {
  const found = new Map<string, string>();
  // A line without an LF at its end is still being written.
  for (const line of content.split("\n").slice(0, -1)) {
    const [name, value] = splitLine(line);
    if (!found.has(name)) found.set(name, value);
  }
  const text = (name: string): string => found.get(name) ?? "";
  const pid = /^\d{1,20}$/.test(text("pid")) ? Number(text("pid")) : 0;
  if (text("owner") === "" || !found.has("acquired_at") || !found.has("pid")) return undefined;
  return {
    owner: text("owner"),
    acquiredAt: text("acquired_at"),
    pid: isPid(pid) ? pid : 0,
    host: text("host"),
    machine: text("machine_id"),
    bootId: text("boot_id"),
    namespace: text("namespace"),
    start: text("process_start"),
    uptime: text("uptime"),
    released: text("released") === "yes",
  };
}

function splitLine(line: string): [name: string, value: string] {
  const colon = line.indexOf(":");
  return colon < 0 ? [line.trim(), ""] : [line.slice(0, colon).trim(), line.slice(colon + 1).trim()];
}

/** Checks that no reader can misread the label (faults B3, B8, B9). Throws a `TypeError` that says what is wrong. */
export function checkLabel(label: unknown, argument = "label"): string {
  if (typeof label !== "string") throw mismatch(argument, "a string", label);
  if (label === "" || label.length > labelCharactersMax) {
    throw mismatch(argument, `1 to ${labelCharactersMax} characters`, label);
  }
  // The reference treats each of these as the end of a line.
  if (/[\n\r\v\f\u001c-\u001e\u0085\u2028\u2029]/.test(label)) throw mismatch(argument, "no line break in it", label);
  if (/^[\s\u001f]|[\s\u001f]$/.test(label)) throw mismatch(argument, "no space around it", label);
  if (/\p{Surrogate}/u.test(label)) throw mismatch(argument, "well-formed Unicode", label);
  return label;
}

/** Unique, so that two holders never share an owner, whatever their labels (faults B1). */
export function nameOwner(label: string): string {
  return `${label}:${randomBytes(8).toString("hex")}`;
}
