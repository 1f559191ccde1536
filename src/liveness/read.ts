// Reads the progress and liveness of leases, and the attempts, of a journal (docs/format.md 12).
import type { Course } from "../core/drive.js";
import { isProvablyGone } from "../leases/expiry.js";
import { systemProcesses } from "../lock/process.js";
import { foldEntriesOf } from "../read/entry-fold.js";
import type { ReadPlan } from "../read/fold.js";
import { AttemptFold } from "./attempts.js";
import { LivenessFold } from "./fold.js";
import type { AttemptsRequest, LivenessRequest } from "./request.js";
import type { LeaseLiveness, LeaseProgress, UnitAttempts } from "./types.js";

export function* readProgress(plan: ReadPlan, request: LivenessRequest): Course<LeaseProgress[]> {
  return (yield* foldLiveness(plan, request.nowMs)).progress(request);
}

export function* readLiveness(plan: ReadPlan, request: LivenessRequest): Course<LeaseLiveness[]> {
  const fold = yield* foldLiveness(plan, request.nowMs);
  return fold.liveness(request, (lease) => isProvablyGone(lease, systemProcesses));
}

export function foldLiveness(plan: ReadPlan, nowMs: number): Course<LivenessFold> {
  return foldEntriesOf(plan, () => new LivenessFold(nowMs));
}

export function* readAttempts(plan: ReadPlan, { nowMs, unit }: AttemptsRequest): Course<UnitAttempts[]> {
  const fold = yield* foldEntriesOf(plan, () => new AttemptFold());
  const units = [...fold.unitsAt(nowMs)];
  return unit === undefined ? units : units.filter(({ unit_id }) => unit_id === unit);
}
