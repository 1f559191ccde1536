// The acts, a way to inject faults and an engine in; every call of every act failed in turn, the tally out.
import { Random } from "../generate/random.js";
import { type Act, acts } from "./nth-call-acts.js";
import * as faults from "./nth-call-fault.js";
import { type Bench, runTrial } from "./nth-call-trial.js";

const hardCodes = ["EIO", "ENOSPC", "EMFILE", "EACCES"] as const;
const softCodes = ["EINTR", "SHORT"] as const;

type MakeFault = (nth: number) => faults.Fault;

/** n = 1, 2, 3, ... until the run passes untouched: once, and from there on for good, with every code. */
export function failEachCall(bench: Bench): void {
  for (const act of acts) {
    for (const code of hardCodes) {
      failInTurn(act, bench, (nth) => faults.failOnce(nth, code));
      failInTurn(act, bench, (nth) => faults.failForGood(nth, code));
    }
    for (const code of softCodes) failInTurn(act, bench, (nth) => faults.failOnce(nth, code));
    failInTurn(act, bench, (nth) => faults.failForGood(nth, "SHORT"));
    failInTurn(act, bench, (nth) => faults.failEverySecond(nth, "EINTR"));
  }
}

/** Two calls of one act: the second may be one that makes up for the first. */
export function failPairs(bench: Bench, seed: string, count: number): void {
  const random = new Random(seed);
  const calls = new Map(acts.map((act) => [act, runTrial(act, faults.untouched, bench).calls]));
  for (let pairs = 0; pairs < count; pairs++) {
    const act = random.pick(acts);
    const nth = random.between(1, calls.get(act) ?? 1);
    // Most calls that make up for another come soon after it.
    const apart = random.chance(0.7) ? random.between(1, 6) : random.between(1, 40);
    runTrial(act, faults.failTwice(nth, apart, random.pick(hardCodes)), bench);
  }
}

/** Room for 0, 1, 2, ... bytes, until there is enough. */
export function fillAtEachByte(bench: Bench, most: number, step = 1): void {
  for (const act of acts) {
    let bytes = 0;
    for (; bytes <= most; bytes += step) {
      // Enough is where it is acknowledged and no call was cut: a room too small for another file may fit this act.
      const { acknowledged, failed } = runTrial(act, { kind: "room", bytes }, bench);
      if (acknowledged && failed === 0) break;
    }
    if (bytes > most) throw new Error(`${act.name}: expected room for ${most} bytes to be enough, found it was not`);
  }
}

function failInTurn(act: Act, bench: Bench, make: MakeFault): void {
  for (let nth = 1; ; nth++) {
    const fault = make(nth);
    const { calls, acknowledged } = runTrial(act, fault, bench);
    if (nth <= calls) continue;
    if (acknowledged) return;
    throw new Error(`${act.name}, ${faults.nameFault(fault)}: expected it to pass untouched, found it failed`);
  }
}
