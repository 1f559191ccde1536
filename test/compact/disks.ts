// Wraps the real disk so that its n-th call fails, or so that something happens just before a call.
import { type Disk, nodeDisk } from "../../src/file/disk.js";

export type Call = Exclude<keyof Disk, "semantics">;

export interface WatchedDisk extends Disk {
  /** The calls so far, in order. */
  calls: Call[];
}

/** Calls `enter` with the name and the number (from 0) of each call before the call; it may throw instead. */
export function watchDisk(enter: (call: Call, at: number) => void): WatchedDisk {
  const calls: Call[] = [];
  const note = <Arguments extends unknown[], Result>(
    name: Call,
    run: (...given: Arguments) => Result,
  ): ((...given: Arguments) => Result) => {
    return (...given) => {
      calls.push(name);
      enter(name, calls.length - 1);
      return run(...given);
    };
  };
  return {
    calls,
    semantics: nodeDisk.semantics,
    open: note("open", nodeDisk.open),
    // Linux frees the descriptor whatever close returns.
    close(fd) {
      nodeDisk.close(fd);
      note("close", () => undefined)();
    },
    lstat: note("lstat", nodeDisk.lstat),
    fstat: note("fstat", nodeDisk.fstat),
    readlink: note("readlink", nodeDisk.readlink),
    mkdir: note("mkdir", nodeDisk.mkdir),
    read: note("read", nodeDisk.read),
    readBehind: note("readBehind", nodeDisk.readBehind),
    write: note("write", nodeDisk.write),
    fsync: note("fsync", nodeDisk.fsync),
    ftruncate: note("ftruncate", nodeDisk.ftruncate),
    fchmod: note("fchmod", nodeDisk.fchmod),
    fchown: note("fchown", nodeDisk.fchown),
    link: note("link", nodeDisk.link),
    rename: note("rename", nodeDisk.rename),
    unlink: note("unlink", nodeDisk.unlink),
    setModified: note("setModified", nodeDisk.setModified),
    readdir: note("readdir", nodeDisk.readdir),
    freeBytes: note("freeBytes", nodeDisk.freeBytes),
  };
}

export function failure(code: string, call: Call): Error {
  return Object.assign(new Error(`${code}: injected, ${call}`), { code, syscall: call });
}
