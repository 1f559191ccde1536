// Acquires, renews and releases lanes for some seconds, in a journal that writers of the reference share.
import { setTimeout as pause } from "node:timers/promises";
import { attemptEntry, openJournal, openLeases } from "lane-journal";
import { createRandom, openRecord, sayReady } from "./edges.mjs";

const { journal: path, record, name, lanes, seconds, seed } = JSON.parse(process.argv[2]);
const tell = openRecord(record);
const random = createRandom(seed);
let clock = Date.UTC(2026, 0, 1);
const now = () => new Date(clock);
const lockWaitMs = 30_000;
const leases = openLeases(path, { owner: name, lockWaitMs, now });
const journal = openJournal(path, { label: name, lockWaitMs });
const held = new Map();
const heldMost = 3;
/** The reference ends a line at three of these characters unless they are escaped. */
const outcome = "é \u2028 \u2029 \u0085 \u{1f680} \ud800";

/** The reference may take over a lock after 300 s. A writer that loses its lock this way has written nothing. */
function attempt(key, call) {
  tell(`try ${key}`);
  try {
    const { ok = true, reason, entry } = call();
    // A refused request is journaled as a REFUSE.
    tell(ok ? `ack ${key.replace(/^[A-Z]+/, entry.op)} ${entry.seq}` : `fail ${key} NONE ${reason}`);
  } catch (error) {
    tell(`${error.code === "ERR_LOCK_LOST" ? "robbed" : `fail ${key} ${error.code}`} ${error.message}`);
  }
}

function acquire(id) {
  attempt(`ACQUIRE ${id}`, () => {
    const answer = leases.acquire({ lane: `lane-${random(lanes)}`, loopTs: id });
    if (answer.ok) held.set(id, answer.lane);
    return { entry: answer.entry };
  });
}

function step(id) {
  const oldest = held.keys().next().value;
  const choice = random(5);
  if (choice === 0) return attempt(`ATTEMPT ${id}`, () => ({ entry: journal.append(attemptEntry(id, { outcome })) }));
  if (oldest === undefined || (choice < 3 && held.size < heldMost)) return acquire(id);
  const target = { lane: held.get(oldest), loopTs: oldest };
  if (choice === 3) {
    const stamp = now()
      .toISOString()
      .replace(/\.\d+Z$/, "Z");
    return attempt(`HEARTBEAT ${oldest} ${stamp}`, () => leases.heartbeat(target));
  }
  return attempt(`RELEASE ${oldest}`, () => {
    const answer = leases.release(target);
    held.delete(oldest);
    return answer;
  });
}

sayReady();
const end = performance.now() + seconds * 1000;
for (let count = 0; performance.now() < end; count++) {
  clock += 1000;
  step(`${name}-${count}`);
  await pause(random(20));
}
console.log("done");
