// Acquires and releases lanes with a shell that bounds its journal, and prints how long each acquire took.
import { setTimeout as pause } from "node:timers/promises";
import { openLeases } from "../../src/index.js";

const [journal = "", archive = "", bytes = "", seconds = "", owner = ""] = process.argv.slice(2);

let compactions = 0;
const leases = openLeases(journal, {
  owner,
  lockWaitMs: 60_000,
  retain: { compactAboveBytes: Number(bytes), archive },
  onRetain: (what) => {
    if (!what.includes(": compacted, ")) throw new Error(what);
    compactions++;
  },
});
const waitsMs: number[] = [];
/** A worker does something between two decisions, in milliseconds. */
const pauseMsMax = 40;
const end = performance.now() + Number(seconds) * 1000;
for (let count = 0; performance.now() < end; count++) {
  const target = { lane: `${owner}-${count % 3}`, loopTs: `${owner}-${count}` };
  const start = performance.now();
  const answer = leases.acquire(target);
  waitsMs.push(performance.now() - start);
  if (!answer.ok) throw new Error(`expected a grant, found the refusal ${answer.reason}`);
  leases.release(target);
  await pause(Math.random() * pauseMsMax);
}
leases.close();
process.stdout.write(`${JSON.stringify({ waitsMs, compactions })}\n`);
