// Declares the package's error class and its error codes.

/** Stable error codes. Programs should test these, never messages. */
export type JournalErrorCode =
  /**
   * The journal exists but cannot be read: no permission, an I/O error, not a regular file, or a loop of symbolic links
   * (docs/format.md, section 3).
   */
  | "ERR_JOURNAL_UNREADABLE"
  /**
   * The file has lines but no entry, and is not merely a torn tail (docs/format.md, section 3): it is compressed, in
   * another encoding, or another file. Nothing was written. The message says what it looks like and what to do.
   */
  | "ERR_NOT_A_JOURNAL"
  /**
   * The values of the answer would not fit into V8's heap, whose overflow would end the process (docs/format.md 10).
   * Read with `entries`, compact the journal, or start Node with a larger `--max-old-space-size`.
   */
  | "ERR_ANSWER_TOO_LARGE"
  /** The native engine was requested and cannot be loaded. The message says why. */
  | "ERR_ENGINE_UNAVAILABLE"
  /** JSON cannot represent the entry (docs/format.md, section 8, "A line"). Nothing was written. */
  | "ERR_ENTRY_INVALID"
  /**
   * The write or its fsync failed. The entry is not in the journal: the file was cut back (docs/format.md, section 8,
   * "Append").
   */
  | "ERR_APPEND_FAILED"
  /**
   * The write failed and cutting back failed too: what is on the disk is unknown. The writer refuses further appends.
   */
  | "ERR_DURABILITY_UNKNOWN"
  /**
   * Other writers' entries came between the decision and its own entries, and those could not be withdrawn. They are in
   * the journal, but this call granted nothing (docs/format.md, section 8, "Order").
   */
  | "ERR_NOT_CONFIRMED"
  /**
   * The journal's numbering is below what this process has seen: it was deleted, truncated or restored from a backup.
   * Nothing was written. Close and reopen it to accept it as it is (docs/format.md, section 8, "Append").
   */
  | "ERR_JOURNAL_WENT_BACK"
  /** The lock is held; the message says by whom (docs/format.md, section 8, "The lock"). */
  | "ERR_LOCK_BUSY"
  /** The lock can be neither acquired nor inspected: no permission, no space, or an I/O error. Nothing was written. */
  | "ERR_LOCK_FAILED"
  /** The lock was lost while it was held. Nothing was written. */
  | "ERR_LOCK_LOST"
  /** A compaction failed; the old file is unchanged (docs/format.md, section 7). */
  | "ERR_COMPACTION_FAILED"
  /**
   * The path is a FIFO, a device or a folder, or leads outside what may be written (docs/format.md, section 8,
   * "Paths"); or it depends on the current folder, which has been deleted.
   */
  | "ERR_PATH_REFUSED"
  /**
   * The workspace's `dos.toml` cannot be read, is not TOML, or has a `[paths] lane_journal` that is not a path
   * (docs/format.md, section 8, "Where"). The error's `path` is that of `dos.toml`.
   */
  | "ERR_CONFIG_INVALID"
  /** Entries that `follow` had yet to read were compacted away (docs/format.md, section 10, "Following"). */
  | "ERR_ENTRIES_LOST"
  /** The object is closed. */
  | "ERR_CLOSED";

/** Every failure except misuse, which is a `TypeError`, and an abort, which throws the signal's reason. */
export class JournalError extends Error {
  /** Stable, unlike the message. */
  readonly code: JournalErrorCode;
  /** The resolved path of the file concerned, if there is one. */
  readonly path?: string;

  constructor(code: JournalErrorCode, message: string, about: { path?: string; cause?: unknown } = {}) {
    super(message, about.cause === undefined ? undefined : { cause: about.cause });
    this.name = "JournalError";
    this.code = code;
    if (about.path !== undefined) this.path = about.path;
  }
}
