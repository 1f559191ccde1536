// Ships real journals to a log in memory, and compares what the fleet shows with what each host replays.
import { appendFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { compactJournal, leaseGenerations, openJournal, openLeases, replay } from "lane-journal";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { FleetView } from "../src/fleet.js";
import { MemoryLog } from "../src/memory-log.js";
import { ForkError, type ShipEvent, ship } from "../src/shipper.js";
import { recordOf } from "./contract/log.js";

let folder: string;
let log: MemoryLog;
const running: Shipping[] = [];
const views: FleetView[] = [];

class Shipping {
  readonly events: ShipEvent[] = [];
  readonly ended: Promise<unknown>;
  readonly #abort = new AbortController();

  constructor(journal: string, id: string | undefined, onEvent: (event: ShipEvent) => void = () => {}) {
    const note = (event: ShipEvent): void => {
      this.events.push(event);
      onEvent(event);
    };
    const options = { journal, log, signal: this.#abort.signal, onEvent: note, checkMs: 20 };
    this.ended = ship(id === undefined ? options : { ...options, id }).catch((error: unknown) => error);
    running.push(this);
  }

  async stop(): Promise<unknown> {
    this.#abort.abort(new Error("stopped"));
    return this.ended;
  }
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lane-fleet-test-"));
  log = new MemoryLog();
});
afterEach(async () => {
  for (const shipping of running.splice(0)) await shipping.stop();
  for (const view of views.splice(0)) await view.close();
  rmSync(folder, { recursive: true, force: true });
});

function openView(): FleetView {
  const view = new FleetView({ log, folder });
  views.push(view);
  return view;
}

const pathOf = (name: string): string => join(folder, name);

/** Waits until the view shows what every host replays, and fails with the difference if it does not come to that. */
async function expectSame(view: FleetView, hosts: { [id: string]: string }): Promise<void> {
  const expected = Object.entries(hosts).map(([id, path]) => ({
    id,
    leases: replay(path),
    generations: leaseGenerations(path),
    gap: undefined,
  }));
  const shown = () =>
    view
      .journals()
      .filter(({ id }) => id in hosts)
      .map(({ id, leases, generations, gap }) => ({ id, leases, generations, gap }));
  await expect.poll(shown, { timeout: 60_000, interval: 10 }).toEqual(expected);
}

describe("a fleet", () => {
  it("shows the leases and tokens of all hosts while they change, and after compactions", async () => {
    const hosts = { alpha: pathOf("alpha.jsonl"), beta: pathOf("beta.jsonl") };
    for (const [id, path] of Object.entries(hosts)) new Shipping(path, id);
    const view = openView();
    for (const [owner, path] of Object.entries(hosts)) {
      const leases = openLeases(path, { owner });
      for (const lane of ["docs", "src", "test"]) leases.acquire({ lane: `${owner}-${lane}` });
      leases.release({ lane: `${owner}-src` });
      leases.close();
    }
    await expectSame(view, hosts);
    compactJournal(hosts.alpha);
    openJournal(hosts.alpha).append({ op: "HALT" });
    await expectSame(view, hosts);
    await expect.poll(() => readdirSync(pathOf(".alpha.jsonl.ship")), { timeout: 60_000 }).toEqual([]);
  });

  it("continues a stopped shipper where it stopped, and ships what was compacted away meanwhile", async () => {
    const path = pathOf("host.jsonl");
    const first = new Shipping(path, undefined);
    const view = openView();
    const leases = openLeases(path, { owner: "a" });
    leases.acquire({ lane: "one" });
    await expect.poll(() => view.journals().length, { timeout: 60_000 }).toBe(1);
    const id = view.journals()[0]?.id ?? "";
    await expectSame(view, { [id]: path });
    await first.stop();
    leases.acquire({ lane: "two" });
    leases.release({ lane: "two" });
    const acknowledged = readFileSync(path);
    compactJournal(path);
    leases.acquire({ lane: "three" });
    new Shipping(path, undefined);
    await expectSame(view, { [id]: path });
    const shipped = await storedBytes(id);
    expect(shipped.some((bytes) => bytes.equals(acknowledged))).toBe(true);
  });

  it("shows a file that was cut back at once, and one that was replaced once it is whole", async () => {
    const path = pathOf("host.jsonl");
    const line = (lane: string): string =>
      `${JSON.stringify({ op: "ACQUIRE", lane, loop_ts: "T", reason: "x".repeat(400) })}\n`;
    writeFileSync(path, line("one") + line("two") + line("three"));
    new Shipping(path, "host");
    const view = openView();
    await expectSame(view, { host: path });
    truncateSync(path, line("one").length + line("two").length);
    appendFileSync(path, line("four"));
    await expectSame(view, { host: path });
    expect(view.journals()[0]?.leases.map(({ lane }) => lane)).toEqual(["one", "two", "four"]);
    appendFileSync(path, "torn");
    await expectSame(view, { host: path });
  });

  it("never shows half a file: a compacted one replaces the old one when its end has arrived", async () => {
    const view = openView();
    const leases = (count: number, from: number): string =>
      Array.from({ length: count }, (_, at) => `{"op":"ACQUIRE","lane":"l${from + at}","loop_ts":"T"}\n`).join("");
    await log.append(recordOf("host", 0, leases(3, 0)));
    await view.caughtUp();
    const half = leases(1, 0);
    await log.append(recordOf("host", 0, half, { generation: 2, root: 2, endReached: false }));
    await view.caughtUp();
    expect(view.journals()[0]?.leases).toHaveLength(3);
    await log.append(recordOf("host", half.length, leases(3, 1), { generation: 2, root: 2 }));
    await view.caughtUp();
    expect(view.journals()[0]?.leases).toHaveLength(4);
  });

  it("says what is missing when the log has lost records, and applies no bytes behind the gap", async () => {
    const view = openView();
    const line = '{"op":"ACQUIRE","lane":"a","loop_ts":"T"}\n';
    await log.append(recordOf("host", 0, line));
    await log.append(recordOf("host", 100, line.replace('"a"', '"b"')));
    await view.caughtUp();
    expect(view.journals()[0]).toMatchObject({ gap: "the log lacks the bytes 42 to 100 of generation 1" });
    expect(view.journals()[0]?.leases).toHaveLength(1);
  });

  it("changes nothing when records arrive twice, late and in part", async () => {
    const view = openView();
    const lines = ["a", "b", "c"].map((lane) => `{"op":"ACQUIRE","lane":"${lane}","loop_ts":"T"}\n`);
    const text = lines.join("");
    for (const [from, to] of [
      [0, 42],
      [0, 42],
      [42, 126],
      [0, 84],
      [84, 126],
      [42, 84],
    ] as const) {
      await log.append(recordOf("host", from, text.slice(from, to)));
    }
    await view.caughtUp();
    expect(view.journals()[0]).toMatchObject({ gap: undefined, lagMs: 0 });
    expect(view.journals()[0]?.leases.map(({ lane }) => lane)).toEqual(["a", "b", "c"]);
  });

  it("survives that the log is deleted: the shipper copies everything again", async () => {
    const path = pathOf("host.jsonl");
    const leases = openLeases(path, { owner: "a" });
    leases.acquire({ lane: "one" });
    const shipping = new Shipping(path, "host");
    const view = openView();
    await expectSame(view, { host: path });
    log.reset();
    await expect.poll(() => shipping.events.some(({ kind }) => kind === "restarted"), { timeout: 60_000 }).toBe(true);
    leases.acquire({ lane: "two" });
    await expectSame(view, { host: path });
    await expectSame(openView(), { host: path });
  });

  it("copies again what the log acknowledged and lost", async () => {
    const path = pathOf("host.jsonl");
    const leases = openLeases(path, { owner: "a" });
    const shipping = new Shipping(path, "host");
    const view = openView();
    for (const lane of ["one", "two", "three"]) {
      leases.acquire({ lane });
      await expectSame(view, { host: path });
    }
    log.lose(2);
    await expectSame(openView(), { host: path });
    leases.acquire({ lane: "four" });
    await expectSame(view, { host: path });
    expect(shipping.events.filter(({ kind }) => kind === "restarted")).toHaveLength(1);
  });

  it("ships a file again from its start if the log no longer has its beginning", async () => {
    const path = pathOf("host.jsonl");
    openJournal(path).append({ op: "ACQUIRE", lane: "one", loop_ts: "T" });
    const mark = { file: "1:2:3", head: "", tail: "" };
    await log.append(recordOf("host", 500, "x", { generation: 5, root: 5, mark }));
    new Shipping(path, "host");
    await expectSame(openView(), { host: path });
  });

  it("appends a record that the log refused until it is stored", async () => {
    const path = pathOf("host.jsonl");
    const append = log.append.bind(log);
    let refusals = 3;
    log.append = async (record) => {
      if (refusals-- > 0) throw new Error("no answer");
      return append(record);
    };
    openJournal(path).append({ op: "ACQUIRE", lane: "one", loop_ts: "T" });
    const shipping = new Shipping(path, "host");
    await expectSame(openView(), { host: path });
    expect(shipping.events.filter(({ kind }) => kind === "waiting")).toHaveLength(3);
  });

  it("ends a shipper whose id another one uses, and says so", async () => {
    const paths = ["one", "two"].map((name) => pathOf(`${name}.jsonl`));
    for (const path of paths) openJournal(path).append({ op: "ACQUIRE", lane: path, loop_ts: "T" });
    const [first, second] = [new Shipping(paths[0] ?? "", "same"), new Shipping(paths[1] ?? "", "same")];
    const error = await Promise.race([first.ended, second.ended]);
    expect(error).toBeInstanceOf(ForkError);
    expect(String(error)).toMatch(/^ForkError: same: expected no other shipper with this id, found its record/);
  });

  it("shows the other hosts if the copy of one is not a journal", async () => {
    writeFileSync(pathOf("array.jsonl"), "[1]\n[2]\n");
    openJournal(pathOf("good.jsonl")).append({ op: "ACQUIRE", lane: "one", loop_ts: "T" });
    new Shipping(pathOf("array.jsonl"), "array");
    new Shipping(pathOf("good.jsonl"), "good");
    const view = openView();
    await expectSame(view, { good: pathOf("good.jsonl") });
    await expect.poll(() => view.journals()[0]?.note, { timeout: 60_000 }).toMatch(/not a journal/);
  });
});

/** Returns the bytes of every generation of a journal that the log has. */
async function storedBytes(id: string): Promise<Buffer[]> {
  const files = new Map<number, Buffer>();
  const last = await log.lastSequence();
  for await (const { sequence, record } of log.read()) {
    const { generation, offset, bytes } = record;
    const file = files.get(generation) ?? Buffer.alloc(0);
    if (record.journal === id) files.set(generation, Buffer.concat([file.subarray(0, offset), bytes]));
    if (sequence === last) break;
  }
  return [...files.values()];
}
