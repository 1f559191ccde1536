// Lists the ops and classifies them by their effect on the fold (docs/format.md 5).

/** The 12 ops a writer may use. `_CORRUPT` marks a sentinel and is not one of them. */
export const Op = {
  ACQUIRE: "ACQUIRE",
  RELEASE: "RELEASE",
  HEARTBEAT: "HEARTBEAT",
  SCAVENGE: "SCAVENGE",
  RECONCILE: "RECONCILE",
  ADOPT: "ADOPT",
  REFUSE: "REFUSE",
  HALT: "HALT",
  ENFORCE: "ENFORCE",
  ATTEMPT: "ATTEMPT",
  SPAWN: "SPAWN",
  CHECKPOINT: "CHECKPOINT",
} as const;
export type Op = (typeof Op)[keyof typeof Op];

/** The op of a sentinel (docs/format.md 3). */
export const CORRUPT_OP = "_CORRUPT";

/** The ops that change single leases. As in the reference, CHECKPOINT is not one: it replaces all leases. */
export const STATE_MUTATING_OPS: ReadonlySet<Op> = new Set<Op>([
  Op.ACQUIRE,
  Op.RELEASE,
  Op.HEARTBEAT,
  Op.SCAVENGE,
  Op.RECONCILE,
  Op.ADOPT,
]);
