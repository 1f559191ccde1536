// Proves on Windows that a process is alive: each process keeps a file open that nobody else can open until the system
// closes it (docs/format.md 8, "The lock"). Elsewhere /proc tells when a process started.
import { randomInt } from "node:crypto";
import { closeSync, constants, mkdirSync, openSync, readdirSync, statSync, unlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isMainThread } from "node:worker_threads";
import { leftoversMax } from "../file/leftovers.js";
import { errorCode } from "../file/system-error.js";

/** libuv's UV_FS_O_EXLOCK: the file is shared with nobody. `node:fs` does not name it. */
const sharedWithNobody = 0x1000_0000;

/** The files of processes that have ended prove that until another process removes them. */
const endedMsMax = 3_600_000;

/** All users of the host have to find the files of all others. */
function proofFolder(): string {
  return join(process.env["ProgramData"] || tmpdir(), "lane-journal", "alive");
}

/**
 * Makes this process's proof and returns what distinguishes the process from a later one with the same pid: digits, or
 * `""` if the proof cannot be made. A worker's file would be closed when the worker ends, so a worker returns that of
 * the main thread, if there is one.
 */
export function proveAlive(): string {
  if (!isMainThread) return findLiving(process.pid) ?? "";
  const folder = proofFolder();
  const start = `${Date.now()}${String(randomInt(1_000_000)).padStart(6, "0")}`;
  try {
    mkdirSync(folder, { recursive: true });
    const flags = constants.O_RDWR | constants.O_CREAT | constants.O_EXCL | sharedWithNobody;
    // Never closed: that is the proof.
    openSync(join(folder, `${process.pid}-${start}`), flags);
  } catch {
    return "";
  }
  sweepEnded(folder);
  return start;
}

/** `absent`: nothing is known of this process here. */
export type Proof = "alive" | "ended" | "absent";

/** `start` is what the process's `proveAlive` returned. */
export function findProof(pid: number, start: string): Proof {
  // A lock file may contain anything.
  return /^\d{1,40}$/.test(start) ? probe(join(proofFolder(), `${pid}-${start}`)) : "absent";
}

/** Returns the start of the living process with this pid. */
export function findLiving(pid: number): string | undefined {
  const prefix = `${pid}-`;
  const starts = listNames(proofFolder())
    .filter((name) => name.startsWith(prefix))
    .map((name) => name.slice(prefix.length));
  return starts.find((start) => findProof(pid, start) === "alive");
}

/** What cannot be opened for another reason proves nothing. */
function probe(path: string): Proof {
  try {
    closeSync(openSync(path, constants.O_RDONLY));
    return "ended";
  } catch (error) {
    return errorCode(error) === "EBUSY" ? "alive" : "absent";
  }
}

function listNames(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

function sweepEnded(folder: string): void {
  const names = listNames(folder);
  const first = Math.floor(Math.random() * Math.max(1, names.length - leftoversMax + 1));
  for (const name of names.slice(first, first + leftoversMax)) sweepFile(join(folder, name));
}

/** The file of a living process cannot be removed. */
function sweepFile(path: string): void {
  try {
    if (Date.now() - statSync(path).mtimeMs > endedMsMax && probe(path) === "ended") unlinkSync(path);
  } catch {
    // Another process has removed it, or a later one tries again.
  }
}
