// Checks the options of an open journal and fills in the defaults.
import { checkOptions, checkPath, mismatch } from "../arguments.js";
import type { EngineRequest } from "../engine/choose.js";
import type { JournalEngine } from "../engine/engine.js";
import { type Disk, nodeDisk } from "../file/disk.js";
import { journalNowIso } from "../file/path.js";
import type { Guard } from "../lock/lock.js";
import { checkLabel } from "../lock/text.js";
import { snapshotBytesMin } from "../read/fold.js";
import { Snapshots } from "../read/snapshot.js";
import type { JournalOptions } from "../types.js";
import { CheckedEnd } from "../write/checked-end.js";
import { wantsChecks } from "../write/wants-checks.js";
import { checkRetain, type RetentionPlan } from "./retention.js";

const lockWaitMsDefault = 1000;

/** The checked options and dependencies of a journal. */
export interface JournalPlan {
  path: string;
  engine: JournalEngine;
  threads: number;
  lock: { label: string; waitMs: number; guard: Guard | undefined };
  disk: Disk;
  now: () => string;
  snapshots: Snapshots | undefined;
  retain: RetentionPlan | undefined;
  checks: CheckedEnd | undefined;
}

/** Dependencies that tests replace. */
export interface JournalEdges {
  disk?: Disk;
  now?: () => string;
  snapshotBytesMin?: number;
}

/** Checks the caller's options. */
export function planJournal(
  path: string | URL | undefined,
  options: JournalOptions | undefined,
  engineFor: (option: EngineRequest | undefined) => JournalEngine,
  { disk = nodeDisk, now = journalNowIso, snapshotBytesMin: bytesMin = snapshotBytesMin }: JournalEdges = {},
): JournalPlan {
  const { engine, threads, snapshot, onSnapshot } = checkOptions(options);
  const label = checkLabel(options?.label ?? "lane-journal");
  const waitMs: unknown = options?.lockWaitMs ?? lockWaitMsDefault;
  const isWait = typeof waitMs === "number" && Number.isFinite(waitMs) && waitMs >= 0;
  if (!isWait) throw mismatch("lockWaitMs", "a finite number of at least 0", waitMs);
  const chosen = engineFor(engine);
  const lock = { label, waitMs, guard: guardOf(chosen) };
  const making = { engine: chosen, threads, disk, makes: true, bytesMin, note: onSnapshot };
  const snapshots = snapshot === true ? new Snapshots(making) : undefined;
  const retain = checkRetain(options);
  const checks = wantsChecks(options?.checks) ? new CheckedEnd() : undefined;
  return { path: checkPath(path), engine: chosen, threads, lock, disk, now, snapshots, retain, checks };
}

function guardOf(engine: JournalEngine): Guard | undefined {
  const tryLock = engine.tryFlock?.bind(engine);
  return tryLock && { tryLock };
}
