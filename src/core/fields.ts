// The names of the fields that make a lease, and of those that an ADOPT hands over (docs/format.md 5).

/** What an ACQUIRE without a nested lease gives, in this order (docs/format.md 5). */
export const leaseFields = [
  "lane",
  "lane_kind",
  "tree",
  "loop_ts",
  "host_id",
  "pid",
  "acquired_at",
  "heartbeat_at",
  "ttl_minutes",
  "holder",
  "run_id",
];

/** What an ADOPT may hand over, in this order (docs/format.md 5). */
export const adoptedFields = ["holder", "pid", "host_id"];
