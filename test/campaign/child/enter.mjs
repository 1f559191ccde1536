// Acquires and releases the lock of a journal repeatedly. The clock sometimes steps by a day, also during a wait, and
// the lock file is sometimes damaged. Inside the lock it creates a witness file, which must not exist yet, and
// increments a counter that nothing else protects. The last line of output is "done" or an error.
import { closeSync, openSync, readFileSync, unlinkSync, utimesSync, writeFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { acquireLock } from "../../../dist/src/lock/lock.js";
import { createRandom, sayReady } from "./edges.mjs";

const { journal, lock, entries, vandalisms, seed } = JSON.parse(process.argv[2]);
const random = createRandom(seed);
const dayMs = 24 * 3_600_000;
const waitMs = 120_000;
/** What the lock file then contains; `undefined` means that it is deleted. */
const vandals = [
  () => undefined,
  () => "",
  (text) => text.slice(0, 20),
  () => "\u0000\u0000\u0000 no lock at all\n",
  (text) => text.replace(/^owner: .*$/m, "owner: same:0000000000000000"),
];

let step = 0;

/**
 * The step keeps changing: with a clock that stays a day behind, a lock without an owner would expire only after 300 s,
 * which is longer than `waitMs`.
 */
function now() {
  if (random(8) === 0) step = (random(3) - 1) * dayMs;
  return Date.now() + step;
}

function acquire() {
  return acquireLock(journal, { label: "same", waitMs, now, reuses: random(4) !== 0 });
}

function enter() {
  const held = acquire();
  closeSync(openSync(`${journal}.inside`, "wx"));
  const count = Number(readFileSync(`${journal}.count`, "utf8"));
  held.check();
  writeFileSync(`${journal}.count`, String(count + 1));
  unlinkSync(`${journal}.inside`);
  held.release();
}

/**
 * Damages the lock file while this process holds it: it must notice, and the lock expires as one that names no owner.
 */
function sufferVandalism() {
  const held = acquire();
  const text = vandals[random(vandals.length)](readFileSync(lock, "utf8"));
  if (text === undefined) unlinkSync(lock);
  else writeFileSync(lock, text);
  let code = "none";
  try {
    held.check();
  } catch (error) {
    code = error.code;
  }
  if (code !== "ERR_LOCK_LOST") throw new Error(`expected ERR_LOCK_LOST, found ${code}`);
  held.release();
  try {
    // Make the file 400 s old. Another process may hold the lock by now, because the file says that it was released.
    const before = Date.now() / 1000 - 400;
    if (!readFileSync(lock, "utf8").includes("process_start")) utimesSync(lock, before, before);
  } catch (error) {
    if (error.code !== "ENOENT") throw error;
  }
}

sayReady();
try {
  for (let done = 0; done < entries; done++) {
    enter();
    if (done % Math.ceil(entries / vandalisms) === 0) sufferVandalism();
    if (random(4) === 0) await pause(random(3));
  }
  console.log("done");
} catch (error) {
  console.log(String(error));
}
