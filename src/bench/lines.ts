// Produces a fleet's next journal line, by kind. Every line is canonical (docs/format.md 8, "A line") and a byte string
// that includes its LF.
import type { Fleet, Held } from "./fleet.js";
import { pick } from "./random.js";
import { holders, hosts, interventions, outcomes, reasons, refusals, tools } from "./words.js";

/** The kinds of line. RENEW is an ACQUIRE of a live identity, ORPHAN a short ACQUIRE; bare lines are the shortest. */
export type LineKind = keyof typeof lineMakers;

export const lineMakers = {
  HEARTBEAT: heartbeat,
  ACQUIRE: acquire,
  RENEW: renew,
  RELEASE: release,
  SCAVENGE: scavenge,
  REFUSE: refuse,
  ENFORCE: enforce,
  ATTEMPT: attempt,
  SPAWN: spawn,
  ADOPT: adopt,
  ORPHAN: orphan,
  BARE_ACQUIRE: bareAcquire,
  BARE_HEARTBEAT: bareHeartbeat,
  BARE_RELEASE: bareRelease,
} satisfies { [kind: string]: (fleet: Fleet) => string };

function heartbeat(fleet: Fleet): string {
  return fleet.beatHead + fleet.anyHeld().beat + fleet.seq + fleet.beatTail;
}

function acquire(fleet: Fleet): string {
  if (fleet.live.length >= fleet.plan.liveMax) return release(fleet);
  const held = fleet.take(fleet.anyWord(hosts), anyHolder(fleet));
  return acquireLine(fleet, held, "", fleet.anyWord(reasons.acquire));
}

/** A holder writes its lease again: the same identity, now with the loops that it has started. */
function renew(fleet: Fleet): string {
  const held = fleet.anyHeld();
  const children = `"children": [${fleet.newRunId()}, ${fleet.newRunId()}], `;
  return acquireLine(fleet, held, children, fleet.word("renewed with its children"));
}

function acquireLine(fleet: Fleet, held: Held, children: string, reason: string): string {
  const { hostId, lane, kind, loopTs, pid, tree } = held;
  const lease =
    `{"acquired_at": "${held.acquiredAt}", ${children}"heartbeat_at": "${fleet.stamp}", "holder": ${held.holder}, ` +
    `"host_id": ${hostId}, "lane": ${lane}, "lane_kind": ${kind}, "loop_ts": ${loopTs}, "pid": ${pid}, ` +
    `"run_id": ${held.runId}, "tree": ${tree}, "ttl_minutes": 50}`;
  const place = `{"host_id": ${hostId}, "lane": ${lane}, "lane_kind": ${kind}, "lease": ${lease}, "loop_ts": ${loopTs}`;
  const why = `"pid": ${pid}, "prev_holder": null, "reason": ${reason}, "seq": ${fleet.seq}`;
  return `${place}, "op": "ACQUIRE", ${why}, "tree": ${tree}, "ts": "${fleet.stamp}", "ttl_minutes": 50}\n`;
}

function release(fleet: Fleet): string {
  if (fleet.live.length <= fleet.plan.liveMin) return acquire(fleet);
  const held = fleet.drop();
  const place = `{"host_id": ${held.hostId}, "lane": ${held.lane}, "loop_ts": ${held.loopTs}`;
  const why = `"reason": ${fleet.anyWord(reasons.release)}`;
  return `${place}, "op": "RELEASE", ${why}, ${ending(fleet)}`;
}

function scavenge(fleet: Fleet): string {
  if (fleet.live.length <= fleet.plan.liveMin) return acquire(fleet);
  const held = fleet.drop();
  const place = `{"host_id": ${held.hostId}, "lane": ${held.lane}, "loop_ts": ${held.loopTs}, "op": "SCAVENGE"`;
  const why = `"pid": ${held.pid}, "prev_holder": ${held.holder}, "reason": ${fleet.anyWord(reasons.scavenge)}`;
  return `${place}, ${why}, ${ending(fleet)}`;
}

/** A request for a lane that is taken. */
function refuse(fleet: Fleet): string {
  const [reasonClass, reason] = pick(refusals, fleet.draw);
  const place = `{"holder": ${anyHolder(fleet)}, "host_id": ${fleet.anyWord(hosts)}, "lane": ${fleet.anyHeld().lane}`;
  const why = `"reason": ${fleet.word(reason)}, "reason_class": "${reasonClass}", "run_id": ${fleet.newRunId()}`;
  return `${place}, "loop_ts": ${fleet.newLoopTs()}, "op": "REFUSE", ${why}, ${ending(fleet)}`;
}

function enforce(fleet: Fleet): string {
  const [intervention, handler, reasonClass, text] = pick(interventions, fleet.draw);
  const held = fleet.anyHeld();
  const reason = fleet.word(text);
  const calls = intervention === "WARN";
  const tool = `"${pick(tools, fleet.draw)}"`;
  const spent = `{"calls": ${fleet.draw(400)}, "tokens": ${fleet.newNumber()}}`;
  const proposal =
    `{"dispatch_call": ${calls}, "handler": "${handler}", "intervention": "${intervention}", ` +
    `"reason": ${reason}, "reason_class": "${reasonClass}", "spent": ${spent}}`;
  const place =
    `{"dispatch_call": ${calls}, "handler": "${handler}", "holder": ${held.holder}, "host_id": ${held.hostId}, ` +
    `"intervention": "${intervention}", "lane": ${held.lane}, "loop_ts": ${held.loopTs}, "op": "ENFORCE"`;
  const why = `"reason": ${reason}, "reason_class": "${reasonClass}", "run_id": ${held.runId}, "seq": ${fleet.seq}`;
  return `${place}, "proposal": ${proposal}, ${why}, "tool": ${tool}, "ts": "${fleet.stamp}", "withheld": ${!calls}}\n`;
}

function attempt(fleet: Fleet): string {
  const held = fleet.anyHeld();
  const place = `{"host_id": ${held.hostId}, "lane": ${held.lane}, "loop_ts": ${held.loopTs}, "op": "ATTEMPT"`;
  const what = `"outcome": "${pick(outcomes, fleet.draw)}", "run_id": ${held.runId}`;
  const schema = `"schema": {"family": "lane-journal", "version": 1}`;
  const unit = `"unit_id": "unit-${fleet.draw(100_000)}"`;
  return `${place}, ${what}, ${schema}, "seq": ${fleet.seq}, "ts": "${fleet.stamp}", ${unit}}\n`;
}

function spawn(fleet: Fleet): string {
  const lane = fleet.lane(fleet.draw(fleet.plan.lanes));
  const place = `{"holder": ${anyHolder(fleet)}, "host_id": ${fleet.anyWord(hosts)}, "lane": ${lane}`;
  const what = `"loop_ts": ${fleet.newLoopTs()}, "op": "SPAWN", "pid": ${fleet.newNumber()}`;
  const why = `"reason": ${fleet.anyWord(reasons.spawn)}, "run_id": ${fleet.newRunId()}`;
  return `${place}, ${what}, ${why}, ${ending(fleet)}`;
}

function adopt(fleet: Fleet): string {
  const held = fleet.anyHeld();
  const previous = held.holder;
  fleet.handOver(held, fleet.anyWord(hosts), anyHolder(fleet));
  const place =
    `{"heartbeat_at": "${fleet.stamp}", "holder": ${held.holder}, "host_id": ${held.hostId}, "lane": ${held.lane}, ` +
    `"loop_ts": ${held.loopTs}, "op": "ADOPT", "pid": ${held.pid}`;
  const why = `"prev_holder": ${previous}, "reason": ${fleet.anyWord(reasons.adopt)}`;
  return `${place}, ${why}, ${ending(fleet)}`;
}

/** An ACQUIRE of a whole repository with the fewest possible fields. It is never released. */
function orphan(fleet: Fleet): string {
  const held = fleet.take(fleet.anyWord(hosts), anyHolder(fleet));
  const { hostId, kind, lane, loopTs, pid } = held;
  const lease =
    `{"acquired_at": "${fleet.stamp}", "holder": ${held.holder}, "host_id": ${hostId}, "lane": ${lane}, ` +
    `"loop_ts": ${loopTs}, "pid": ${pid}, "tree": ["**"], "ttl_minutes": 50}`;
  const place = `{"host_id": ${hostId}, "lane": ${lane}, "lane_kind": ${kind}, "lease": ${lease}, "loop_ts": ${loopTs}`;
  const why = `"pid": ${pid}, "prev_holder": null, "reason": ${fleet.anyWord(reasons.acquire)}, "seq": ${fleet.seq}`;
  return `${place}, "op": "ACQUIRE", ${why}, "tree": ["**"], "ts": "${fleet.stamp}", "ttl_minutes": 50}\n`;
}

function bareAcquire(fleet: Fleet): string {
  if (fleet.live.length >= fleet.plan.liveMax) return bareRelease(fleet);
  return `{"lane": ${fleet.take('""', '""').lane}, "op": "ACQUIRE"}\n`;
}

function bareHeartbeat(fleet: Fleet): string {
  return `{"lane": ${fleet.anyHeld().lane}, "op": "HEARTBEAT", "ts": "${fleet.stamp}"}\n`;
}

function bareRelease(fleet: Fleet): string {
  if (fleet.live.length <= fleet.plan.liveMin) return bareAcquire(fleet);
  return `{"lane": ${fleet.drop().lane}, "op": "RELEASE"}\n`;
}

function anyHolder(fleet: Fleet): string {
  return fleet.anyWord(holders);
}

function ending(fleet: Fleet): string {
  return `"seq": ${fleet.seq}, "ts": "${fleet.stamp}"}\n`;
}
