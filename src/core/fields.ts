// Lists the fields that make up a lease and those that an ADOPT hands over (docs/format.md 5).

/** The fields of a lease that an ACQUIRE does not nest, in this order (docs/format.md 5). */
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

/** The fields that an ADOPT may hand over, in this order (docs/format.md 5). */
export const adoptedFields = ["holder", "pid", "host_id"];
