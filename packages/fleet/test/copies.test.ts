// Copies journals from a log, and compares what their files say with what the hosts' files do. Also ships to the end.
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { append, compactJournal, history } from "lane-journal";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { copyJournals } from "../src/copies.js";
import { MemoryLog } from "../src/memory-log.js";
import { type ShipEvent, ship } from "../src/shipper.js";
import { recordOf } from "./contract/log.js";

let folder: string;
let log: MemoryLog;
const pathOf = (name: string): string => join(folder, name);

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lane-fleet-copies-"));
  log = new MemoryLog();
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const shipAll = (id: string): Promise<void> => ship({ journal: pathOf(`${id}.jsonl`), id, log, stopsAtEnd: true });
const acquire = (id: string, lane: string): void =>
  void append({ op: "ACQUIRE", lane, loop_ts: "T", reason: "x".repeat(300) }, pathOf(`${id}.jsonl`));

/** The places differ by the names of files. */
function tell(path: string, archive: string): unknown[] {
  const { episodes, remarks } = history(path, { archive });
  return [episodes.map(({ lane, begin, end }) => [lane, begin.seq, end?.how]), remarks.map(({ kind }) => kind)];
}

describe("copies of the journals of a log", () => {
  it("have the history that the hosts have with their archives", async () => {
    const archive = pathOf("archive");
    for (let round = 0; round < 4; round++) {
      acquire("host", `lane-${round}`);
      await shipAll("host");
      append({ op: "RELEASE", lane: `lane-${round}`, loop_ts: "T" }, pathOf("host.jsonl"));
      if (round < 3) compactJournal(pathOf("host.jsonl"), { archive });
    }
    await shipAll("host");
    const [copy, ...others] = await copyJournals({ log, folder: pathOf("copies") });
    expect([copy?.id, copy?.gap, others]).toEqual(["host", undefined, []]);
    expect(readFileSync(copy?.path ?? "")).toEqual(readFileSync(pathOf("host.jsonl")));
    expect(readdirSync(copy?.archive ?? "")).toHaveLength(3);
    expect(tell(copy?.path ?? "", copy?.archive ?? "")).toEqual(tell(pathOf("host.jsonl"), archive));
  });

  it("have no second copy of a file that was cut back or shipped again", async () => {
    for (const lane of ["a", "b"]) acquire("host", lane);
    await shipAll("host");
    truncateSync(pathOf("host.jsonl"), readFileSync(pathOf("host.jsonl")).indexOf("\n") + 1);
    acquire("host", "c");
    await shipAll("host");
    // The log no longer has what the shipper would continue.
    await log.append(recordOf("host", 9_999, "", { generation: Date.now() + 9_000, root: 1 }));
    await shipAll("host");
    const [copy] = await copyJournals({ log, folder: pathOf("copies") });
    expect(readFileSync(copy?.path ?? "")).toEqual(readFileSync(pathOf("host.jsonl")));
    expect(readdirSync(copy?.archive ?? "")).toEqual([]);
  });

  it("are made of the wanted journal alone, and again into the same folder", async () => {
    for (const id of ["one", "two"]) {
      acquire(id, id);
      await shipAll(id);
    }
    const again = async (id?: string) =>
      (await copyJournals({ log, folder: pathOf("copies"), ...(id && { id }) })).map((copy) => copy.id);
    expect([await again("two"), await again(), await again()]).toEqual([["two"], ["one", "two"], ["one", "two"]]);
  });

  it("never replace a folder that is something else", async () => {
    acquire("host", "a");
    await shipAll("host");
    mkdirSync(pathOf("copies/host"), { recursive: true });
    writeFileSync(pathOf("copies/host/precious"), "");
    await expect(copyJournals({ log, folder: pathOf("copies") })).rejects.toThrow(/expected a copy of an earlier call/);
    expect(readdirSync(pathOf("copies/host"))).toEqual(["precious"]);
  });

  it("say what the log lacks, and are none of an empty log", async () => {
    expect(await copyJournals({ log, folder: pathOf("copies") })).toEqual([]);
    await log.append(recordOf("host", 10, "x"));
    const [copy] = await copyJournals({ log, folder: pathOf("copies") });
    expect(copy).toMatchObject({ path: undefined, gap: "the log lacks the bytes 0 to 10 of generation 1" });
  });
});

describe("a shipper that stops at the end", () => {
  it("gives up on a log that does not answer, with what the log says", async () => {
    acquire("host", "a");
    log.append = async () => {
      throw new Error("no answer");
    };
    const events: ShipEvent[] = [];
    const options = { journal: pathOf("host.jsonl"), id: "host", log, stopsAtEnd: true, giveUpMs: 100 };
    await expect(ship({ ...options, onEvent: (event) => events.push(event) })).rejects.toThrow("no answer");
    expect(events.filter(({ kind }) => kind === "waiting").length).toBeGreaterThan(1);
  });
});
