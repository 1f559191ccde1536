// Checks which entries `lj tail` prints with its filters (docs/cli.md).
import { appendFileSync } from "node:fs";
import { describe, expect, it, onTestFinished } from "vitest";
import { createFilter } from "../../src/cli/tail-filter.js";
import { engines } from "../support/engines.js";
import { finish, runCommand, startCommand, writeJournal } from "./command.js";

const entries = [
  { op: "ACQUIRE", lane: "api", lease: { lane: "api", holder: "anna" }, ts: "2026-06-01T14:00:00Z" },
  { op: "HEARTBEAT", lane: "api", ts: "2026-06-01T14:01:00Z" },
  { op: "REFUSE", lane: "api", holder: "bert", ts: "2026-06-01T14:02:30Z" },
  { op: "ADOPT", lane: "api", holder: "carl", prev_holder: "anna", ts: "2026-06-01T14:03:00Z" },
  { op: "RELEASE", lane: "docs", by: "anna", ts: "2026-06-02T00:00:00Z" },
  { op: "CHECKPOINT", leases: [{ lane: "docs", holder: "dora" }] },
];

const matching = (flags: Parameters<typeof createFilter>[0]): number[] =>
  entries.flatMap((entry, at) => (createFilter(flags)?.(entry) === false ? [] : [at]));

describe("a filter of lj tail", () => {
  it.each([
    [{}, [0, 1, 2, 3, 4, 5]],
    [{ op: "REFUSE" }, [2]],
    [{ op: "refuse, adopt" }, [2, 3]],
    [{ lane: "docs" }, [4, 5]],
    [{ lane: "api", op: "HEARTBEAT" }, [1]],
    [{ holder: "anna" }, [0, 3, 4]],
    [{ holder: "dora" }, [5]],
    [{ since: "2026-06-01T14:02Z" }, [2, 3, 4, 5]],
    [{ until: "2026-06-01T14:02Z" }, [0, 1, 2, 5]],
    [{ since: "2026-06-01T14:01:00Z", until: "2026-06-01T14:01:00Z" }, [1, 5]],
    [{ op: "NONE" }, []],
  ])("%j selects the entries %j", (flags, expected) => {
    expect(matching(flags)).toEqual(expected);
  });
});

describe.each(engines)("lj tail --engine %s", (engine) => {
  const line = (seq: number): string => `${JSON.stringify({ op: seq % 100 === 0 ? "REFUSE" : "HALT", seq })}\n`;
  const journal = writeJournal(
    `filter-${engine}.jsonl`,
    Array.from({ length: 3_000 }, (_, at) => line(at + 1)).join(""),
  );
  const seqs = async (...args: string[]): Promise<number[]> => {
    const { stdout } = await runCommand(["tail", journal, "--engine", engine, "--json", ...args]);
    return stdout
      .split("\n")
      .slice(0, -1)
      .map((text) => JSON.parse(text).seq);
  };

  it("prints the last N of the entries that match, however far back they are", async () => {
    expect(await seqs("2", "--op", "REFUSE")).toEqual([2_900, 3_000]);
    expect(await seqs("--op", "REFUSE")).toEqual(Array.from({ length: 20 }, (_, at) => 1_100 + at * 100));
    expect(await seqs("40", "--op", "REFUSE")).toHaveLength(30);
    expect(await seqs("0", "--op", "REFUSE")).toHaveLength(30);
    expect(await seqs("--op", "NONE")).toEqual([]);
  });

  it("filters what it follows too", async () => {
    const child = startCommand(["tail", "2", journal, "-f", "--op", "REFUSE", "--json", "--engine", engine]);
    onTestFinished(() => void child.kill("SIGKILL"));
    const outcome = finish(child);
    let printed = "";
    const seen = (count: number): Promise<void> =>
      new Promise((resolve) => {
        const look = (): void =>
          printed.split("\n").length > count ? resolve() : void child.stdout?.once("data", look);
        look();
      });
    child.stdout?.on("data", (text: string) => (printed += text));
    await seen(2);
    appendFileSync(journal, line(3_001) + line(3_100));
    await seen(3);
    child.kill("SIGINT");
    await outcome;
    expect(
      printed
        .split("\n")
        .slice(0, -1)
        .map((text) => JSON.parse(text).seq),
    ).toEqual([2_900, 3_000, 3_100]);
  });
});
