// A worker that acquires a lane, renews its lease while it works, and releases it. If the lane is held, it says by whom
// and waits. Start two of them on one lane:
//   node worker.mjs --lane docs --owner agent-7 &
//   node worker.mjs --lane docs --owner agent-9
// `--crash` ends the process in the middle of its work. Its lease stays, and the next worker is told when it will count
// as dead. Exit codes: 0 done, 75 the lane was not free in time, 1 the lease was lost.
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { openLeases } from "lane-journal";

const { values } = parseArgs({
  options: {
    journal: { type: "string", default: "fleet.jsonl" },
    lane: { type: "string", default: "docs" },
    owner: { type: "string", default: `worker-${process.pid}` },
    work: { type: "string", default: "5" },
    beat: { type: "string", default: "60" },
    wait: { type: "string", default: "3600" },
    crash: { type: "boolean", default: false },
  },
});
const seconds = (text) => Number(text) * 1000;

const leases = openLeases(values.journal, {
  owner: values.owner,
  // A dead holder's lease is removed by the next acquire, as soon as it is provably dead.
  reclaimDead: true,
  // Keeps the journal short, and its history in a folder that `lj prune` bounds.
  retain: { compactAboveBytes: 64_000_000, archive: `${values.journal}-archive` },
});
const request = { lane: values.lane, tree: [`${values.lane}/**`], ttlMinutes: 10 };

/** Stops the work if the lease is lost, or if the operator presses Ctrl-C. */
const stop = new AbortController();
process.once("SIGINT", () => stop.abort(new Error("interrupted")));
process.once("SIGTERM", () => stop.abort(new Error("terminated")));

async function acquire() {
  const answer = leases.acquire(request);
  if (answer.ok) return answer;
  console.log(`refused, ${answer.reasonClass}: ${answer.reason}`);
  return leases.acquireWhenFree(request, { signal: stop.signal, waitMs: seconds(values.wait) });
}

/** Renews the lease until the returned function is called. A refusal means that the lease is no longer ours. */
function keepAlive(lease) {
  const timer = setInterval(() => {
    try {
      const beat = leases.heartbeat(lease);
      if (!beat.ok) stop.abort(new Error(beat.reason));
    } catch (error) {
      // The lock was busy or the disk full. The lease lasts for minutes, so the next beat is soon enough.
      console.log(`no heartbeat: ${error.message}`);
    }
  }, seconds(values.beat));
  return () => clearInterval(timer);
}

/** Give `token` to every resource that is written to: it can then reject a holder that has been replaced. */
async function work(token, signal) {
  console.log(`${values.owner} works on ${values.lane} with token ${token}`);
  await pause(seconds(values.work) / 2, undefined, { signal });
  if (values.crash) process.kill(process.pid, "SIGKILL");
  await pause(seconds(values.work) / 2, undefined, { signal });
}

const lease = await acquire();
if (!lease.ok) {
  console.log(`gave up: ${lease.reason}`);
  process.exitCode = 75;
} else {
  const letGo = keepAlive(lease);
  try {
    await work(lease.generation, stop.signal);
    console.log(`${values.owner} is done`);
  } catch (error) {
    console.log(`stopped: ${(stop.signal.reason ?? error).message}`);
    process.exitCode = 1;
  } finally {
    letGo();
    // Refused if the lease was lost: then there is nothing to release.
    leases.release({ ...lease, reason: process.exitCode ? "stopped" : "done" });
  }
}
leases.close();
