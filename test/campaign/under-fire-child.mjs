// Runs one process of the campaign and prints its result as a line of JSON. The arguments are a role, a journal and a
// folder of counters. It prints "ready" and reads from stdin when to stop.
import { once } from "node:events";
import { openSync, readFileSync, readSync, writeFileSync, writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { setTimeout as pause } from "node:timers/promises";
import { compactJournal, openJournal, openLeases, replay, scan, tail } from "../../dist/package/index.js";

const [role, journal, counters, who] = process.argv.slice(2);
const appenders = 4;
const lockWaitMs = 30_000;

/** Returns the moment to stop, in milliseconds since 1970. */
async function beReady() {
  console.log("ready");
  const lines = createInterface({ input: process.stdin });
  const [deadline] = await once(lines, "line");
  lines.close();
  return Number(deadline);
}

/** A counter is eight bytes, so that other processes always read it whole. */
function openCounter(name, flags) {
  const fd = openSync(`${counters}/${name}`, flags);
  const bytes = new BigInt64Array(1);
  return {
    set(value) {
      bytes[0] = BigInt(value);
      writeSync(fd, bytes, 0, 8, 0);
    },
    get() {
      readSync(fd, bytes, 0, 8, 0);
      return Number(bytes[0]);
    },
  };
}

function expectOk(answer) {
  if (!answer.ok) throw new Error(`expected it done, found the refusal ${answer.reason}`);
  return answer;
}

/** Holds one lease permanently, and one or two of a sequence: it acquires the next before it releases the last. */
async function append() {
  const leases = openLeases(journal, { owner: `appender-${who}`, lockWaitMs, engine: who % 2 === 0 ? "native" : "js" });
  const acquired = openCounter(`acquired-${who}`, "w+");
  const released = openCounter(`released-${who}`, "w+");
  acquired.set(0);
  released.set(-1);
  expectOk(leases.acquire({ lane: `base-${who}`, loopTs: "base" }));
  expectOk(leases.acquire({ lane: `row-${who}-0`, loopTs: "0" }));
  const deadline = await beReady();
  let acknowledged = 2;
  let n = 0;
  for (; Date.now() < deadline; n++) {
    expectOk(leases.acquire({ lane: `row-${who}-${n + 1}`, loopTs: String(n + 1) }));
    acquired.set(n + 1);
    expectOk(leases.release({ lane: `row-${who}-${n}` }));
    released.set(n);
    expectOk(leases.heartbeat({ lane: `base-${who}` }));
    acknowledged += 3;
    await pause(Math.random() * 4);
  }
  console.log(JSON.stringify({ acknowledged, last: n }));
}

async function compact() {
  const deadline = await beReady();
  let compactions = 0;
  for (; Date.now() < deadline; compactions++) {
    const next = Date.now() + 50;
    compactJournal(journal, { lockWaitMs, engine: compactions % 4 === 3 ? "js" : "native" });
    await pause(Math.max(0, next - Date.now()));
  }
  console.log(JSON.stringify({ compactions }));
}

/** Rewrites the journal in place, which no program may do: the readers must notice. */
async function compactInPlace() {
  const deadline = await beReady();
  let compactions = 0;
  for (; Date.now() < deadline; compactions++) {
    const text = readFileSync(journal, "utf8");
    writeFileSync(journal, text.slice(0, text.length / 2));
    writeFileSync(journal, text);
    await pause(50);
  }
  console.log(JSON.stringify({ compactions }));
}

/** Checks one view of the journal against what was acknowledged before it was taken. */
function judgeLeases(leases, before, after, past) {
  const lanes = new Map(leases.map((lease) => [lease.lane, lease]));
  if (lanes.size !== leases.length) throw new Error("expected one lease a lane, found more");
  for (let i = 0; i < appenders; i++) {
    const base = lanes.get(`base-${i}`);
    if (base === undefined) throw new Error(`expected base-${i}, found it lost`);
    const beat = base.heartbeat_at ?? "";
    if (beat < (past.beats[i] ?? ""))
      throw new Error(`base-${i}: expected a beat from ${past.beats[i]} on, found ${beat}`);
    past.beats[i] = beat;
    const start = `row-${i}-`;
    const row = [...lanes.keys()]
      .filter((lane) => lane.startsWith(start))
      .map((lane) => Number(lane.slice(start.length)));
    row.sort((a, b) => a - b);
    const [first, last] = [row[0], row.at(-1)];
    const found = `${start}: found ${row.join(", ") || "none"} live`;
    if (row.length < 1 || row.length > 2 || last - first !== row.length - 1)
      throw new Error(`${found}: no such state was`);
    if (last < before[i].acquired) throw new Error(`${found}, but ${before[i].acquired} was acknowledged`);
    if (first <= before[i].released) throw new Error(`${found}, but ${before[i].released} was given back`);
    if (last > after[i].acquired + 1) throw new Error(`${found}, but only ${after[i].acquired} were taken`);
    if (last < (past.rows[i] ?? 0)) throw new Error(`${found}, but ${past.rows[i]} was seen before`);
    past.rows[i] = last;
  }
  if (leases.length > 3 * appenders)
    throw new Error(`expected at most ${3 * appenders} leases, found ${leases.length}`);
}

function judgeScan(found, past) {
  if (found.corrupt.count > 0) throw new Error(`expected no damage, found ${JSON.stringify(found.corrupt.first[0])}`);
  if (found.tornTail?.terminated) throw new Error("expected no damage, found a bad last line with its LF");
  if (found.nextSeq < past.nextSeq)
    throw new Error(`nextSeq: expected ${past.nextSeq} or more, found ${found.nextSeq}`);
  past.nextSeq = found.nextSeq;
  for (const { lane, generation } of found.generations) {
    const known = past.tokens.get(lane) ?? generation;
    if (known !== generation) throw new Error(`${lane}: expected the token ${known}, found ${generation}`);
    past.tokens.set(lane, generation);
  }
  if (found.generations.length !== found.leases.length) throw new Error("expected a token for each lease, found fewer");
}

async function read() {
  const engine = who === "0" ? "native" : "js";
  const names = Array.from({ length: appenders }, (_, i) => i);
  const counts = names.map((i) => ({
    acquired: openCounter(`acquired-${i}`, "r"),
    released: openCounter(`released-${i}`, "r"),
  }));
  const look = () => counts.map(({ acquired, released }) => ({ acquired: acquired.get(), released: released.get() }));
  const open = openJournal(journal, { engine });
  const views = [
    () => replay(journal, { engine }),
    () => open.replay(),
    () => open.scan(),
    () => scan(journal, { engine }),
  ];
  const past = { beats: [], rows: [], nextSeq: 0, tokens: new Map() };
  const deadline = await beReady();
  let reads = 0;
  for (; Date.now() < deadline; reads++) {
    const before = look();
    const view = views[reads % views.length]();
    judgeLeases(Array.isArray(view) ? view : view.leases, before, look(), past);
    if (!Array.isArray(view)) judgeScan(view, past);
    for (const entry of tail(5, journal, { engine })) {
      if (entry.op === "_CORRUPT") throw new Error(`expected no damage, found ${entry._raw}`);
    }
    if (reads % 16 === 0) await pause(1);
  }
  console.log(JSON.stringify({ reads }));
}

await { append, compact, compactInPlace, read }[role]();
