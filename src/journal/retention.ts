// Compacts an open journal once it is long and mostly history (docs/format.md 7, "Retention").
import { checkPath, mismatch } from "../arguments.js";
import type { CompactionOptions, CompactResult } from "../compact/compact.js";
import { isMostlyHistory, type Prospect } from "../compact/prospect.js";
import { isObject } from "../core/words.js";
import type { Fold } from "../engine/engine.js";
import { JournalError } from "../errors.js";
import { errorText } from "../file/system-error.js";
import { retainKeys } from "../option-keys.js";
import type { JournalOptions } from "../types.js";
import { checkKeys } from "../unknown-key.js";

/** The checked `retain` option. */
export interface RetentionPlan {
  compactAboveBytes: number;
  archive: string | undefined;
  /** Undefined: a failure is a warning of the process, and success is not reported. */
  note: ((what: string) => void) | undefined;
}

const warningCode = "LANE_JOURNAL_RETAIN";

/** A journal that was not compacted is examined again once it is larger by this factor. */
const growth = 1.25;

export function checkRetain(options: JournalOptions | undefined): RetentionPlan | undefined {
  const retain: unknown = options?.retain;
  const note: unknown = options?.onRetain;
  if (note !== undefined && !isNoteTaker(note)) throw mismatch("onRetain", "a function", note);
  if (retain === undefined) return undefined;
  if (!isObject(retain)) throw mismatch("retain", "an object with compactAboveBytes", retain);
  checkKeys("retain", retain, retainKeys);
  const { compactAboveBytes } = retain;
  const isSize = typeof compactAboveBytes === "number" && Number.isSafeInteger(compactAboveBytes);
  if (!isSize || compactAboveBytes < 1) {
    throw mismatch("retain.compactAboveBytes", "a whole number of at least 1", compactAboveBytes);
  }
  const archive = options?.retain?.archive;
  const folder = archive === undefined ? undefined : checkPath(archive, "retain.archive");
  return { compactAboveBytes, archive: folder, note };
}

function isNoteTaker(value: unknown): value is (what: string) => void {
  return typeof value === "function";
}

/** Compacts the journal under the lock that the caller holds, with further options of its own. */
type Compact = (options: Pick<CompactionOptions, "archive" | "proceed" | "stale">) => CompactResult;

export class Retention {
  readonly #path: string;
  readonly #plan: RetentionPlan;
  /** The files that killed compactions left before this process compacted for the first time. */
  #stale: readonly string[] | undefined;
  /** The journal is examined once it is larger than this. */
  #examineAboveBytes: number;

  constructor(path: string, plan: RetentionPlan) {
    this.#path = path;
    this.#plan = plan;
    this.#examineAboveBytes = plan.compactAboveBytes;
  }

  /** Call it before the lock is taken, because it may list a large folder. Lists it only once. */
  prepare(list: () => readonly string[]): void {
    this.#stale ??= list();
  }

  /**
   * Call it after a write, while the lock is held. `size` is the journal's size as far as this process knows, and
   * `folded` returns its fold. Never throws: the entries of that write are durable, whatever happens here.
   */
  apply(size: number, folded: () => Fold, compact: Compact): void {
    try {
      if (this.#isDue(size, folded)) this.#compact(compact);
    } catch (error) {
      this.#postpone(size, 0);
      this.#warn(`the journal ${this.#path} is not compacted although it is longer than allowed: ${errorText(error)}`);
    }
  }

  /** Reads only what was appended since the last fold: the live leases are the text that a compaction would keep. */
  #isDue(size: number, folded: () => Fold): boolean {
    const { compactAboveBytes } = this.#plan;
    if (size <= compactAboveBytes) {
      this.#examineAboveBytes = compactAboveBytes;
      return false;
    }
    if (size <= this.#examineAboveBytes) return false;
    const bytesAfter = measureLive(folded());
    if (isMostlyHistory({ bytesBefore: size, bytesAfter })) return true;
    this.#postpone(size, bytesAfter);
    return false;
  }

  /** The compaction knows better than `#isDue` what it would keep, and decides again. */
  #compact(compact: Compact): void {
    let prospect = { bytesBefore: 0, bytesAfter: 0 };
    const proceed = (found: Prospect): boolean => {
      prospect = found;
      return isMostlyHistory(found);
    };
    const { bytesReclaimed, archived } = compact({ archive: this.#plan.archive, proceed, stale: this.#stale });
    this.#stale = [];
    const { bytesBefore, bytesAfter } = prospect;
    if (!isMostlyHistory(prospect)) {
      this.#postpone(bytesBefore, bytesAfter);
      return;
    }
    this.#postpone(0, bytesBefore - bytesReclaimed);
    const kept = archived === undefined ? "" : `; the old file is ${archived}`;
    if (this.#plan.note !== undefined)
      this.#tell(
        this.#plan.note,
        `the journal ${this.#path}: compacted, ${bytesReclaimed} of ${bytesBefore} bytes less${kept}`,
      );
  }

  #postpone(size: number, liveBytes: number): void {
    const { compactAboveBytes } = this.#plan;
    this.#examineAboveBytes = Math.max(compactAboveBytes, size * growth, liveBytes * 2);
  }

  #warn(message: string): void {
    if (this.#plan.note !== undefined) this.#tell(this.#plan.note, message);
    else process.emitWarning(message, { code: warningCode });
  }

  /** The entries are durable, so an error of the caller's function must not look like a failed write. */
  #tell(note: (what: string) => void, message: string): void {
    try {
      note(message);
    } catch (error) {
      process.emitWarning(`onRetain: ${errorText(error)}`, { code: warningCode });
    }
  }
}

/** About the length of the leases' text; 0, so that the compaction decides, if their values would not fit the heap. */
function measureLive(fold: Fold): number {
  try {
    return fold.leases().reduce((sum, lease) => sum + JSON.stringify(lease).length, 0);
  } catch (error) {
    if (error instanceof JournalError && error.code === "ERR_ANSWER_TOO_LARGE") return 0;
    throw error;
  }
}
