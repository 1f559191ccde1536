// Holds what the parts of a history fold share: the live episodes, their tokens, and the results.
import { Generations } from "../core/generations.js";
import type { KeptHistory } from "./kept.js";
import { type Held, LiveEpisodes } from "./live.js";
import { Remarks, type Step } from "./remarks.js";

export class Ledger {
  readonly live = new LiveEpisodes();
  /** The tokens of the current file. */
  generations = new Generations();
  readonly kept: KeptHistory;
  readonly remarks: Remarks;

  constructor(kept: KeptHistory) {
    this.kept = kept;
    this.remarks = new Remarks(kept);
  }

  endMissing(key: string, held: Held, step: Step, damaged?: number): void {
    this.live.endCleared(key, held, { how: "missing", moment: step.moment, by: "", reason: "" }, damaged);
    this.remarks.add("missing", step, { episode: held.episode });
  }

  /** Entries are missing before this one, so what was live then is uncertain. */
  addGap(step: Step): void {
    this.live.addDamage();
    this.remarks.add("gap", step);
  }
}
