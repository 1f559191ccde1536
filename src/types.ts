// The public shapes. Field names inside entries and leases are the file's own; names of ours are camelCase.

/**
 * What a line of a journal may hold. Beyond JSON: `NaN` and the infinities are read (docs/format.md, section 3), never
 * written.
 */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/**
 * One parsed journal line (docs/format.md, section 3). Keys are the file's. The types of the known ones are those of
 * the format (docs/format.md, section 8, "Types of the known keys"). They are not checked when a journal is read,
 * because refusing an entry for an odd value could lose a lease: if another program wrote a value of another type, it
 * comes back as it is.
 */
export type Entry = {
  /** What happened: a value of `Op`, or a word that the fold ignores. */
  op?: string | undefined;
  /** The number of the entry (docs/format.md, section 6). */
  seq?: number | null | undefined;
  /** When it was appended, `YYYY-MM-DDTHH:MM:SSZ`. */
  ts?: string | null | undefined;
  /** With `loop_ts` the identity of the lease it is about. */
  lane?: string | null | undefined;
  /** With `lane` the identity of the lease it is about. */
  loop_ts?: string | null | undefined;
  /** The lease that an ACQUIRE or RECONCILE sets. */
  lease?: Lease | undefined;
  /** Who holds the lease, or who requested it. */
  holder?: string | null | undefined;
  /** Who held the lease before. */
  prev_holder?: string | null | undefined;
  /** The host it happened on. */
  host_id?: string | null | undefined;
  /** The process of the holder; by itself it proves nothing. */
  pid?: number | null | undefined;
  /** The run it belongs to. */
  run_id?: string | number | null | undefined;
  /** The run at the root of the tree of runs. */
  root_id?: string | undefined;
  /** The run that started that of `run_id`. */
  parent_id?: string | undefined;
  /** When the holder was last seen. */
  heartbeat_at?: string | null | undefined;
  /** For people. */
  reason?: string | undefined;
  /** For programs: one of `RefusalClass` on a REFUSE of this package. */
  reason_class?: string | undefined;
  /** Who wrote a RELEASE or SCAVENGE. */
  by?: string | undefined;
  /** The paths that were requested, on a REFUSE; of the lease, on an ACQUIRE. */
  tree?: readonly string[] | null | undefined;
  /** The leases in the way, on a REFUSE. */
  held_by?: readonly Blocker[] | undefined;
  /** Their paths by lane, on a REFUSE. */
  blocking_trees?: { readonly [lane: string]: readonly string[] } | undefined;
  [key: string]: unknown;
};

/**
 * A live lease as the fold leaves it (docs/format.md, section 5): what its ACQUIRE wrote, with later beats and
 * adoptions put in. As with `Entry`, the types of the known keys are those of the format, and they are not checked when
 * a journal is read.
 */
export type Lease = {
  /** With `loop_ts` its identity. */
  lane?: string | null | undefined;
  /** With `lane` its identity. */
  loop_ts?: string | null | undefined;
  /** The kind of lane that was requested. */
  lane_kind?: string | null | undefined;
  /** The paths of its region. */
  tree?: readonly string[] | null | undefined;
  /** Who holds it. */
  holder?: string | null | undefined;
  /** The host of the holder. */
  host_id?: string | null | undefined;
  /** The process of the holder; by itself it proves nothing. */
  pid?: number | null | undefined;
  /** The process mark of the holder (docs/format.md, section 8, "Who is dead"). */
  process?: LeaseProcess | null | undefined;
  /** When it was granted: a stamp (docs/format.md, section 4). */
  acquired_at?: string | null | undefined;
  /** When its holder was last seen: a stamp (docs/format.md, section 4). */
  heartbeat_at?: string | null | undefined;
  /** How many minutes it lasts without a heartbeat, and 5 more. */
  ttl_minutes?: number | null | undefined;
  /** The run it belongs to. */
  run_id?: string | null | undefined;
  [key: string]: unknown;
};

/**
 * The process mark on a lease (docs/format.md, section 8, "Who is dead"). It counts only if it is whole and fits the
 * lease's holder.
 */
export interface LeaseProcess {
  /** That of the lease, unless an ADOPT changed it there. */
  pid: number;
  /** That of the lease, unless an ADOPT changed it there. */
  holder: string;
  /** The host's name. */
  host: string;
  /** The host's machine id; `""` if it has none. */
  machine_id: string;
  /** Which boot of the host. */
  boot_id: string;
  /** The namespaces of its pid and clock. */
  namespace: string;
  /** When the process started, in clock ticks since the boot. */
  start: string;
}

/** A live lease that stood in the way of a request. */
export interface Blocker {
  /** Who held it; `null` if nobody is named. */
  holder: string | null;
  /** With `loop_ts` the lease's identity. */
  lane: string;
  /** With the lane the lease's identity. */
  loop_ts: string;
  /** Its fencing token; `null` if it has none. */
  generation: number | null;
}

/** `native` is the C++ addon, `js` the TypeScript engine. Both give the same answers. */
export type Engine = "native" | "js";

/** How far a long read is. */
export interface Progress {
  /** Bytes of the journal read so far. */
  bytes: number;
  /** The journal's size in bytes when the read began. */
  bytesTotal: number;
}

/** What every read takes. All are optional; a wrong type is a `TypeError`. */
export interface ReadOptions {
  /**
   * Default: `LANE_JOURNAL_ENGINE`, else `auto` (native where it loads). `native` throws `ERR_ENGINE_UNAVAILABLE` if it
   * does not load.
   */
  engine?: Engine | "auto";
  /** The native engine's threads, at least 1; default: one a processor for a large file, one for a small. Any number
   * gives the same answer. */
  threads?: number;
  /**
   * Read only what stands before a bound: so many lines or bytes (whole lines), the first entry with a higher number or
   * a later `ts` (docs/format.md, section 10, "Points in time"). One of them; for a path alone. A snapshot is not used
   * then.
   */
  until?: { line: number } | { offset: number } | { seq: number } | { ts: string | Date };
  /**
   * Go on from the snapshot beside the journal, if there is a good one, and write one where the journal has grown by a
   * megabyte or more since (docs/format.md, section 10, "Snapshots"). The answer is the same. Default: false.
   */
  snapshot?: boolean;
  /** Told for people what became of the snapshot: used, not used and why, written, not written and why. */
  onSnapshot?(what: string): void;
  /** Stops the read; it then throws the signal's reason. A synchronous call looks between slices of the file. */
  signal?: AbortSignal;
  /** Called between slices of the file (some tens of megabytes), and once at the end. */
  onProgress?(done: Progress): void;
}

/** How an open journal reads, and how it waits for the lock. */
export interface JournalOptions {
  /** As in `ReadOptions`. */
  engine?: Engine | "auto";
  /** As in `ReadOptions`. */
  threads?: number;
  /** As in `ReadOptions`. Default: false. */
  snapshot?: boolean;
  /** As in `ReadOptions`. */
  onSnapshot?: (what: string) => void;
  /** Names this writer in the lock file, for people. No line breaks or spaces around it. Default `lane-journal`. */
  label?: string;
  /** How long a write waits for a lock that is held, in milliseconds. Default 1000, as the reference. */
  lockWaitMs?: number;
}

/** What becomes of the old file, and how a compaction is watched and stopped. */
export interface JournalCompactOptions {
  /** A folder for the old file, made if it is missing. Default: the old file goes. */
  archive?: string | URL;
  /** Stops it before the new file takes the old one's place; it then throws the signal's reason. */
  signal?: AbortSignal;
  /** Called between slices of the old file. */
  onProgress?: (done: Progress) => void;
}

/**
 * Where `replay` and `leaseGenerations` read from: a path or file URL (read by the engine), or entries (folded in
 * TypeScript).
 */
export type Source = string | URL | Iterable<Entry>;

/** A fencing token (docs/format.md, section 5): the counter's value at the identity's last ACQUIRE or RECONCILE. */
export interface Generation {
  /** With the lane the lease's identity, as text (docs/format.md, section 4). */
  loop_ts: string;
  /** As text (docs/format.md, section 4). */
  lane: string;
  /** From 1 to 2^53 - 1; a later grant has a higher one, across compactions too. */
  generation: number;
}

/** A place in a journal. */
export interface Place {
  /** Counted from 0, blank lines included. */
  line: number;
  /** Bytes from the start of the file to the line's first byte; a byte order mark counts. */
  offset: number;
}

/** A kind of finding: how often, and where the first 1,000 are. */
export interface Finding {
  /** All of them. */
  count: number;
  /** In file order, at most 1,000. */
  first: Place[];
}

/** One validating pass over a whole journal (docs/format.md, section 3, "scan"). */
export interface Scan {
  /** The live leases in map order (docs/format.md, section 5). */
  leases: Lease[];
  /** The fencing tokens in map order (docs/format.md, section 5). */
  generations: Generation[];
  /** The number the next entry gets (docs/format.md, section 6). */
  nextSeq: number;
  /** Bytes read. */
  bytes: number;
  /** All lines: blank, damaged and torn ones too. */
  lines: number;
  /** Entries, sentinels counted, a torn tail not. */
  entries: number;
  /** How many entries by `text(op)` (docs/format.md, section 4); sentinels under `_CORRUPT`. */
  ops: { [op: string]: number };
  /** Which one made it. */
  engine: Engine;
  /** Lines that became sentinels. */
  corrupt: Finding;
  /**
   * The unparseable last line. `damaged`: it is not what a torn append leaves, because it has its LF (`terminated`) or
   * is not the beginning of an entry.
   */
  tornTail: (Place & { terminated: boolean; damaged: boolean }) | null;
  /**
   * False if no line that was read is an entry, and at least one is neither blank nor a torn tail. What reads leases
   * from such a file, or writes to it, fails with `ERR_NOT_A_JOURNAL`.
   */
  isJournal: boolean;
  /** Lines that parse to something other than an object, and are skipped. */
  nonObjects: Finding;
  /** Lines that parse, but only after ill-formed UTF-8 became U+FFFD. */
  illFormedUtf8: Finding;
  /** Entries that repeat a key at their own top level or at their lease's. */
  repeatedKeys: Finding;
  /** Entries whose `seq` counts as 0 without being 0. */
  oddSeq: Finding;
  /** HEARTBEAT and ADOPT entries that move a live lease's stamp back. */
  heartbeatBack: Finding;
  /** Entries whose `seq` repeats the last number or falls below it. */
  seqBack: Finding;
  /** Entries whose `ts` is earlier than the last one. */
  tsBack: Finding;
  /** RELEASE and SCAVENGE entries whose identity is not live. */
  strayEnd: Finding;
  /** HEARTBEAT and ADOPT entries whose identity is not live. */
  strayBeat: Finding;
  /** ACQUIRE entries whose reason, or whose lease's, says REFUSED; the lease is live nevertheless. */
  refusedAcquire: Finding;
  /**
   * The entries by which those leases became live whose lane is live under another identity too, at the end of what was
   * read: one place for each such lease.
   */
  sharedLane: Finding;
}
