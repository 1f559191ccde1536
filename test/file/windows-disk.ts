// Wraps the real disk so that it refuses what Windows refuses, on every system: wine allows some of it
// (docs/platforms.md, "Windows").
import { constants } from "node:fs";
import { resolve } from "node:path";
import { type Disk, nodeDisk } from "../../src/file/disk.js";

export interface WindowsDisk extends Disk {
  /** Descriptors that are open through this disk, with their files and flags. */
  readonly opened: ReadonlyMap<number, { identity: string; flags: number }>;
  /** Another program opens the file, and closes it after so many refused renames. */
  openElsewhere(path: string, refusals: number): void;
  /** The number of renames that were refused. */
  readonly refused: number;
}

function refusal(syscall: string): Error {
  return Object.assign(new Error(`EPERM: operation not permitted, ${syscall}`), { code: "EPERM", syscall });
}

export function createWindowsDisk(before: Partial<Record<"rename", () => void>> = {}): WindowsDisk {
  const opened = new Map<number, { identity: string; flags: number }>();
  const elsewhere = new Map<string, number>();
  let refused = 0;
  const expectFlag = (fd: number, isAllowed: (flags: number) => boolean, syscall: string): void => {
    const flags = opened.get(fd)?.flags;
    if (flags === undefined || !isAllowed(flags)) throw refusal(syscall);
  };
  const isOpenElsewhere = (path: string): boolean => {
    const left = elsewhere.get(path) ?? 0;
    elsewhere.set(path, left - 1);
    return left > 0;
  };
  const isWritable = (flags: number): boolean => (flags & (constants.O_WRONLY | constants.O_RDWR)) !== 0;
  return {
    ...nodeDisk,
    semantics: "windows",
    opened,
    openElsewhere: (path, refusals) => elsewhere.set(resolve(path), refusals),
    get refused() {
      return refused;
    },
    open(path, flags, mode) {
      const fd = nodeDisk.open(path, flags, mode);
      opened.set(fd, { identity: nodeDisk.fstat(fd).identity, flags });
      return fd;
    },
    close(fd) {
      opened.delete(fd);
      nodeDisk.close(fd);
    },
    rename(from, to) {
      before.rename?.();
      const there = nodeDisk.readdir(resolve(to, "..")).some((name) => resolve(to, "..", name) === resolve(to));
      const identity = there ? nodeDisk.lstat(to).identity : undefined;
      const isOpenHere = [...opened.values()].some((file) => file.identity === identity);
      if (there && (isOpenHere || isOpenElsewhere(resolve(to)))) {
        refused++;
        throw refusal("rename");
      }
      nodeDisk.rename(from, to);
    },
    ftruncate(fd, length) {
      expectFlag(fd, (flags) => isWritable(flags) && (flags & constants.O_APPEND) === 0, "ftruncate");
      nodeDisk.ftruncate(fd, length);
    },
    setModified(fd, modifiedAtMs) {
      expectFlag(fd, isWritable, "futime");
      nodeDisk.setModified(fd, modifiedAtMs);
    },
    fsync(fd) {
      expectFlag(fd, isWritable, "fsync");
      nodeDisk.fsync(fd);
    },
  };
}
