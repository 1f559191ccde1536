// A count in, this process killed by itself in its n-th call of the file system out; and a record that outlives it.
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
  // The signal is pending by now, and nothing more is to happen.
  for (;;);
}

/** `how`: `before` or `after` the n-th call, or `half` of what the n-th write was given. */
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

/** What is written here is in the kernel's hands when the call returns, whatever becomes of the process. */
export function openRecord(path) {
  const fd = openSync(path, "a");
  return (line) => void writeSync(fd, `${line}\n`);
}

/** The parent waits for this before it counts the time. */
export function sayReady() {
  writeSync(1, "ready\n");
}

/** The same choices for the same seed. */
export function createRandom(seed) {
  let state = seed >>> 0;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}
