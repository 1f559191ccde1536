// Contains the fold of docs/format.md 5 as a jq program, for `jq -c -n PROGRAM JOURNAL`. It prints an `Answer` of
// child.ts without seconds.

/** Correct for well-formed journals; it stops at the first damaged line. Its objects keep insertion order. */
export const jqReplay = `
def beat: if (.heartbeat_at // "") == "" then .ts else .heartbeat_at end;
def key: "\\(.loop_ts // "")\\u0000\\(.lane // "")";
def own: . as $entry
  | ["lane", "lane_kind", "tree", "loop_ts", "host_id", "pid", "acquired_at", "heartbeat_at", "ttl_minutes", "holder",
     "run_id"]
  | map(select(. as $field | $entry | has($field)) | {key: ., value: $entry[.]}) | from_entries;
def amend($entry): ($entry | beat) as $stamp
  | if ($stamp // "") == "" then . else .heartbeat_at = $stamp end;
def adopt($entry): reduce ("holder", "pid", "host_id") as $field
  (.; if $entry[$field] == null then . else .[$field] = $entry[$field] end);
reduce inputs as $entry ({};
  ($entry | key) as $key
  | if $entry.op == "HEARTBEAT" then (if has($key) then .[$key] |= amend($entry) else . end)
    elif $entry.op == "ACQUIRE" or $entry.op == "RECONCILE" then
      .[$key] = (if ($entry.lease | type) == "object" then $entry.lease else ($entry | own) end)
    elif $entry.op == "RELEASE" or $entry.op == "SCAVENGE" then delpaths([[$key]])
    elif $entry.op == "ADOPT" then (if has($key) then .[$key] |= (adopt($entry) | amend($entry)) else . end)
    elif $entry.op == "CHECKPOINT" then
      reduce ($entry.leases | if type == "array" then .[] else empty end | objects) as $lease
        ({}; .[$lease | key] = $lease)
    else . end)
| {leases: [to_entries[].value]}
`;
