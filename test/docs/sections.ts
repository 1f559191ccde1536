// Lists the exports of the package in the order in which docs/api.md describes them.

export interface Section {
  title: string;
  says: string;
  names: readonly string[];
}

export const sections: readonly Section[] = [
  {
    title: "Reading",
    says: "Readers take no lock and can run at the same time as any writer.",
    names: [
      ...["replay", "replayAsync", "scan", "scanAsync", "entries", "readAll", "tail", "follow", "nextSeq"],
      ...["followBytes", "JournalBytes", "BytesPosition", "FollowBytesOptions"],
      ...["leaseGenerations", "ReadOptions", "FollowOptions", "Source", "Progress", "Scan", "Finding", "Place"],
      "Generation",
    ],
  },
  {
    title: "Writing",
    says: "When a call returns, its entries are durable. Every call except `append` takes the lock itself.",
    names: [
      ...["append", "openJournal", "compactJournal", "Journal", "JournalOptions", "RetainOptions", "Decide"],
      ...["JournalCompactOptions", "CompactOptions", "CompactResult"],
    ],
  },
  {
    title: "History",
    says: "Who held which lane, and why somebody was refused. Nothing is written.",
    names: [
      ...["history", "historyAsync", "why", "HistoryOptions", "History", "Episode", "Tenure", "EpisodeEnd", "EndKind"],
      ...[
        "Halt",
        "Refusal",
        "RefusalBlocker",
        "Evidence",
        "Remark",
        "RemarkKind",
        "Launch",
        "BlockedCall",
        "LaunchState",
        "Moment",
        "WhyQuery",
        "Why",
      ],
    ],
  },
  {
    title: "Liveness",
    says: "Whether holders of live leases make progress, and which work was tried without success. Nothing is written.",
    names: [
      ...["liveness", "livenessAsync", "progress", "progressAsync", "LivenessOptions", "KnownRun", "LeaseLiveness"],
      ...["LivenessVerdict", "LeaseProgress"],
      ...["attempts", "attemptsAsync", "AttemptsOptions", "UnitAttempts", "AttemptOutcome"],
    ],
  },
  {
    title: "Leases",
    says: "Reads, decides and appends under one lock, and journals refusals as well.",
    names: [
      ...["openLeases", "Leases", "LeasesOptions", "LeaseRequest", "DecideLease", "LeaseDecision"],
      ...["AcquireWaitOptions"],
      ...["decideByLane", "decideByTree", "LeaseTarget"],
      ...["ChangeOptions", "AdoptLeaseOptions", "ScavengeLeaseOptions", "HaltLeaseOptions", "SpawnLeaseOptions"],
      ...["LeaseDone", "LeaseBeaten", "LeaseRefused", "RefusalClass", "LeaseHealth"],
    ],
  },
  {
    title: "Building entries",
    says:
      "Pure functions. Each returns an entry without `seq` and `ts`, which an append adds. The keys are listed in " +
      'docs/format.md, section 8, "Entries".',
    names: [
      ...["acquireEntry", "AcquireOptions", "releaseEntry", "ReleaseOptions", "heartbeatEntry"],
      ...["scavengeEntry", "ScavengeOptions"],
      ...["adoptEntry", "AdoptOptions", "refuseEntry", "RefuseOptions", "Blocker", "haltEntry", "HaltOptions"],
      ...["enforceEntry", "EnforceOptions", "attemptEntry", "AttemptOptions", "spawnEntry", "SpawnOptions"],
      ...["checkpointEntry", "CheckpointOptions", "compact", "formatLine", "journalPath", "journalNowIso"],
    ],
  },
  {
    title: "Vocabulary",
    says: "Keys inside entries and leases are those of the file; all other names are camelCase.",
    names: ["Op", "STATE_MUTATING_OPS", "Entry", "Lease", "LeaseProcess", "Json"],
  },
  {
    title: "Engines",
    says: "Both engines return the same answers.",
    names: ["engine", "explainEngine", "Engine", "Surface"],
  },
  {
    title: "Errors",
    says: "Misuse throws a `TypeError`, an abort throws the signal's reason, and everything else a `JournalError`.",
    names: ["JournalError", "JournalErrorCode"],
  },
];
