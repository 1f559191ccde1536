// Folds what entries say besides their effect on leases: refusals, launches and blocked calls (docs/format.md 11).
import { Op } from "../core/op.js";
import { Callers } from "./calls.js";
import { LaunchFold } from "./launches.js";
import type { Ledger } from "./ledger.js";
import { isOnOwnLane, readRefusal } from "./refusal.js";
import type { Step } from "./remarks.js";
import type { Episode, Moment } from "./types.js";
import { Waiting } from "./waiting.js";

export class Notes {
  readonly #ledger: Ledger;
  readonly #waiting = new Waiting();
  readonly #launches = new LaunchFold();
  readonly #callers: Callers | undefined;
  #needsAllLanes = false;

  /** `calls`: whether blocked calls are read. */
  constructor(ledger: Ledger, calls: boolean) {
    this.#ledger = ledger;
    this.#callers = calls ? new Callers() : undefined;
  }

  /** Whether a refusal may have blockers on other lanes than its own. */
  get needsAllLanes(): boolean {
    return this.#needsAllLanes;
  }

  /** Takes an entry before its effect. Sets `isRefused`. */
  take(step: Step): void {
    const { op, entry, moment } = step;
    const { kept, live } = this.#ledger;
    if (op === Op.ENFORCE && this.#callers !== undefined) kept.addCall(this.#callers.readCall(entry, moment));
    const launch = this.#launches.take(entry, moment);
    if (launch !== undefined) kept.addLaunch(launch);
    const refusal = readRefusal(op, entry, moment, live);
    if (refusal === undefined) return;
    step.isRefused = true;
    this.#needsAllLanes ||= !isOnOwnLane(entry, refusal);
    kept.addRefusal(refusal);
    this.#waiting.add(refusal);
  }

  /** Call it when an episode begins or is adopted. `isRefused`: its asker has not got the lane. */
  grant(episode: Episode, isRefused: boolean): void {
    this.#callers?.add(episode);
    if (!isRefused) this.#waiting.grant(episode);
  }

  forget(isKept: (other: { moment: Moment }) => boolean): void {
    this.#waiting.forget(isKept);
    this.#launches.forget(isKept);
    this.#callers?.forgetEnded();
  }
}
