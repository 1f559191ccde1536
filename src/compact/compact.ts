// Rewrites a journal as the fewest lines that fold to the same state (docs/format.md 7).
import { drive, driveAsync } from "../core/drive.js";
import { type CompactionOptions, type CompactResult, compactJournal } from "./turns.js";

export type { CompactionOptions, CompactResult } from "./turns.js";

/**
 * Does not change an empty or missing journal. Throws `ERR_COMPACTION_FAILED`, `ERR_JOURNAL_UNREADABLE`,
 * `ERR_NOT_A_JOURNAL`, `ERR_PATH_REFUSED` or `ERR_LOCK_LOST`, in which case the journal is unchanged.
 * `ERR_DURABILITY_UNKNOWN` means that the new file is in place, but may not be there after a power cut, or may lack
 * lines that others appended at the last moment.
 */
export function compactFile(path: string, options: CompactionOptions): CompactResult {
  return drive(compactJournal(path, options));
}

/** Like `compactFile`. The event loop runs during the fold steps, as far as the engine allows, and between writes. */
export function compactFileAsync(path: string, options: CompactionOptions): Promise<CompactResult> {
  return driveAsync(compactJournal(path, options));
}
