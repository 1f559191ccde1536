// Lists the option keys that the functions of both entry points accept.
import type { HistoryOptions } from "./history/request.js";
import type { FollowOptions } from "./read/follow.js";
import type { FollowBytesOptions } from "./read/follow-bytes.js";
import type { JournalCompactOptions, JournalOptions, ReadOptions, RetainOptions } from "./types.js";
import type { KeysOf } from "./unknown-key.js";

export const readKeys: KeysOf<ReadOptions> = {
  engine: true,
  threads: true,
  until: true,
  snapshot: true,
  onSnapshot: true,
  signal: true,
  onProgress: true,
};

export const followKeys: KeysOf<FollowOptions> = {
  engine: true,
  threads: true,
  signal: true,
  from: true,
  pollMs: true,
};

export const followBytesKeys: KeysOf<FollowBytesOptions> = {
  after: true,
  signal: true,
  pollMs: true,
  stopsAtEnd: true,
};

export const historyKeys: KeysOf<HistoryOptions> = {
  engine: true,
  threads: true,
  signal: true,
  onProgress: true,
  lane: true,
  holder: true,
  run: true,
  from: true,
  to: true,
  archive: true,
  limit: true,
  calls: true,
};

export const journalKeys: KeysOf<JournalOptions> = {
  engine: true,
  threads: true,
  snapshot: true,
  onSnapshot: true,
  label: true,
  lockWaitMs: true,
  checks: true,
  retain: true,
  onRetain: true,
};

export const retainKeys: KeysOf<RetainOptions> = {
  compactAboveBytes: true,
  archive: true,
};

export const compactKeys: KeysOf<JournalCompactOptions> = {
  archive: true,
  signal: true,
  onProgress: true,
};
