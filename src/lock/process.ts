// Decides from a lock file's fields whether its holder is alive (docs/format.md 8, "The lock").
import { createHash } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { errorCode } from "../file/system-error.js";
import { findLiving, findProof, proveAlive } from "./proof.js";

const isWindows = process.platform === "win32";

/** Identifies one process uniquely over time. Unknown fields are `""`; without `/proc` that is most of them. */
export interface ProcessMark {
  pid: number;
  host: string;
  /** Distinguishes hosts with the same name. */
  machine: string;
  /** Constant from boot to shutdown of the system, and the same in all its containers. */
  bootId: string;
  /** The pid and time namespaces, without which neither a pid nor a start time has a meaning. */
  namespace: string;
  /**
   * Distinguishes the process from a later one with the same pid: in kernel ticks, or on Windows the name of a proof.
   */
  start: string;
}

export type Life = "alive" | "dead" | "unknown";

/** The result of looking up a pid: no process, a process that cannot be inspected, or its state. */
export type Sighting = "gone" | "hidden" | { start: string; finished: boolean };

export interface ProcessTable {
  /** Returns the mark of this process. */
  self(): ProcessMark;
  /**
   * Looks up a pid in the namespace of this process. `start`, if known, says which process with that pid is meant;
   * Windows can tell more about it then.
   */
  look(pid: number, start?: string): Sighting;
}

/** Returns `dead` only on proof: an unknown holder keeps the lock until it is old. */
export function judgeLife(holder: ProcessMark, table: ProcessTable): Life {
  const here = table.self();
  // A different boot id on the same host means a reboot, which ended every earlier process.
  if (holder.bootId !== here.bootId) return hasRebooted(holder, here) ? "dead" : "unknown";
  if (here.bootId === "" && (holder.host === "" || holder.host !== here.host)) return "unknown";
  if (holder.namespace !== here.namespace) return "unknown";
  // The reference's files name no host, boot or namespace: the pid may belong to another container.
  if (holder.bootId === "" && holder.start === "" && process.platform === "linux") return "unknown";
  const found = table.look(holder.pid, holder.start);
  if (found === "gone") return "dead";
  if (found === "hidden" || found.start === "" || holder.start === "") return "unknown";
  return found.finished || found.start !== holder.start ? "dead" : "alive";
}

function hasRebooted(holder: ProcessMark, here: ProcessMark): boolean {
  if (holder.bootId === "" || here.bootId === "" || holder.host === "") return false;
  return holder.host === here.host && holder.machine === here.machine;
}

/** A short hash of the boot and its namespaces, within which a pid and a start time identify one process. */
export function namePlace(mark: ProcessMark): string {
  return createHash("sha256").update(`${mark.bootId}\n${mark.namespace}`).digest("hex").slice(0, 12);
}

let self: ProcessMark | undefined;

export const systemProcesses: ProcessTable = {
  self() {
    self ??= describeSelf();
    return self;
  },
  look(pid, start = "") {
    if (isGone(pid)) return "gone";
    if (isWindows) return lookByProof(pid, start);
    // If /proc was mounted for another namespace, the same number is another process there.
    if (readLinkIfThere("/proc/self") !== String(process.pid)) return "hidden";
    return readStat(readIfThere(`/proc/${pid}/stat`)) ?? "hidden";
  },
};

function lookByProof(pid: number, given: string): Sighting {
  const start = given === "" ? findLiving(pid) : given;
  const proof = start === undefined ? "absent" : findProof(pid, start);
  return start === undefined || proof === "absent" ? "hidden" : { start, finished: proof === "ended" };
}

/** More processes than this have not started each other in a row. */
const lineageMax = 64;

/** Returns this process and those that started it, nearest first. Without `/proc`, only this one. */
export function markLineage(): ProcessMark[] {
  const own = systemProcesses.self();
  const lineage = [own];
  let pid = own.start === "" ? 0 : process.ppid;
  while (pid > 0 && lineage.length < lineageMax) {
    const stat = readStat(readIfThere(`/proc/${pid}/stat`));
    if (stat === undefined) break;
    lineage.push({ ...own, pid, start: stat.start });
    pid = stat.parent;
  }
  return lineage;
}

/** Whether this process's namespace has no process with this pid; false if that cannot be determined. */
export function isGone(pid: number): boolean {
  if (!isPid(pid)) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return errorCode(error) === "ESRCH";
  }
}

/** The range that `kill` accepts for one process: 0 and negative numbers mean groups, larger ones do not fit. */
export function isPid(pid: unknown): pid is number {
  return typeof pid === "number" && Number.isSafeInteger(pid) && pid >= 1 && pid <= 0x7fffffff;
}

function describeSelf(): ProcessMark {
  const namespaces = ["pid", "time"].map((kind) => readLinkIfThere(`/proc/self/ns/${kind}`));
  const stat = readStat(readIfThere("/proc/self/stat"));
  return {
    pid: process.pid,
    host: oneLine(hostname()),
    machine: oneLine(readIfThere("/etc/machine-id")),
    bootId: oneLine(readIfThere("/proc/sys/kernel/random/boot_id")),
    namespace: namespaces.filter((name) => name !== "").join(" "),
    start: isWindows ? proveAlive() : (stat?.start ?? ""),
  };
}

/**
 * proc(5): the command's name may contain anything and ends at the last parenthesis. Field 3 is the state, field 4 the
 * parent's pid, field 20 the number of threads, field 22 the start. A thread-group leader that has ended is a zombie
 * while its other threads still run.
 */
function readStat(text: string): { start: string; finished: boolean; parent: number } | undefined {
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, threads, start] = [fields[0], fields[17], fields[19]];
  if (state === undefined || threads === undefined || start === undefined) return undefined;
  if (!/^\d{1,40}$/.test(start)) return undefined;
  const finished = state === "X" || (state === "Z" && Number(threads) <= 1);
  return { start, finished, parent: Number(fields[1]) };
}

function oneLine(text: string): string {
  return text.trim().replace(/[\u0000-\u001f\u0085\u2028\u2029]/g, "?");
}

const absent: ReadonlySet<string | undefined> = new Set(["ENOENT", "ESRCH", "EACCES", "EPERM", "ENOTDIR"]);

/**
 * Returns `""` if the file is missing or not readable for this user; rethrows every other error. On Windows, these
 * paths would be read on the current drive.
 */
function readIfThere(path: string): string {
  return isWindows ? "" : ifThere(() => readFileSync(path, "utf8"));
}

function readLinkIfThere(path: string): string {
  return isWindows ? "" : ifThere(() => readlinkSync(path));
}

function ifThere(read: () => string): string {
  try {
    return read();
  } catch (error) {
    if (absent.has(errorCode(error))) return "";
    throw error;
  }
}
