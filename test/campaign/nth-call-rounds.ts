// Fails every call of every act in turn and tallies the results.
import { Random } from "../generate/random.js";
import { type Act, acts } from "./nth-call-acts.js";
import * as faults from "./nth-call-fault.js";
import { type Bench, runTrial } from "./nth-call-trial.js";

const hardCodes = ["EIO", "ENOSPC", "EMFILE", "EACCES"] as const;
const softCodes = ["EINTR", "SHORT"] as const;

type MakeFault = (nth: number) => faults.Fault;

/**
 * Fails the calls n = 1, 2, 3, ... with every code, once and permanently from there on, until the act finishes before
 * call n.
 */
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

/** Fails two calls of one act. The second may be part of the recovery from the first. */
export function failPairs(bench: Bench, seed: string, count: number): void {
  const random = new Random(seed);
  const calls = new Map(acts.map((act) => [act, runTrial(act, faults.untouched, bench).calls]));
  for (let pairs = 0; pairs < count; pairs++) {
    const act = random.pick(acts);
    const nth = random.between(1, calls.get(act) ?? 1);
    // Most calls that recover from a failure follow it closely.
    const apart = random.chance(0.7) ? random.between(1, 6) : random.between(1, 40);
    runTrial(act, faults.failTwice(nth, apart, random.pick(hardCodes)), bench);
  }
}

/** Limits the space to 0, 1, 2, ... bytes until it is sufficient. */
export function fillAtEachByte(bench: Bench, most: number, step = 1): void {
  for (const act of acts) {
    let bytes = 0;
    for (; bytes <= most; bytes += step) {
      // An act may be acknowledged although another file did not fit, so a cut call means that the space is not
      // sufficient yet.
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
