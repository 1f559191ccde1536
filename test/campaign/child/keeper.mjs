// Acquires, renews and releases lanes with a shell that bounds its journal, until the parent kills this process. Each
// acknowledged entry is recorded.
import { openLeases } from "lane-journal";
import { createRandom, dieAtCall, openRecord, sayReady } from "./edges.mjs";

const { journal, record, name, previous, seed, engine, retain, death } = JSON.parse(process.argv[2]);
const tell = openRecord(record);
const random = createRandom(seed);
const leases = openLeases(journal, {
  owner: name,
  engine,
  retain,
  lockWaitMs: 30_000,
  onRetain: (what) => tell(`note ${what}`),
});

function acknowledge(answer) {
  if (!answer.ok) throw new Error(`expected it done, found the refusal ${answer.reason}`);
  tell(`ack ${answer.entry.op} ${answer.entry.loop_ts} ${answer.entry.seq}`);
}

if (death !== null) dieAtCall(death);
for (const { holder, lane, loop_ts: loopTs } of leases.live()) {
  if (holder === previous) acknowledge(leases.scavenge({ lane, loopTs }));
}
sayReady();
for (let count = 0; ; count++) {
  const target = { lane: `lane-${name}-${random(3)}-${count}`, loopTs: `${name}-${count}` };
  acknowledge(leases.acquire({ ...target, reason: "x".repeat(random(200)) }));
  if (random(2) === 0) acknowledge(leases.heartbeat(target));
  acknowledge(leases.release(target));
}
