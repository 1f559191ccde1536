// The exports of the package in the order in which docs/api.md tells of them.

export interface Section {
  title: string;
  says: string;
  names: readonly string[];
}

export const sections: readonly Section[] = [
  {
    title: "Reading",
    says: "No lock is taken: a reader may run beside any writer.",
    names: [
      ...["replay", "replayAsync", "scan", "scanAsync", "entries", "readAll", "tail", "follow", "nextSeq"],
      ...["leaseGenerations", "ReadOptions", "FollowOptions", "Source", "Progress", "Scan", "Finding", "Place"],
      "Generation",
    ],
  },
  {
    title: "Writing",
    says: "What a call returns is durable. Every call but `append` takes the lock itself.",
    names: [
      ...["append", "openJournal", "compactJournal", "Journal", "JournalOptions", "Decide"],
      ...["JournalCompactOptions", "CompactOptions", "CompactResult"],
    ],
  },
  {
    title: "Leases",
    says: "Reads, decides and appends under one lock, and journals refusals as well.",
    names: [
      ...["openLeases", "Leases", "LeasesOptions", "LeaseRequest", "DecideLease", "LeaseDecision"],
      ...["decideByLane", "decideByTree", "LeaseTarget"],
      ...["ChangeOptions", "AdoptLeaseOptions", "ScavengeLeaseOptions", "HaltLeaseOptions", "SpawnLeaseOptions"],
      ...["LeaseDone", "LeaseBeaten", "LeaseRefused", "RefusalClass", "LeaseHealth"],
    ],
  },
  {
    title: "Building entries",
    says: 'Pure: each gives an entry without `seq` and `ts`, which an append stamps. The keys: format 8, "Entries".',
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
    says: "Keys inside entries and leases are the file's own; names of ours are camelCase.",
    names: ["Op", "STATE_MUTATING_OPS", "Entry", "Lease", "LeaseProcess", "Json"],
  },
  {
    title: "Engines",
    says: "Both give the same answers.",
    names: ["engine", "explainEngine", "Engine", "Surface"],
  },
  {
    title: "Errors",
    says: "Misuse is a `TypeError`, an abort the signal's reason, everything else a `JournalError`.",
    names: ["JournalError", "JournalErrorCode"],
  },
];
