// Checks that a lane never has two holders when several processes race or die. The processes run the built package.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { openJournal, openLeases, readAll, replay, scan } from "../../src/index.js";
import { temporaryFolder } from "../contract/journals.js";

const root = fileURLToPath(new URL("../..", import.meta.url));

/** Starts a process that runs `program`, in which `argument` is the given value. */
function startProcess(program: string, argument: object): ChildProcess {
  const prelude = `import * as lane from "lane-journal"; const argument = ${JSON.stringify(argument)};`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", `${prelude}\n${program}`], {
    cwd: root,
    stdio: ["ignore", "pipe", "inherit"],
  });
  onTestFinished(() => void child.kill("SIGKILL"));
  return child;
}

async function runProcess(program: string, argument: object): Promise<unknown> {
  const child = startProcess(program, argument);
  let output = "";
  child.stdout?.on("data", (chunk: Buffer) => {
    output += chunk.toString();
  });
  const [code] = await once(child, "close");
  expect(code).toBe(0);
  return JSON.parse(output);
}

async function waitFor(condition: () => boolean): Promise<void> {
  for (const deadline = performance.now() + 240_000; !condition(); ) {
    if (performance.now() > deadline) throw new Error("expected the other process to get there within 240 s");
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}

const newFile = () => path.join(temporaryFolder(), "journal.jsonl");

describe("processes that race", () => {
  const racer = `
    const leases = lane.openLeases(argument.file, { owner: "same", lockWaitMs: 240000 });
    while (Date.now() < argument.startsAt);
    const won = [];
    for (let at = 0; at < argument.lanes; at++) {
      const answer = leases.acquire({ lane: "lane-" + at });
      if (answer.ok) won.push(at);
      else if (answer.reasonClass !== "LANE_HELD") throw new Error(answer.reason);
    }
    console.log(JSON.stringify(won));`;

  it("for the same lanes under the same name acquire each lane exactly once", async () => {
    const file = newFile();
    const lanes = 40;
    const argument = { file, lanes, startsAt: Date.now() + 700 };
    const won = await Promise.all([1, 2, 3].map(() => runProcess(racer, argument)));
    const all = won.flat().toSorted((one, other) => Number(one) - Number(other));
    expect(all).toEqual(Array.from({ length: lanes }, (_, at) => at));
    expect(replay(file)).toHaveLength(lanes);
    expect(scan(file).ops).toEqual({ ACQUIRE: lanes, REFUSE: 2 * lanes });
  });

  it("to append, one by one and in groups, lose nothing and use no number twice", async () => {
    const file = newFile();
    const writer = `
      const journal = lane.openJournal(argument.file, { lockWaitMs: 240000 });
      const acknowledged = [];
      for (let round = 0; round < 10; round++) {
        acknowledged.push(journal.append({ op: "REFUSE", lane: argument.name + "-" + round }).lane);
        const group = ["x", "y", "z"].map((each) => journal.appendAsync({ lane: argument.name + round + each }));
        for (const entry of await Promise.all(group)) acknowledged.push(entry.lane);
      }
      journal.close();
      console.log(JSON.stringify(acknowledged));`;
    const acknowledged = await Promise.all(["p", "q", "r"].map((name) => runProcess(writer, { file, name })));
    const entries = readAll(file);
    expect(entries.map((entry) => entry["lane"]).toSorted()).toEqual(acknowledged.flat().toSorted());
    expect(entries.map((entry) => entry["seq"])).toEqual(entries.map((_, at) => at + 1));
  });

  it("with compactions lose nothing", async () => {
    const file = newFile();
    const writer = `
      const leases = lane.openLeases(argument.file, { owner: argument.name, lockWaitMs: 240000 });
      const kept = [];
      for (let round = 0; round < 30; round++) {
        const answer = leases.acquire({ lane: argument.name + "-" + round });
        if (!answer.ok) throw new Error(answer.reason);
        if (round % 3 > 0) leases.release(answer);
        else kept.push(answer.lane);
      }
      console.log(JSON.stringify(kept));`;
    const journal = openJournal(file, { lockWaitMs: 240_000 });
    onTestFinished(() => journal.close());
    const running = ["p", "q"].map((name) => runProcess(writer, { file, name }));
    let isDone = false;
    const kept = Promise.all(running).finally(() => {
      isDone = true;
    });
    let compactions = 0;
    while (!isDone) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      if (existsSync(file)) compactions += journal.compact().entriesBefore > 0 ? 1 : 0;
    }
    expect(compactions).toBeGreaterThan(0);
    expect(
      journal
        .replay()
        .map((lease) => lease["lane"])
        .toSorted(),
    ).toEqual((await kept).flat().toSorted());
    const tokens = journal.generations().map(({ generation }) => generation);
    expect(new Set(tokens).size).toBe(20);
    expect(Math.max(...tokens)).toBeLessThanOrEqual(60);
  });
});

describe("a process that is killed", () => {
  it("leaves its lease in the journal and its lock free for the next process", async () => {
    const file = newFile();
    const holder = `
      const leases = lane.openLeases(argument.file, { owner: "victim", decide: () => {
        if (leases.live().length === 0) return { ok: true };
        process.stdout.write("locked");
        for (;;);
      } });
      leases.acquire({ lane: "a" });
      leases.acquire({ lane: "b" });`;
    const child = startProcess(holder, { file });
    let isLocked = false;
    child.stdout?.on("data", () => {
      isLocked = true;
    });
    await waitFor(() => isLocked);
    const lockFile = path.join(path.dirname(file), ".lane-lease.lock");
    expect(readFileSync(lockFile, "utf8")).toContain(`pid: ${child.pid}\n`);
    const leases = openLeases(file, { owner: "heir", lockWaitMs: 0 });
    onTestFinished(() => leases.close());
    expect(() => leases.acquire({ lane: "b" })).toThrow(expect.objectContaining({ code: "ERR_LOCK_BUSY" }));
    child.kill("SIGKILL");
    await once(child, "exit");
    // With lockWaitMs 0 it does not wait.
    expect(leases.acquire({ lane: "a" })).toMatchObject({ ok: false, reasonClass: "LANE_HELD" });
    expect(leases.acquire({ lane: "b" })).toMatchObject({ ok: true, generation: 2 });
    expect(leases.scavenge({ lane: "a", reason: "killed" })).toMatchObject({ ok: true });
    expect(leases.acquire({ lane: "a" })).toMatchObject({ ok: true, generation: 3 });
    expect(existsSync(lockFile)).toBe(false);
  });
});
