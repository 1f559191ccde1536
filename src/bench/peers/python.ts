// Contains the fold of docs/format.md 5 in Python, to be run with `python3 -c TEXT JOURNAL`. It prints an `Answer` of
// child.ts.

/** The plainest correct implementation: it follows the reference, but is linear in the number of releases. */
export const pythonReplay = `
import json, sys, time

began = time.perf_counter()
sys.setrecursionlimit(20000)
OWN = ("lane", "lane_kind", "tree", "loop_ts", "host_id", "pid", "acquired_at", "heartbeat_at", "ttl_minutes",
       "holder", "run_id")


def text(value):
    if not value:
        return ""
    if isinstance(value, str):
        return value
    if value is True:
        return "true"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e21:
        return str(int(value))
    if isinstance(value, (int, float)):
        return str(value)
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)


def identity(entry):
    return text(entry.get("loop_ts")), text(entry.get("lane"))


def own_lease(entry):
    return {field: entry[field] for field in OWN if field in entry}


def restore(live, leases):
    live.clear()
    for lease in leases if isinstance(leases, list) else ():
        if isinstance(lease, dict) and identity(lease) != ("", ""):
            live[identity(lease)] = dict(lease)


def amend(lease, op, entry):
    for field in ("holder", "pid", "host_id") if op == "ADOPT" else ():
        if entry.get(field) is not None:
            lease[field] = entry[field]
    stamp = entry.get("heartbeat_at") or entry.get("ts")
    if stamp:
        lease["heartbeat_at"] = stamp


def fold(live, entry):
    op = text(entry.get("op"))
    if op == "CHECKPOINT":
        restore(live, entry.get("leases"))
        return
    key = identity(entry)
    if key == ("", ""):
        return
    if op in ("ACQUIRE", "RECONCILE"):
        lease = entry.get("lease")
        live[key] = dict(lease) if isinstance(lease, dict) else own_lease(entry)
    elif op in ("RELEASE", "SCAVENGE"):
        live.pop(key, None)
    elif op in ("HEARTBEAT", "ADOPT") and key in live:
        amend(live[key], op, entry)


live = {}
with open(sys.argv[1], "rb") as journal:
    for line in journal:
        try:
            entry = json.loads(line.decode("utf-8", "replace"))
        except (ValueError, RecursionError):
            continue
        if isinstance(entry, dict):
            fold(live, entry)
leases = list(live.values())
print(json.dumps({"seconds": time.perf_counter() - began, "leases": leases}))
`;
