// Determines a folder's file system from `statfs` and the mount table, and whether an fsync is reliable there.
import { readFileSync, statfsSync } from "node:fs";
import { errorText } from "../file/system-error.js";

/** `yes`: fsynced data is kept. `passed on`: the layer below decides. `no`: fsync keeps nothing. */
export type Trust = "yes" | "passed on" | "unknown" | "no";

export interface FileSystem {
  name: string;
  /** `f_type` in hexadecimal digits. */
  type: string;
  fsync: Trust;
  /** The reason, for people. */
  says: string;
}

type Known = Omit<FileSystem, "type">;

const local = "a local file system with a journal or copy-on-write: fsynced data is kept if the disk honours flushes";
const network = "a network file system: the lock, O_APPEND and rename must work as on a local file system";
const ram = "the file system is in memory: nothing survives a restart, fsynced or not";
const noJournal = "it has no journal: a power cut may damage more than the data being written";

/** Linux's `f_type` (statfs(2)). */
const known: ReadonlyMap<number, Known> = new Map([
  [0xef53, { name: "ext2/3/4", fsync: "yes", says: local }],
  [0x58465342, { name: "xfs", fsync: "yes", says: local }],
  [0x9123683e, { name: "btrfs", fsync: "yes", says: local }],
  [0xf2f52010, { name: "f2fs", fsync: "unknown", says: "a local file system that was not tested" }],
  [0x2fc12fc1, { name: "zfs", fsync: "unknown", says: "not tested; with sync=disabled an fsync keeps nothing" }],
  [0xca451a4e, { name: "bcachefs", fsync: "unknown", says: "a local file system that was not tested" }],
  [0x01021994, { name: "tmpfs", fsync: "no", says: ram }],
  [0x858458f6, { name: "ramfs", fsync: "no", says: ram }],
  [0x6969, { name: "nfs", fsync: "unknown", says: network }],
  [0xff534d42, { name: "cifs", fsync: "unknown", says: network }],
  [0xfe534d42, { name: "smb2", fsync: "unknown", says: network }],
  [0x00c36400, { name: "ceph", fsync: "unknown", says: network }],
  [
    0x01021997,
    {
      name: "9p",
      fsync: "unknown",
      says: "a folder of another machine or of the host, which decides what an fsync does",
    },
  ],
  [0x65735546, { name: "fuse", fsync: "unknown", says: "a program serves it and decides what an fsync does" }],
  [
    0x794c7630,
    {
      name: "overlay",
      fsync: "passed on",
      says: "an fsync reaches the upper layer's file system; in a container the file is deleted with the container",
    },
  ],
  [0x4d44, { name: "vfat", fsync: "unknown", says: noJournal }],
  [0x2011bab0, { name: "exfat", fsync: "unknown", says: noJournal }],
]);

/** Mount options that make fsync ineffective. */
const unsafeOptions = /^(volatile|nobarrier|barrier=0|barrier=none|fsync=nobarrier)$/;

export function describeType(type: number, platform: string): Known {
  const found = platform === "linux" ? known.get(type >>> 0) : undefined;
  if (found !== undefined) return found;
  const says = platform === "linux" ? "an unknown file system" : `file systems of ${platform} were not tested`;
  return { name: "unknown", fsync: "unknown", says };
}

/** `folder` must exist and contain no symbolic links. */
export function findFileSystem(folder: string): FileSystem {
  let type: number;
  try {
    ({ type } = statfsSync(folder));
  } catch (error) {
    return { name: "unknown", type: "", fsync: "unknown", says: errorText(error) };
  }
  return judgeMount({ ...describeType(type, process.platform), type: (type >>> 0).toString(16) }, mountOptions(folder));
}

export function judgeMount(found: FileSystem, options: readonly string[]): FileSystem {
  const unsafe = options.filter((option) => unsafeOptions.test(option));
  if (unsafe.length === 0 || found.fsync === "no") return found;
  return { ...found, fsync: "no", says: `mounted with ${unsafe.join(", ")}: an fsync does not reach the disk` };
}

/** The options of the mount that contains the folder; empty if the system has no mount table. */
function mountOptions(folder: string): string[] {
  return findOptions(readMountTable(), folder);
}

/** Returns `""` if there is no mount table: on other systems, or in a container that hides it. */
export function readMountTable(): string {
  // On Windows the path would be read on the current drive.
  if (process.platform === "win32") return "";
  try {
    return readFileSync("/proc/self/mountinfo", "utf8");
  } catch {
    return "";
  }
}

/** Whether the path, which must contain no symbolic links, is itself a mount point. */
export function isMountPoint(table: string, path: string): boolean {
  return table.split("\n").some((line) => mountPointOf(line.split(" ")) === path);
}

/** Decodes the fifth field, in which spaces and backslashes are octal escapes. */
function mountPointOf(fields: readonly string[]): string {
  const digits = /\\([0-7]{3})/g;
  return (fields[4] ?? "").replace(digits, (_, octal) => String.fromCharCode(Number.parseInt(octal, 8)));
}

/** Later mounts hide earlier ones, so the last one with the same name counts. */
export function findOptions(table: string, folder: string): string[] {
  let best = { point: "", options: [""] };
  for (const line of table.split("\n")) {
    const [before = "", after = ""] = line.split(" - ");
    const fields = before.split(" ");
    const point = mountPointOf(fields);
    const isAbove = point === "/" || folder === point || folder.startsWith(`${point}/`);
    if (point === "" || !isAbove || point.length < best.point.length) continue;
    best = { point, options: [...(fields[5] ?? "").split(","), ...(after.split(" ")[2] ?? "").split(",")] };
  }
  return best.options.filter((option) => option !== "");
}
