// Stops shippers, views and servers at any moment while journals are written, compacted, torn and cut back, and then
// compares what the fleet shows with what every host replays. `LANE_SOAK=1` runs it ten times as long.
import { appendFileSync, mkdtempSync, rmSync, statSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { compactJournal, formatLine, type Leases, leaseGenerations, openLeases, replay } from "lane-journal";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { Random } from "../../../test/generate/random.js";
import { chooseSeed } from "../../../test/generate/seed.js";
import { FleetView } from "../src/fleet.js";
import { JetStreamLog } from "../src/jetstream-log.js";
import { makeSlot } from "../src/journal-id.js";
import { ship } from "../src/shipper.js";
import { type NatsServers, startNats } from "./support/nats.js";

const seconds = process.env["LANE_SOAK"] === undefined ? 9 : 90;
const stream = "CHAOS";
const folder = mkdtempSync(join(tmpdir(), "lane-fleet-chaos-"));
const ids = ["alpha", "beta", "gamma"];
let nats: NatsServers;

beforeAll(async () => {
  nats = await startNats(folder, 3);
});
afterAll(async () => {
  await nats.stop();
  rmSync(folder, { recursive: true, force: true });
});

const pathOf = (id: string): string => join(folder, `${id}.jsonl`);
const openLog = (): Promise<JetStreamLog> =>
  JetStreamLog.open({ connection: { servers: nats.servers }, stream, replicas: 3 });

/** A host whose process and shipper are stopped and started again. */
class Host {
  /** The lines of all entries that were acknowledged. */
  readonly acknowledged: string[] = [];
  readonly #leases: Leases;
  readonly #random: Random;
  readonly #path: string;
  #held: string[] = [];
  #count = 0;

  constructor(
    readonly id: string,
    random: Random,
  ) {
    this.#path = pathOf(id);
    this.#random = random;
    // A compaction before the first shipper starts would not know that the old file is needed.
    makeSlot(this.#path);
    this.#leases = openLeases(this.#path, { owner: id });
  }

  async writeUntil(deadline: number): Promise<void> {
    while (Date.now() < deadline) {
      this.#random.pickWeighted([
        [60, () => this.#change()],
        [3, () => void compactJournal(this.#path)],
        [3, () => appendFileSync(this.#path, '{"op":"ACQ')],
      ])();
      if (this.#random.chance(0.05)) await this.#takeBack();
      await pause(this.#random.below(12));
    }
    // What was torn is closed by the next entry, so that the file is at rest.
    this.#change();
  }

  #change(): void {
    const lane = `${this.id}-${this.#count++}`;
    const oldest = this.#held.length > 20 ? this.#held.shift() : undefined;
    const answer = oldest === undefined ? this.#leases.acquire({ lane }) : this.#leases.release({ lane: oldest });
    expect(answer.ok).toBe(true);
    if (oldest === undefined) this.#held.push(lane);
    this.acknowledged.push(formatLine(answer.entry));
  }

  /** Appends a line that is removed again, as an append is whose fsync failed. */
  async #takeBack(): Promise<void> {
    const { size } = statSync(this.#path);
    appendFileSync(this.#path, `\n{"op":"ACQUIRE","lane":"never","loop_ts":"T","reason":"${"x".repeat(300)}"}\n`);
    await pause(this.#random.below(20));
    truncateSync(this.#path, size);
  }
}

/** Ships a journal until the deadline, stopping and starting again at random. */
async function shipUntil(id: string, deadline: number, random: Random): Promise<number> {
  let stops = 0;
  while (Date.now() < deadline) {
    await shipFor(id, Math.min(random.between(50, 1_500), deadline - Date.now()));
    stops++;
  }
  return stops;
}

async function shipFor(id: string, milliseconds: number): Promise<void> {
  const log = await openLog().catch(() => undefined);
  if (log === undefined) return pause(100);
  const abort = new AbortController();
  const shipping = ship({ journal: pathOf(id), id, log, signal: abort.signal, checkMs: 500 });
  await pause(milliseconds);
  abort.abort(new Error("stopped"));
  await log.close();
  await shipping;
}

async function killServersUntil(deadline: number, random: Random): Promise<number> {
  let kills = 0;
  while (Date.now() < deadline) {
    const index = random.below(3);
    await pause(random.between(500, 1_500));
    await nats.kill(index);
    kills++;
    await pause(random.between(100, 800));
    await nats.start(index);
  }
  return kills;
}

/** Opens a view that is closed again after a while, as a terminal is. */
async function viewUntil(deadline: number, random: Random): Promise<void> {
  while (Date.now() < deadline) {
    const log = await openLog().catch(() => undefined);
    if (log === undefined) continue;
    const view = new FleetView({ log, folder });
    await pause(random.between(100, 2_000));
    expect(view.journals().every(({ id }) => ids.includes(id))).toBe(true);
    await view.close();
    await log.close();
  }
}

async function expectEqual(view: FleetView): Promise<void> {
  const expected = ids.map((id) => ({ id, leases: replay(pathOf(id)), generations: leaseGenerations(pathOf(id)) }));
  const shown = () => view.journals().map(({ id, leases, generations }) => ({ id, leases, generations }));
  await expect.poll(shown, { timeout: 120_000, interval: 50 }).toEqual(expected);
  expect(view.journals().map(({ gap }) => gap)).toEqual(ids.map(() => undefined));
}

/** Returns the bytes of each generation of a journal, as text with a character for each byte. */
async function storedFiles(log: JetStreamLog, id: string): Promise<string[]> {
  const files = new Map<number, Buffer>();
  const last = await log.lastSequence();
  for await (const { sequence, record } of log.read()) {
    if (record.journal === id) {
      const { generation, offset, bytes, base } = record;
      const before = files.get(generation) ?? files.get(base?.generation ?? 0) ?? Buffer.alloc(0);
      expect(before.length).toBeGreaterThanOrEqual(offset);
      files.set(generation, Buffer.concat([before.subarray(0, offset), bytes, before.subarray(offset + bytes.length)]));
      if (base !== undefined) files.set(generation, Buffer.concat([before.subarray(0, offset), bytes]));
    }
    if (sequence === last) break;
  }
  return [...files.values()].map((bytes) => bytes.toString("latin1"));
}

describe("a fleet under chaos", () => {
  it("shows what hosts replay, has each acknowledged entry once, and survives the loss of the stream", async () => {
    const random = new Random(chooseSeed("fleet chaos"));
    const deadline = Date.now() + seconds * 1000;
    const hosts = ids.map((id) => new Host(id, new Random(`${random.seed} ${id}`)));
    const [kills, ...stops] = await Promise.all([
      killServersUntil(deadline, new Random(`${random.seed} servers`)),
      ...ids.map((id) => shipUntil(id, deadline, new Random(`${random.seed} ships ${id}`))),
      viewUntil(deadline, new Random(`${random.seed} views`)),
      ...hosts.map((host) => host.writeUntil(deadline)),
    ]);
    const log = await openLog();
    const view = new FleetView({ log, folder });
    const abort = new AbortController();
    const shippers = ids.map((id) => ship({ journal: pathOf(id), id, log, signal: abort.signal, checkMs: 200 }));
    await expectEqual(view);
    let total = 0;
    for (const { id, acknowledged } of hosts) {
      const files = await storedFiles(log, id);
      const lines = files.map((text) => text.split("\n"));
      const shipped = new Set(lines.flat().map((line) => `${line}\n`));
      expect(acknowledged.filter((line) => !shipped.has(line))).toEqual([]);
      const once = new Set(acknowledged);
      for (const file of lines) {
        const entries = file.map((line) => `${line}\n`).filter((line) => once.has(line));
        expect(new Set(entries).size).toBe(entries.length);
      }
      total += acknowledged.length;
    }
    console.log(
      `fleet chaos: ${total} acknowledged entries, ${kills} servers killed, ${stops.slice(0, 3)} shippers stopped`,
    );
    await deleteStream();
    await expectEqual(view);
    abort.abort(new Error("done"));
    await Promise.all(shippers);
    await view.close();
    await log.close();
  });
});

async function deleteStream(): Promise<void> {
  const connection = await connect({ servers: nats.servers });
  await (await jetstreamManager(connection)).streams.delete(stream);
  await connection.close();
}
