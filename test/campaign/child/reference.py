# Writes to a journal as the reference does (docs/format.md 8, "The lock", "A line"), with its lock protocol, its append
# and its fold of lanes. The argument is JSON with journal, lock, record, name, lanes, retries, seconds and seed. The
# record lists what it attempted and what was acknowledged.
import calendar
import json
import os
import random
import sys
import time

given = json.loads(sys.argv[1])
journal, lock, name = given["journal"], given["lock"], given["name"]
record = os.open(given["record"], os.O_CREAT | os.O_APPEND | os.O_WRONLY)
choose = random.Random(given["seed"])


def tell(line):
    os.write(record, (line + "\n").encode())


def now_iso():
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def read_lock(path):
    """The fields of its lines, `None` if there is no file."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            lines = file.read().splitlines()
    except FileNotFoundError:
        return None
    return dict(line.split(": ", 1) for line in lines if ": " in line)


def age_seconds(fields):
    try:
        return time.time() - calendar.timegm(time.strptime(fields["acquired_at"], "%Y-%m-%dT%H:%M:%SZ"))
    except (KeyError, ValueError):
        return None


def create():
    try:
        fd = os.open(lock, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
    except FileExistsError:
        return False
    os.write(fd, f"owner: {name}\nacquired_at: {now_iso()}\npid: {os.getpid()}\n".encode())
    os.close(fd)
    return True


def steal(seen):
    """Moves the stale lock away; puts it back if it is not the one that was seen."""
    aside = f"{lock}.stale.{os.getpid()}"
    try:
        os.rename(lock, aside)
    except FileNotFoundError:
        return create()
    if read_lock(aside) != seen:
        os.replace(aside, lock)
        return False
    os.unlink(aside)
    tell("stole")
    return create()


def enter():
    for _ in range(given["retries"]):
        if create():
            # A busy machine stops a holder now and then. Only a holder that is stopped can be killed as one.
            if choose.random() < 0.1:
                time.sleep(0.05)
            return True
        seen = read_lock(lock)
        if seen is not None and seen.get("owner") == name:
            return True
        age = None if seen is None else age_seconds(seen)
        if age is not None and age > 300 and steal(seen):
            return True
        time.sleep(0.2)
    return False


def leave():
    seen = read_lock(lock)
    if seen is not None and seen.get("owner") == name:
        os.unlink(lock)


def read_entries():
    try:
        with open(journal, encoding="utf-8", errors="replace") as file:
            lines = file.read().splitlines()
    except FileNotFoundError:
        return []
    entries = []
    for line in lines:
        try:
            entry = json.loads(line)
        except json.JSONDecodeError:
            tell(f"fail read NONE a line that does not parse: {ascii(line)}")
            continue
        if isinstance(entry, dict):
            entries.append(entry)
    return entries


def fold(entries):
    held = {}
    for entry in entries:
        if entry.get("op") == "ACQUIRE":
            held[entry["lane"]] = entry["loop_ts"]
        if entry.get("op") in ("RELEASE", "SCAVENGE") and held.get(entry["lane"]) == entry["loop_ts"]:
            del held[entry["lane"]]
    return held


def append(entry, entries):
    seq = 1 + max((int(each.get("seq") or 0) for each in entries), default=0)
    stamped = {**entry, "seq": seq, "ts": now_iso()}
    line = json.dumps(stamped, sort_keys=True, ensure_ascii=False) + "\n"
    fd = os.open(journal, os.O_CREAT | os.O_APPEND | os.O_WRONLY)
    os.write(fd, line.encode())
    os.fsync(fd)
    os.close(fd)
    return seq


def step(count):
    """One decision under the lock: a lane is given back, or taken if it is free."""
    entries = read_entries()
    held = fold(entries)
    mine = [(lane, ts) for lane, ts in held.items() if ts.startswith(name + "-")]
    if len(mine) > 1 or (mine and choose.random() < 0.5):
        lane, loop_ts = mine[0]
        entry = {"op": "RELEASE", "lane": lane, "loop_ts": loop_ts, "reason": "é \U0001f680"}
    else:
        lane, loop_ts = f"lane-{choose.randrange(given['lanes'])}", f"{name}-{count}"
        if lane in held:
            return
        lease = {"lane": lane, "loop_ts": loop_ts, "holder": name, "heartbeat_at": now_iso()}
        entry = {"op": "ACQUIRE", "lane": lane, "loop_ts": loop_ts, "lease": lease}
    key = f"{entry['op']} {loop_ts}"
    tell(f"try {key}")
    tell(f"ack {key} {append(entry, entries)}")


print("ready", flush=True)
end = time.monotonic() + given["seconds"]
count = 0
while time.monotonic() < end:
    count += 1
    if enter():
        try:
            step(count)
        finally:
            leave()
    else:
        tell("busy")
    time.sleep(choose.random() * 0.02)
print("done", flush=True)
