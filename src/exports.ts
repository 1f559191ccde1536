// Exports what both entry points share: pure functions, constants, errors and types.

export type { CompactOptions, Surface } from "./api.js";
export type { CompactResult } from "./compact/compact.js";
export { compact } from "./compact/entries.js";
export { Op, STATE_MUTATING_OPS } from "./core/op.js";
export { JournalError, type JournalErrorCode } from "./errors.js";
export { journalNowIso, journalPath } from "./file/path.js";
export type { HistoryOptions } from "./history/request.js";
export type { History } from "./history/select.js";
export type * from "./history/types.js";
export { explainWhy as why, type Why, type WhyQuery } from "./history/why.js";
export type { Decide, Journal } from "./journal/types.js";
export { decideByLane, decideByTree } from "./leases/decide.js";
export type * from "./leases/types.js";
export type { AttemptsOptions, LivenessOptions } from "./liveness/request.js";
export type * from "./liveness/types.js";
export type { BytesPosition } from "./read/byte-source.js";
export type { FollowOptions } from "./read/follow.js";
export type { FollowBytesOptions, JournalBytes } from "./read/follow-bytes.js";
export type {
  Blocker,
  Engine,
  Entry,
  Finding,
  Generation,
  JournalCompactOptions,
  JournalOptions,
  Json,
  Lease,
  LeaseProcess,
  Place,
  Progress,
  ReadOptions,
  RetainOptions,
  Scan,
  Source,
} from "./types.js";
export {
  type AcquireOptions,
  type AdoptOptions,
  acquireEntry,
  adoptEntry,
  type CheckpointOptions,
  checkpointEntry,
  heartbeatEntry,
  type ReleaseOptions,
  releaseEntry,
  type ScavengeOptions,
  scavengeEntry,
} from "./write/entries.js";
export {
  type AttemptOptions,
  attemptEntry,
  type EnforceOptions,
  enforceEntry,
  type HaltOptions,
  haltEntry,
  type RefuseOptions,
  refuseEntry,
  type SpawnOptions,
  spawnEntry,
} from "./write/event-entries.js";
export { formatLine } from "./write/line.js";
