// Reads the history of all journals of a log with `lj history`, `lj why` and `lj timeline`.
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type NatsServers, startNats } from "../../packages/fleet/test/support/nats.js";
import { append, compactJournal, replay } from "../../src/index.js";
import { builtFleet } from "../support/built.js";
import { pathOf, runCommand } from "./command.js";

const folder = mkdtempSync(join(tmpdir(), "lane-journal-mirrors-"));
let nats: NatsServers;
let log = "";

beforeAll(async () => {
  builtFleet();
  nats = await startNats(folder, 1);
  log = `nats://${nats.servers[0]}`;
});
afterAll(async () => {
  await nats.stop();
  rmSync(folder, { recursive: true, force: true });
});

interface Row {
  journal: string;
  kind: string;
  lane: string;
}

describe("a log of two hosts", () => {
  const names = ["north", "south"];
  const read = (verb: string, ...more: string[]) =>
    runCommand([verb, ...more, `--from=${log}`, "--stream", "HOSTS", "--engine", "js"]);

  beforeAll(async () => {
    for (const name of names) {
      mkdirSync(pathOf(name));
      const journal = pathOf(`${name}/journal.jsonl`);
      append({ op: "ACQUIRE", lane: `${name}-1`, loop_ts: "T" }, journal);
      const args = ["ship", "--once", "--to", log, "--stream", "HOSTS", "--id", name, "--journal", journal];
      await runCommand(args);
      append({ op: "RELEASE", lane: `${name}-1`, loop_ts: "T" }, journal);
      append({ op: "REFUSE", lane: `${name}-1`, loop_ts: "U", reason: "held", holder: name }, journal);
      await runCommand(args);
      compactJournal(journal);
      append({ op: "HALT" }, journal);
      await runCommand(args);
    }
  });

  it("has the history of both, also from before their compactions", async () => {
    const { stdout, code } = await read("history", "--json");
    const rows = stdout
      .trimEnd()
      .split("\n")
      .map((line): Row => JSON.parse(line));
    const episodes = rows.filter(({ kind }) => kind === "episode");
    expect(episodes.map(({ journal, lane }) => [journal, lane])).toEqual(names.map((name) => [name, `${name}-1`]));
    expect(code).toBe(0);
    const text = await read("history", "south-1");
    expect([text.code, text.stderr]).toEqual([0, "lj: nothing in the journal north fits\n"]);
    expect(text.stdout).toMatch(/^south:\n.*south-1/);
  });

  it("answers why, from the journal that knows", async () => {
    const { stdout, stderr, code } = await read("why", "south");
    expect([stderr, code]).toEqual(["", 0]);
    expect(stdout).toMatch(/^south:\n.*south .*wanted south-1: REFUSED/);
    const none = await read("why", "nobody");
    expect([none.stdout, none.code]).toEqual(["", 1]);
    expect(none.stderr).toContain('lj: south: no refusal and no episode names "nobody"');
  });

  it("is drawn as a timeline of each, as a page of one, and its copies stay where wanted", async () => {
    const mirrors = pathOf("mirrors");
    const chart = await read("timeline", "--mirrors", mirrors);
    expect(chart.stdout).toMatch(/^north:\n.*south:\n/s);
    expect(readdirSync(mirrors).toSorted()).toEqual(names);
    expect(replay(join(mirrors, "north", "north.jsonl"))).toEqual([]);
    const page = await read("timeline", "--html", "-", "--id=north");
    expect(page.stdout.slice(0, 20)).toMatch(/^<!doctype html>/i);
    const both = await read("timeline", "--html", "-");
    expect([both.code, both.stderr]).toEqual([
      2,
      expect.stringContaining("expected --id ID, because a file shows one"),
    ]);
  });

  it.each([
    [["history", "--mirrors=x"], "history: --mirrors requires --from LOG"],
    [["why", "x", "--from", "nats://a", "--archive", "x"], "why: expected --archive or --from LOG, found both"],
  ])("wrong usage: %j", async (args, complaint) => {
    const { stderr, code } = await runCommand(args);
    expect([stderr, code]).toEqual([expect.stringContaining(complaint), 2]);
  });
});
