// Exports what the package promises to its users. Everything else may change.

export { type CopyOptions, copyJournals, type JournalCopy } from "./copies.js";
export { decideInFleet, type FleetDecisionOptions } from "./decide.js";
export { type FleetJournal, type FleetOptions, FleetView, openView } from "./fleet.js";
export { JetStreamLog, type JetStreamLogOptions } from "./jetstream-log.js";
export { makeSlot, readJournalId } from "./journal-id.js";
export { type LogReadOptions, LogResetError, type ReplicatedLog, type StoredRecord } from "./log.js";
export { MemoryLog } from "./memory-log.js";
export { LogUnavailableError, type OpenLogOptions, openLog } from "./open-log.js";
export { PostgresLog, type PostgresLogOptions } from "./postgres-log.js";
export { decodeRecord, encodeRecord, type FleetRecord, isJournalId, type RecordEnd, recordBytesMax } from "./record.js";
export { ForkError, type ShipEvent, type ShipOptions, ship } from "./shipper.js";
