// Runs the example worker as users run it: it acquires, is refused, waits, renews, crashes and releases.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it, onTestFinished } from "vitest";
import { follow, readAll, replay } from "../../src/index.js";
import { temporaryFolder } from "../contract/journals.js";
import { builtFile } from "../support/built.js";

// The example imports the package.
builtFile("package/index.js");
const root = fileURLToPath(new URL("../..", import.meta.url));

interface Worker {
  child: ChildProcess;
  /** Resolves once the output contains the text, or the worker has ended. */
  said(text: string): Promise<void>;
  end: Promise<{ code: number | null; signal: NodeJS.Signals | null; output: string }>;
}

function start(journal: string, owner: string, ...args: string[]): Worker {
  const given = ["examples/worker.mjs", "--journal", journal, "--owner", owner, ...args];
  const child = spawn(process.execPath, given, { cwd: root, stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGKILL"));
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output += text;
  });
  const end = once(child, "close").then(() => ({ code: child.exitCode, signal: child.signalCode, output }));
  const said = async (text: string): Promise<void> => {
    while (!output.includes(text) && child.exitCode === null) {
      await Promise.race([once(child.stdout, "data"), end]);
    }
  };
  return { child, said, end };
}

const journalPath = (): string => path.join(temporaryFolder(), "fleet.jsonl");

it("a worker that is refused says why, waits, and gets the lane with the next token", async () => {
  const journal = journalPath();
  const first = start(journal, "agent-7", "--work", "3600", "--beat", "60");
  await first.said("agent-7 works on docs with token 1\n");
  const second = start(journal, "agent-9", "--work", "0");
  await second.said('refused, LANE_HELD: lane "docs" is held by "agent-7"');
  first.child.kill("SIGTERM");
  const [one, other] = await Promise.all([first.end, second.end]);
  expect(one).toMatchObject({ code: 1, output: expect.stringContaining("stopped: terminated\n") });
  expect(other).toMatchObject({ code: 0, output: expect.stringContaining("agent-9 works on docs with token 2\n") });
  const ops = readAll(journal).map(({ op }) => op);
  const decisions = ops.filter((op) => op !== "HEARTBEAT" && op !== "REFUSE");
  expect(decisions).toEqual(["ACQUIRE", "RELEASE", "ACQUIRE", "RELEASE"]);
  expect(ops).toContain("REFUSE");
  expect(replay(journal)).toEqual([]);
});

it("a worker renews its lease while it works", async () => {
  const journal = journalPath();
  const { child, end } = start(journal, "agent-7", "--work", "3600", "--beat", "0.02");
  for await (const { op } of follow(journal, { from: "start" })) if (op === "HEARTBEAT") break;
  child.kill("SIGTERM");
  await end;
});

it("a worker that crashes leaves its lease, and the next one is told so and gives up in time", async () => {
  const journal = journalPath();
  const crashed = await start(journal, "agent-7", "--work", "0", "--crash").end;
  expect(crashed).toMatchObject({ signal: "SIGKILL" });
  expect(replay(journal)).toMatchObject([{ lane: "docs", holder: "agent-7" }]);
  const next = await start(journal, "agent-9", "--wait", "0.1").end;
  expect(next.code).toBe(75);
  expect(next.output).toMatch(/\ngave up: .*agent-7/);
});
