// Defines a live lease in the form that a compaction needs.

/** A live lease with the data that a compaction needs (docs/format.md 7). */
export interface HeldLease {
  /** The identity under which the lease is held. It may differ from the lease's own fields. */
  loop_ts: string;
  lane: string;
  /** Undefined if the identity has no token. */
  generation: number | undefined;
  /** The lease's JSON text. A field that was set later is appended, and may repeat a key. */
  text: string;
}
