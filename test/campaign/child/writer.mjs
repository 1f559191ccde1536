// Appends entries, and acquires, renews and releases lanes, until the parent kills this process. Each step is recorded
// before it is attempted and again once it is acknowledged.
import { setTimeout as pause } from "node:timers/promises";
import { attemptEntry, openJournal, openLeases } from "lane-journal";
import { createRandom, dieAtCall, openRecord, sayReady } from "./edges.mjs";

const { journal: path, record, name, seed, lanes, lockWaitMs, death } = JSON.parse(process.argv[2]);
const tell = openRecord(record);
const random = createRandom(seed);
let clock = Date.UTC(2026, 0, 1);
const now = () => new Date(clock);
const journal = openJournal(path, { label: "same", lockWaitMs });
const leases = openLeases(path, { owner: name, lockWaitMs, now });
const stamp = () =>
  now()
    .toISOString()
    .replace(/\.\d+Z$/, "Z");
/** The leases of this process, by `loop_ts`. */
const held = new Map();
const entryFor = (id) => attemptEntry(id, { outcome: "done" });

function report(key, error) {
  tell(`fail ${key} ${error.code} ${error.message.replaceAll("\n", " ")}`);
}

/** `appended` are the entries that the call returned. */
function acknowledge(keys, appended) {
  for (const [at, key] of keys.entries()) tell(`ack ${key} ${appended[at].seq}`);
}

function attempt(keys, call) {
  for (const key of keys) tell(`try ${key}`);
  try {
    acknowledge(keys, call());
  } catch (error) {
    report(keys[0], error);
  }
}

async function attemptTogether(ids) {
  const each = ids.map(async (id) => {
    tell(`try ATTEMPT ${id}`);
    acknowledge([`ATTEMPT ${id}`], [await journal.appendAsync(entryFor(id))]);
  });
  await Promise.all(each.map((one, at) => one.catch((error) => report(`ATTEMPT ${ids[at]}`, error))));
}

function acquire(id) {
  const lane = `lane-${random(lanes)}`;
  tell(`try ACQUIRE ${id}`);
  try {
    const answer = leases.acquire({ lane, loopTs: id });
    if (answer.ok) held.set(id, answer.lane);
    acknowledge([`${answer.ok ? "ACQUIRE" : "REFUSE"} ${id}`], [answer.entry]);
  } catch (error) {
    report(`ACQUIRE ${id}`, error);
  }
}

/** Throws if a lease of this process is refused: that means it was lost. */
function expectOk(answer) {
  if (!answer.ok) throw new Error(`lease lost: ${answer.reason}`);
  return [answer.entry];
}

function change(verb, id) {
  const target = { lane: held.get(id), loopTs: id };
  if (verb === "RELEASE") attempt([`RELEASE ${id}`], () => expectOk(leases.release(target)));
  else attempt([`HEARTBEAT ${id} ${stamp()}`], () => expectOk(leases.heartbeat(target)));
  if (verb === "RELEASE") held.delete(id);
}

async function step(id) {
  const ids = [`${id}x`, `${id}y`, `${id}z`];
  const keys = ids.map((each) => `ATTEMPT ${each}`);
  const oldest = held.keys().next().value;
  const choice = random(8);
  if (choice === 0) return attempt([`ATTEMPT ${id}`], () => [journal.append(entryFor(id))]);
  if (choice === 1) return attempt(keys, () => journal.appendAll(ids.map(entryFor)));
  if (choice === 2) return attempt([`ATTEMPT ${id}`], () => journal.transact(() => entryFor(id)));
  if (choice === 3) return attemptTogether(ids);
  if (choice < 6 || oldest === undefined) return acquire(id);
  return change(choice === 6 ? "HEARTBEAT" : "RELEASE", oldest);
}

if (death !== null) dieAtCall(death);
sayReady();
for (let count = 0; ; count++) {
  clock += 1000;
  await step(`${name}-${count}`);
  await pause(random(5));
}
