// Lets a process kill itself in its n-th file system call, and keeps a record that survives the process.
import fs from "node:fs";
import { syncBuiltinESMExports } from "node:module";

const names = [
  "closeSync",
  "fchmodSync",
  "fchownSync",
  "fstatSync",
  "fsyncSync",
  "ftruncateSync",
  "linkSync",
  "lstatSync",
  "openSync",
  "readSync",
  "renameSync",
  "unlinkSync",
  "writeSync",
];

const { openSync, writeSync } = fs;

function die() {
  process.kill(process.pid, "SIGKILL");
  // The signal is already pending; do nothing more until it arrives.
  for (;;);
}

/** `how` is `before` or `after` the n-th call, or `half`: the n-th write writes half of its bytes first. */
export function dieAtCall({ call: nth, how }) {
  let calls = 0;
  for (const name of how === "half" ? ["writeSync"] : names) {
    const real = fs[name];
    fs[name] = (...given) => {
      calls++;
      if (calls < nth) return real(...given);
      const [fd, bytes] = given;
      if (how === "half") real(fd, bytes, 0, Math.floor(bytes.length / 2));
      if (how === "after") real(...given);
      return die();
    };
  }
  syncBuiltinESMExports();
}

/** A line written here survives a kill: the kernel has it when the call returns. */
export function openRecord(path) {
  const fd = openSync(path, "a");
  return (line) => void writeSync(fd, `${line}\n`);
}

/** The parent starts measuring time only after this. */
export function sayReady() {
  writeSync(1, "ready\n");
}

/** Returns a generator that makes the same choices for the same seed. */
export function createRandom(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
