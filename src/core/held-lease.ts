// A live lease as a compaction needs it.

/** A live lease with what a compaction needs of it (docs/format.md 7). */
export interface HeldLease {
  /** The identity it is held under, which need not be its own fields'. */
  loop_ts: string;
  lane: string;
  /** Undefined if it has no token. */
  generation: number | undefined;
  /** Its JSON text; a field that was set since stands at the end, as a repeated key. */
  text: string;
}
