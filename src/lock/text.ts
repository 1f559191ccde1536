// A holder's fields in, a lock file's text out, and back (docs/format.md 8, "The lock").
import { randomBytes } from "node:crypto";
import { mismatch } from "../arguments.js";
import { isPid, type ProcessMark } from "./process.js";

/** What a lock file says. A file of the reference has the first three lines; what is missing is `""`, the pid 0. */
export interface LockFields extends ProcessMark {
  /** Unique to one holding of the lock: a label, a colon and a nonce. */
  owner: string;
  acquiredAt: string;
  /** Seconds the system had been up: unlike `acquiredAt` it is not moved by setting the clock. */
  uptime: string;
  /** Its holder let it go, but could not remove it. */
  released: boolean;
}

/** The order and the names of the lines; the reference reads the first three and skips the rest. */
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

/** A longer file is none of a writer's. */
export const lockBytesMax = 16 * 1024;

const labelCharactersMax = 1000;

/** What a holder adds to its own file when it cannot remove it. */
export const releasedLine = "released: yes\n";

/** What is held is not released: that line is added. */
export function formatLock(fields: Omit<LockFields, "released">): string {
  return lines.map(([name, field]) => `${name}: ${fields[field]}\n`).join("");
}

/**
 * `undefined` unless an owner, a stamp and a pid are there: a file that is still empty, half written or no lock. Of a
 * repeated line the first counts, as an owner with a line break in it would otherwise pass for another (faults B9).
 */
export function parseLock(content: string): LockFields | undefined {
  const found = new Map<string, string>();
  // What follows the last LF is still being written.
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

/** A label that no reader takes for another (faults B3, B8, B9); a `TypeError` says what is wrong with it. */
export function checkLabel(label: unknown, argument = "label"): string {
  if (typeof label !== "string") throw mismatch(argument, "a string", label);
  if (label === "" || label.length > labelCharactersMax) {
    throw mismatch(argument, `1 to ${labelCharactersMax} characters`, label);
  }
  // The reference ends a line at each of these.
  if (/[\n\r\v\f\u001c-\u001e\u0085\u2028\u2029]/.test(label)) throw mismatch(argument, "no line break in it", label);
  if (/^[\s\u001f]|[\s\u001f]$/.test(label)) throw mismatch(argument, "no space around it", label);
  if (/\p{Surrogate}/u.test(label)) throw mismatch(argument, "well-formed Unicode", label);
  return label;
}

/** Two holders never have the same, whatever their labels (faults B1). */
export function nameOwner(label: string): string {
  return `${label}:${randomBytes(8).toString("hex")}`;
}
