// Lists the option keys that the lease shell accepts.
import { journalKeys } from "../option-keys.js";
import type { KeysOf } from "../unknown-key.js";
import type {
  AcquireWaitOptions,
  AdoptLeaseOptions,
  ChangeOptions,
  HaltLeaseOptions,
  LeaseDone,
  LeaseRequest,
  LeasesOptions,
  LeaseTarget,
  ScavengeLeaseOptions,
  SpawnLeaseOptions,
} from "./types.js";

export const leasesKeys: KeysOf<LeasesOptions> = {
  ...journalKeys,
  owner: true,
  hostId: true,
  pid: true,
  decide: true,
  coalesceSeconds: true,
  ttlMinutes: true,
  reclaimDead: true,
  refuseWhenCorrupt: true,
  now: true,
};

export const requestKeys: KeysOf<LeaseRequest> = {
  lane: true,
  kind: true,
  tree: true,
  loopTs: true,
  runId: true,
  ttlMinutes: true,
  reason: true,
  rootId: true,
  parentId: true,
};

export const waitKeys: KeysOf<AcquireWaitOptions> = {
  signal: true,
  waitMs: true,
  pollMs: true,
};

/** A result can be passed as the target of the next call, so its other keys are accepted too. */
const answerKeys: KeysOf<LeaseDone> = {
  ok: true,
  lane: true,
  loopTs: true,
  lease: true,
  generation: true,
  entry: true,
};

export const targetKeys: KeysOf<LeaseTarget & LeaseDone> = answerKeys;

export const changeKeys: KeysOf<ChangeOptions & LeaseDone> = { ...answerKeys, force: true, reason: true };

export const adoptKeys: KeysOf<AdoptLeaseOptions & LeaseDone> = {
  ...changeKeys,
  newHolder: true,
  newPid: true,
  newHostId: true,
};

export const scavengeKeys: KeysOf<ScavengeLeaseOptions & LeaseDone> = {
  ...answerKeys,
  reason: true,
  onlyIfDead: true,
};

export const haltKeys: KeysOf<HaltLeaseOptions> = {
  lane: true,
  loopTs: true,
  runId: true,
  command: true,
  reason: true,
};

export const spawnKeys: KeysOf<SpawnLeaseOptions> = {
  lane: true,
  loopTs: true,
  holder: true,
  pid: true,
  runId: true,
  reason: true,
};
