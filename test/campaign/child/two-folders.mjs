// Requests, in each round, the lane that another process requests at the same moment by another path to the journal.
import { closeSync, existsSync, openSync } from "node:fs";
import path from "node:path";
import { openLeases } from "lane-journal";
import { sayReady } from "./edges.mjs";

const { journal, meeting, side, rounds, engine } = JSON.parse(process.argv[2]);
const leases = openLeases(journal, { owner: side, engine, lockWaitMs: 60_000 });
const sides = ["left", "right"];
const sleeper = new Int32Array(new SharedArrayBuffer(4));
let meetings = 0;

/** Returns in both processes at about the same moment. */
function meet() {
  meetings++;
  closeSync(openSync(path.join(meeting, `${side}-${meetings}`), "w"));
  const other = path.join(meeting, `${sides.find((each) => each !== side)}-${meetings}`);
  while (!existsSync(other)) Atomics.wait(sleeper, 0, 0, 0.1);
}

sayReady();
for (let round = 0; round < rounds; round++) {
  const lane = `lane-${round}`;
  // In some rounds both request the same identity.
  const loopTs = round % 4 === 0 ? `loop-${round}` : undefined;
  meet();
  const began = performance.now();
  const answer = leases.acquire({ lane, loopTs });
  const milliseconds = Math.round(performance.now() - began);
  meet();
  const live = leases.live().filter((lease) => lease.lane === lane);
  const isHeld = live.length === 1 && live[0].holder === side;
  console.log(JSON.stringify({ round, granted: answer.ok, isHeld, live: live.length, milliseconds }));
  meet();
  if (answer.ok) leases.release(answer);
}
leases.close();
