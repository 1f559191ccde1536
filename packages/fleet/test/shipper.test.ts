// Checks what a shipper rests on: only on what the log has acknowledged and still has.
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compactJournal, type Journal, openJournal } from "lane-journal";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { MemoryLog } from "../src/memory-log.js";
import { Mirror } from "../src/mirror.js";
import type { FleetRecord } from "../src/record.js";
import { type ShipEvent, ship } from "../src/shipper.js";

const timeout = 60_000;

/** A log that can refuse records, as one whose servers do not answer does. */
class RefusingLog extends MemoryLog {
  refuses: (record: FleetRecord) => boolean = () => false;

  override async append(record: FleetRecord): Promise<void> {
    if (this.refuses(record)) throw new Error("no answer");
    return super.append(record);
  }
}

let folder: string;
let path: string;
let journal: Journal;
let abort: AbortController;
let events: ShipEvent[];
let shipping: Promise<unknown>;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lane-fleet-shipper-"));
  path = join(folder, "journal.jsonl");
  journal = openJournal(path);
  events = [];
});
afterEach(async () => {
  await stop();
  journal.close();
  rmSync(folder, { recursive: true, force: true });
});

function start(log: MemoryLog): void {
  abort = new AbortController();
  const onEvent = (event: ShipEvent): void => {
    events.push(event);
  };
  shipping = ship({ journal: path, id: "host", log, signal: abort.signal, onEvent, checkMs: 20 });
}

async function stop(): Promise<void> {
  abort.abort();
  await shipping;
}

const acquire = (lane: string): unknown => journal.append({ op: "ACQUIRE", lane, loop_ts: "T" });
const isRefused = (): boolean => events.some(({ kind }) => kind === "waiting");

async function recordsOf(log: MemoryLog): Promise<FleetRecord[]> {
  const records: FleetRecord[] = [];
  const last = await log.lastSequence();
  if (last === 0) return records;
  for await (const { sequence, record } of log.read()) {
    records.push(record);
    if (sequence === last) break;
  }
  return records;
}

/** The bytes of the file that a mirror of the log shows; undefined if it shows none, or one with a gap. */
async function shownIn(log: MemoryLog): Promise<string | undefined> {
  const mirror = new Mirror(mkdtempSync(join(folder, "mirror-")));
  try {
    for (const record of await recordsOf(log)) mirror.apply({ sequence: 0, record, storedAtMs: 0 });
    return mirror.newest?.gap === undefined && mirror.shown ? readFileSync(mirror.shown.path, "utf8") : undefined;
  } finally {
    mirror.close();
  }
}

async function expectCopied(log: MemoryLog): Promise<void> {
  await expect.poll(() => shownIn(log), { timeout }).toBe(readFileSync(path, "utf8"));
}

describe("a shipper", () => {
  it("leaves a compacted file in the slot until the log has the beginning of the next one", async () => {
    const log = new RefusingLog();
    start(log);
    acquire("a");
    await expectCopied(log);
    const first = (await log.newestOf("host"))?.record.generation ?? 0;
    log.refuses = ({ generation }) => generation > first;
    compactJournal(path);
    await expect.poll(isRefused, { timeout }).toBe(true);
    const slot = join(folder, ".journal.jsonl.ship");
    expect(readdirSync(slot)).toHaveLength(1);
    log.refuses = () => false;
    await expect.poll(() => readdirSync(slot), { timeout }).toEqual([]);
  });

  it("appends a record again that the log refused, before it appends later ones", async () => {
    const log = new RefusingLog();
    start(log);
    acquire("a");
    await expectCopied(log);
    log.refuses = () => !isRefused();
    acquire("b");
    await expect.poll(isRefused, { timeout }).toBe(true);
    acquire("c");
    await expectCopied(log);
  });

  it("copies the file again if the log has its end, but no longer its beginning", async () => {
    const whole = new MemoryLog();
    start(whole);
    for (const lane of ["a", "b"]) {
      acquire(lane);
      await expectCopied(whole);
    }
    await stop();
    const log = new MemoryLog();
    const newest = (await recordsOf(whole)).findLast(({ bytes }) => bytes.length > 0);
    if (newest === undefined) throw new Error("expected a record with bytes, found none");
    await log.append(newest);
    start(log);
    acquire("c");
    await expectCopied(log);
  });
});
