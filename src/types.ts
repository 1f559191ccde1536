// Declares the public types. Field names in entries and leases are those of the file; names of ours are camelCase.

/**
 * A value in a line of a journal. Besides JSON, `NaN` and the infinities are read (docs/format.md, section 3) but never
 * written.
 */
export type Json = null | boolean | number | string | Json[] | { [key: string]: Json };

/**
 * One parsed line of a journal (docs/format.md, section 3). Its keys are those of the file. Known keys are declared
 * with the types of docs/format.md, section 8, "Types of the known keys". Reading does not check them, because refusing
 * an entry could lose a lease: a value of another type, written by another program, is returned as it is.
 */
export type Entry = {
  /** The operation: a value of `Op`, or a word that the fold ignores. */
  op?: string | undefined;
  /** The entry's sequence number (docs/format.md, section 6). */
  seq?: number | null | undefined;
  /** When the entry was appended, as `YYYY-MM-DDTHH:MM:SSZ`. */
  ts?: string | null | undefined;
  /** The lane. Together with `loop_ts` it identifies the lease. */
  lane?: string | null | undefined;
  /** Identifies the lease together with `lane`. */
  loop_ts?: string | null | undefined;
  /** The lease that an ACQUIRE or RECONCILE sets. */
  lease?: Lease | undefined;
  /** The holder of the lease, or who requested it. */
  holder?: string | null | undefined;
  /** The previous holder of the lease. */
  prev_holder?: string | null | undefined;
  /** The host on which it happened. */
  host_id?: string | null | undefined;
  /** The holder's process id. On its own it proves nothing. */
  pid?: number | null | undefined;
  /** The run that it belongs to. */
  run_id?: string | number | null | undefined;
  /** The run at the root of the run tree. */
  root_id?: string | undefined;
  /** The run that started the run of `run_id`. */
  parent_id?: string | undefined;
  /** When the holder last renewed the lease. */
  heartbeat_at?: string | null | undefined;
  /** The reason, for people. */
  reason?: string | undefined;
  /** The class of the reason, for programs; a `RefusalClass` on this package's REFUSE entries. */
  reason_class?: string | undefined;
  /** Who wrote a RELEASE or SCAVENGE. */
  by?: string | undefined;
  /** On a REFUSE, the requested paths; on an ACQUIRE, those of the lease. */
  tree?: readonly string[] | null | undefined;
  /** On a REFUSE, the leases that blocked the request. */
  held_by?: readonly Blocker[] | undefined;
  /** On a REFUSE, the paths of those leases, by lane. */
  blocking_trees?: { readonly [lane: string]: readonly string[] } | undefined;
  [key: string]: unknown;
};

/**
 * A live lease as the fold returns it (docs/format.md, section 5): the lease of its ACQUIRE with later heartbeats and
 * adoptions applied. As with `Entry`, reading does not check the declared types.
 */
export type Lease = {
  /** The lane. Together with `loop_ts` it identifies the lease. */
  lane?: string | null | undefined;
  /** Identifies the lease together with `lane`. */
  loop_ts?: string | null | undefined;
  /** The kind of lane that was requested. */
  lane_kind?: string | null | undefined;
  /** The paths that the lease covers. */
  tree?: readonly string[] | null | undefined;
  /** The holder. */
  holder?: string | null | undefined;
  /** The holder's host. */
  host_id?: string | null | undefined;
  /** The holder's process id. On its own it proves nothing. */
  pid?: number | null | undefined;
  /** The holder's process mark (docs/format.md, section 8, "Who is dead"). */
  process?: LeaseProcess | null | undefined;
  /** When the lease was granted, as a stamp (docs/format.md, section 4). */
  acquired_at?: string | null | undefined;
  /** When the lease was last renewed, as a stamp (docs/format.md, section 4). */
  heartbeat_at?: string | null | undefined;
  /** Time to live in minutes: it counts as dead this long after the last heartbeat, and 5 minutes more. */
  ttl_minutes?: number | null | undefined;
  /** The run that it belongs to. */
  run_id?: string | null | undefined;
  [key: string]: unknown;
};

/**
 * A lease's process mark (docs/format.md, section 8, "Who is dead"). It counts only if complete and the holder's own.
 */
export interface LeaseProcess {
  /** The lease's `pid`, unless an ADOPT has changed that. */
  pid: number;
  /** The lease's `holder`, unless an ADOPT has changed that. */
  holder: string;
  /** The host's name. */
  host: string;
  /** The host's machine id; `""` if it has none. */
  machine_id: string;
  /** Identifies the boot of the host. */
  boot_id: string;
  /** The namespaces of its pid and clock. */
  namespace: string;
  /** When the process started, in clock ticks since the boot. */
  start: string;
}

/** A live lease that blocked a request. */
export interface Blocker {
  /** The holder; `null` if the lease names none. */
  holder: string | null;
  /** The lane. Together with `loop_ts` it identifies the lease. */
  lane: string;
  /** Identifies the lease together with `lane`. */
  loop_ts: string;
  /** The lease's fencing token; `null` if it has none. */
  generation: number | null;
}

/** `native` is the C++ addon, `js` the TypeScript engine. Both return the same answers. */
export type Engine = "native" | "js";

/** The progress of a long read. */
export interface Progress {
  /** Bytes of the journal read so far. */
  bytes: number;
  /** The journal's size in bytes when the read began. */
  bytesTotal: number;
}

/** The options of every read. All are optional; a value of the wrong type throws a `TypeError`. */
export interface ReadOptions {
  /**
   * The engine. `native` throws `ERR_ENGINE_UNAVAILABLE` if it does not load. Default: `LANE_JOURNAL_ENGINE`, else
   * `auto`, which is native where it loads.
   */
  engine?: Engine | "auto";
  /**
   * The native engine's threads, at least 1. The result does not depend on it. Default: one per processor for a large
   * file, one for a small file.
   */
  threads?: number;
  /**
   * Reads only what lies before a bound: so many lines, so many bytes (whole lines only), or the first entry with a
   * higher number or a later `ts` (docs/format.md, section 10, "Points in time"). Exactly one, and only for a path. No
   * snapshot is used then.
   */
  until?: { line: number } | { offset: number } | { seq: number } | { ts: string | Date };
  /**
   * Starts from the snapshot beside the journal if it is valid, and writes one if the journal has grown by 1 MiB or
   * more since (docs/format.md, section 10, "Snapshots"). The result is the same. Default: false.
   */
  snapshot?: boolean;
  /** Called with a sentence for people: whether the snapshot was used and whether one was written, and why not. */
  onSnapshot?(what: string): void;
  /** Stops the read, which then throws the signal's reason. A synchronous call checks it between slices of the file. */
  signal?: AbortSignal;
  /** Called between slices of the file (tens of megabytes each) and once at the end. */
  onProgress?(done: Progress): void;
}

/** How an open journal reads, and how it waits for the lock. */
export interface JournalOptions {
  /** Like `ReadOptions.engine`. */
  engine?: Engine | "auto";
  /** Like `ReadOptions.threads`. */
  threads?: number;
  /** Like `ReadOptions.snapshot`. Default: false. */
  snapshot?: boolean;
  /** Like `ReadOptions.onSnapshot`. */
  onSnapshot?: (what: string) => void;
  /** Names this writer in the lock file. No line breaks or surrounding spaces. Default `lane-journal`. */
  label?: string;
  /** How long a write waits for a held lock, in milliseconds. Default 1000, like the reference. */
  lockWaitMs?: number;
  /** Adds check values (docs/format.md, section 13). Default: whether the variable `LANE_JOURNAL_CHECKS` is 1. */
  checks?: boolean;
  /**
   * Keeps the journal short: a write that finds it too long compacts it. Default: only an operator compacts it
   * (docs/format.md, section 7, "Retention").
   */
  retain?: RetainOptions;
  /**
   * Called with a sentence for people after a compaction by `retain`, and if one fails. Default: a failure is a warning
   * of the process with the code `LANE_JOURNAL_RETAIN`. The write itself has succeeded.
   */
  onRetain?: (what: string) => void;
}

/** When an open journal compacts itself (docs/format.md, section 7, "Retention"). */
export interface RetainOptions {
  /**
   * A journal of more than this many bytes is compacted if that makes it at most half as long. At least 1. Other
   * writers wait that long for the lock: 64 MiB take a fraction of a second natively.
   */
  compactAboveBytes: number;
  /** Like `JournalCompactOptions.archive`. Default: the old file is deleted, and its history with it. */
  archive?: string | URL;
}

/** What happens to the old file, and how to monitor and stop a compaction. */
export interface JournalCompactOptions {
  /** A folder in which to keep the old file; created if it is missing. Default: the old file is deleted. */
  archive?: string | URL;
  /** Stops the compaction before the new file replaces the old one; it then throws the signal's reason. */
  signal?: AbortSignal;
  /** Called between slices of the old file. */
  onProgress?: (done: Progress) => void;
}

/** The source of `replay` and `leaseGenerations`: a path or file URL, or entries, which are folded in TypeScript. */
export type Source = string | URL | Iterable<Entry>;

/** A fencing token (docs/format.md, section 5): the counter's value at the identity's last ACQUIRE or RECONCILE. */
export interface Generation {
  /** Identifies the lease together with `lane`, as text (docs/format.md, section 4). */
  loop_ts: string;
  /** The lane, as text (docs/format.md, section 4). */
  lane: string;
  /** From 1 to 2^53 - 1. A later grant has a higher token, even after compactions. */
  generation: number;
}

/** A place in a journal. */
export interface Place {
  /** The line number, counted from 0, including blank lines. */
  line: number;
  /** Bytes from the start of the file to the line's first byte, including a byte order mark. */
  offset: number;
}

/** The occurrences of one kind of finding. */
export interface Finding {
  /** The number of all occurrences. */
  count: number;
  /** The first occurrences in file order, at most 1,000. */
  first: Place[];
}

/** The result of one validating pass over a whole journal (docs/format.md, section 3, "scan"). */
export interface Scan {
  /** The live leases in map order (docs/format.md, section 5). */
  leases: Lease[];
  /** The fencing tokens in map order (docs/format.md, section 5). */
  generations: Generation[];
  /** The sequence number that the next entry gets (docs/format.md, section 6). */
  nextSeq: number;
  /** The number of bytes read. */
  bytes: number;
  /** The number of all lines, including blank, damaged and torn ones. */
  lines: number;
  /** The number of entries, including sentinels but not a torn tail. */
  entries: number;
  /** The number of entries by `text(op)` (docs/format.md, section 4); sentinels count as `_CORRUPT`. */
  ops: { [op: string]: number };
  /** The engine that was used. */
  engine: Engine;
  /** Lines that became sentinels. */
  corrupt: Finding;
  /**
   * The unparseable last line. `damaged`: it is not what a torn append leaves, because it has its LF (`terminated`) or
   * is not the beginning of an entry.
   */
  tornTail: (Place & { terminated: boolean; damaged: boolean }) | null;
  /**
   * False if no line is an entry and at least one is neither blank nor a torn tail. Calls that read leases from such a
   * file, or write to it, throw `ERR_NOT_A_JOURNAL`.
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
  /** ACQUIRE entries whose reason, or whose lease's reason, says REFUSED. The lease is live anyway. */
  refusedAcquire: Finding;
  /**
   * For each lease whose lane is also live under another identity at the end of the read: the entry that made it live.
   */
  sharedLane: Finding;
  /** The check values that are wrong, each as the stretch in which the damage lies (docs/format.md, section 13). */
  badChecks: { count: number; first: { from: Place; to: Place }[] };
  /** The number of check values, and of the bytes that the right ones cover (docs/format.md, section 13). */
  checked: { values: number; bytes: number };
}
