// What a lock file says of its holder in, whether that process lives out (docs/format.md 8, "The lock").
import { createHash } from "node:crypto";
import { readFileSync, readlinkSync } from "node:fs";
import { hostname } from "node:os";
import { errorCode } from "../file/system-error.js";

/** One process among all there ever were. What is not known is `""`: on a system without `/proc`, most of it. */
export interface ProcessMark {
  pid: number;
  host: string;
  /** Tells hosts of one name apart. */
  machine: string;
  /** One value from start to shutdown of the system, the same in each of its containers. */
  bootId: string;
  /** The pid and time namespaces, without which neither a pid nor a start time means anything. */
  namespace: string;
  /** In ticks of the kernel; tells a process from a later one with the same pid. */
  start: string;
}

export type Life = "alive" | "dead" | "unknown";

/** What is found under a pid: nothing, something that cannot be looked at, or a process. */
export type Sighting = "gone" | "hidden" | { start: string; finished: boolean };

export interface ProcessTable {
  /** This process. */
  self(): ProcessMark;
  /** Under a pid of this process's own namespace. */
  look(pid: number): Sighting;
}

/** `dead` only on proof: whoever cannot be told keeps the lock until it is old. */
export function judgeLife(holder: ProcessMark, table: ProcessTable): Life {
  const here = table.self();
  // Every system boots anew, so another boot id of the same host ended whatever ran before it.
  if (holder.bootId !== here.bootId) return hasRebooted(holder, here) ? "dead" : "unknown";
  if (here.bootId === "" && (holder.host === "" || holder.host !== here.host)) return "unknown";
  if (holder.namespace !== here.namespace) return "unknown";
  // A file of the reference names no host, boot or namespace: its pid may be one of another container.
  if (holder.bootId === "" && holder.start === "" && process.platform === "linux") return "unknown";
  const found = table.look(holder.pid);
  if (found === "gone") return "dead";
  if (found === "hidden" || found.start === "" || holder.start === "") return "unknown";
  return found.finished || found.start !== holder.start ? "dead" : "alive";
}

function hasRebooted(holder: ProcessMark, here: ProcessMark): boolean {
  if (holder.bootId === "" || here.bootId === "" || holder.host === "") return false;
  return holder.host === here.host && holder.machine === here.machine;
}

/** A short name for a boot and its namespaces: within it a pid and a start time name one process. */
export function namePlace(mark: ProcessMark): string {
  return createHash("sha256").update(`${mark.bootId}\n${mark.namespace}`).digest("hex").slice(0, 12);
}

let self: ProcessMark | undefined;

export const systemProcesses: ProcessTable = {
  self() {
    self ??= describeSelf();
    return self;
  },
  look(pid) {
    if (isGone(pid)) return "gone";
    // In a /proc that was mounted for another namespace the same number is another process.
    if (readLinkIfThere("/proc/self") !== String(process.pid)) return "hidden";
    return readStat(readIfThere(`/proc/${pid}/stat`)) ?? "hidden";
  },
};

/** No process of this pid in this process's namespace; false where that cannot be told. */
export function isGone(pid: number): boolean {
  if (!isPid(pid)) return false;
  try {
    process.kill(pid, 0);
    return false;
  } catch (error) {
    return errorCode(error) === "ESRCH";
  }
}

/** What `kill` takes for one process: 0 and less are groups, and more does not fit. */
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
    start: stat?.start ?? "",
  };
}

/**
 * proc(5): the command's name, which may hold anything, ends at the last parenthesis; field 3 is the state, 20 the
 * number of threads, 22 the start. A leader that has ended is a zombie while its other threads still write.
 */
function readStat(text: string): { start: string; finished: boolean } | undefined {
  const fields = text.slice(text.lastIndexOf(")") + 2).split(" ");
  const [state, threads, start] = [fields[0], fields[17], fields[19]];
  if (state === undefined || threads === undefined || start === undefined) return undefined;
  if (!/^\d{1,40}$/.test(start)) return undefined;
  return { start, finished: state === "X" || (state === "Z" && Number(threads) <= 1) };
}

function oneLine(text: string): string {
  return text.trim().replace(/[\u0000-\u001f\u0085\u2028\u2029]/g, "?");
}

const absent: ReadonlySet<string | undefined> = new Set(["ENOENT", "ESRCH", "EACCES", "EPERM", "ENOTDIR"]);

/** `""` where there is none or it is not ours to read; anything else is raised, not taken for that. */
function readIfThere(path: string): string {
  return ifThere(() => readFileSync(path, "utf8"));
}

function readLinkIfThere(path: string): string {
  return ifThere(() => readlinkSync(path));
}

function ifThere(read: () => string): string {
  try {
    return read();
  } catch (error) {
    if (absent.has(errorCode(error))) return "";
    throw error;
  }
}
