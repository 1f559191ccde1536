// Checks the options of a history.
import { checkInstant, checkPath, mismatch } from "../arguments.js";
import { endOfStamp, instantOf } from "../core/stamp.js";
import type { ReadOptions } from "../types.js";
import type { HistorySelection } from "./select.js";

/** Options of `history`: how the journal is read, and which part of its history is returned. Default: all of it. */
export interface HistoryOptions extends Omit<ReadOptions, "until" | "snapshot" | "onSnapshot"> {
  /** Only episodes, refusals and remarks of this lane, and damage. */
  lane?: string;
  /** Only what concerns this holder. */
  holder?: string;
  /** Only what concerns this `run_id`. */
  run?: string;
  /** Leaves out what ended before: a stamp (docs/format.md, section 4) or a date. */
  from?: string | Date;
  /** Leaves out what began after: a stamp or a date. A stamp without seconds means the whole minute. */
  to?: string | Date;
  /**
   * The archive folder of the journal's compactions. Its archives of this journal are read before it, as one history.
   * Default: none is read. Throws if the folder cannot be read.
   */
  archive?: string | URL;
  /**
   * Only the last so many episodes, at least 1, and what else happened since the first of them began. The memory of a
   * reading depends on this number and on the live leases.
   */
  limit?: number;
  /** Whether blocked calls are returned. Default false: there may be many. */
  calls?: boolean;
}

/** The part of the options that selects, before it is checked. */
type Selecting = {
  [key in "lane" | "holder" | "run" | "from" | "to" | "archive" | "limit" | "calls"]?: HistoryOptions[key] | undefined;
};

export function checkSelection(options: Selecting = {}): HistorySelection {
  const { limit, calls } = options;
  if (calls !== undefined && typeof calls !== "boolean") throw mismatch("calls", "a boolean", calls);
  if (limit !== undefined && (!Number.isSafeInteger(limit) || limit < 1)) {
    throw mismatch("limit", "a whole number of at least 1", limit);
  }
  return {
    lane: checkText("lane", options.lane),
    holder: checkText("holder", options.holder),
    run: checkText("run", options.run),
    fromMs: checkInstant("from", options.from, instantOf),
    toMs: checkInstant("to", options.to, endOfStamp),
    archive: options.archive === undefined ? undefined : checkPath(options.archive, "archive"),
    limit,
    calls,
  };
}

function checkText(name: string, value: unknown): string | undefined {
  if (value === undefined || typeof value === "string") return value;
  throw mismatch(name, "a string", value);
}
