// The error family: one class, closed codes, the path in the message, the cause attached.

/** Stable codes; a program switches on these, never on messages. */
export type JournalErrorCode =
  /**
   * The journal exists but cannot be read: permission, I/O, not a regular file, symlink loop
   * (docs/format.md, section 3).
   */
  | "ERR_JOURNAL_UNREADABLE"
  /**
   * The file has lines, but not one of them is an entry, and it is not merely a torn tail (docs/format.md, section 3):
   * compressed, another encoding, another file. Nothing was written. The message says what it looks like and what to
   * do.
   */
  | "ERR_NOT_A_JOURNAL"
  /** The native engine was asked for and cannot be loaded; the message says why. */
  | "ERR_ENGINE_UNAVAILABLE"
  /** The entry holds what JSON cannot (docs/format.md, section 8, "A line"); nothing was written. */
  | "ERR_ENTRY_INVALID"
  /**
   * The write or its fsync failed; the entry is not acknowledged and the file was cut back (docs/format.md, section 8,
   * "Append").
   */
  | "ERR_APPEND_FAILED"
  /**
   * The write failed and cutting back failed too: what is on the disk is not known. The writer refuses further appends.
   */
  | "ERR_DURABILITY_UNKNOWN"
  /**
   * Others' entries came between the decision and its own, and those could not be withdrawn. They are in the journal,
   * but nothing was granted by this call (docs/format.md, section 8, "Order").
   */
  | "ERR_NOT_CONFIRMED"
  /**
   * The journal's numbering is below what this process knows: it was deleted, truncated or restored from a backup.
   * Nothing was written; open it anew to accept it as it is (docs/format.md, section 8, "Append").
   */
  | "ERR_JOURNAL_WENT_BACK"
  /** The lock is held (docs/format.md, section 8, "The lock"); the message says by whom. */
  | "ERR_LOCK_BUSY"
  /** The lock can be neither taken nor looked at: no permission, no room, I/O. Nothing was written. */
  | "ERR_LOCK_FAILED"
  /** The lock was lost while it was held; nothing was written. */
  | "ERR_LOCK_LOST"
  /** A compaction stopped; the old file is untouched (docs/format.md, section 7). */
  | "ERR_COMPACTION_FAILED"
  /**
   * The path is a FIFO, a device or a folder, or leads outside what may be written (docs/format.md, section 8,
   * "Paths"); or it depends on the current folder, and that has been deleted.
   */
  | "ERR_PATH_REFUSED"
  /**
   * The workspace's `dos.toml` cannot be read, is not TOML, or has a `[paths] lane_journal` that is no path
   * (docs/format.md, section 8, "Where"); the error's `path` is that of the `dos.toml`.
   */
  | "ERR_CONFIG_INVALID"
  /** Entries that were to be followed are in no file any more (docs/format.md, section 10, "Following"). */
  | "ERR_ENTRIES_LOST"
  /** The object was closed. */
  | "ERR_CLOSED";

/** Every failure that is not a misuse (`TypeError`) or an abort (the signal's reason). */
export class JournalError extends Error {
  /** Stable; the message is not. */
  readonly code: JournalErrorCode;
  /** The file it is about, as resolved; absent where no file is involved. */
  readonly path?: string;

  constructor(code: JournalErrorCode, message: string, about: { path?: string; cause?: unknown } = {}) {
    super(message, about.cause === undefined ? undefined : { cause: about.cause });
    this.name = "JournalError";
    this.code = code;
    if (about.path !== undefined) this.path = about.path;
  }
}
