// Checks how times in words are read, and which words are refused (docs/cli.md).
import { describe, expect, it } from "vitest";
import { UsageError } from "../../src/cli/args.js";
import { readInstant, resolveInstants } from "../../src/cli/instants.js";
import { runCommand, writeJournal } from "./command.js";

// A Wednesday.
const nowMs = Date.UTC(2026, 5, 17, 14, 3, 12, 345);

async function complaintOf(typed: string): Promise<string> {
  try {
    await resolveInstants({ verb: "tail", flags: { since: typed } }, nowMs, () => undefined);
  } catch (error) {
    if (error instanceof UsageError) return error.message;
    throw error;
  }
  return "read";
}

describe("a time in words", () => {
  it.each([
    ["2026-01-05", "2026-01-05T00:00:00Z", "2026-01-05T23:59:59Z"],
    ["yesterday", "2026-06-16T00:00:00Z", "2026-06-16T23:59:59Z"],
    ["today", "2026-06-17T00:00:00Z", "2026-06-17T23:59:59Z"],
    ["last friday", "2026-06-12T00:00:00Z", "2026-06-12T23:59:59Z"],
    ["5 January 2026", "2026-01-05T00:00:00Z", "2026-01-05T23:59:59Z"],
    ["10 minutes ago", "2026-06-17T13:53:12Z", "2026-06-17T13:53:12Z"],
    ["2 hours ago", "2026-06-17T12:03:12Z", "2026-06-17T12:03:12Z"],
    ["3 days ago", "2026-06-14T14:03:12Z", "2026-06-14T14:03:12Z"],
    ["now", "2026-06-17T14:03:12Z", "2026-06-17T14:03:12Z"],
    ["13:30", "2026-06-17T13:30Z", "2026-06-17T13:30Z"],
    ["yesterday at 22:15", "2026-06-16T22:15Z", "2026-06-16T22:15Z"],
    ["2026-06-01 13:30", "2026-06-01T13:30Z", "2026-06-01T13:30Z"],
  ])("%s is UTC, and a whole day begins or ends where the option needs it", async (text, start, end) => {
    expect([await readInstant(text, nowMs, "start"), await readInstant(text, nowMs, "end")]).toEqual([start, end]);
  });

  it("does not depend on the time zone of the process", async () => {
    const journal = writeJournal("zone.jsonl", '{"op":"HALT","seq":1,"ts":"2026-06-16T23:30:00Z"}\n');
    for (const TZ of ["America/Los_Angeles", "Asia/Tokyo", "UTC"]) {
      const { stderr } = await runCommand(["tail", journal, "--since", "2026-06-16"], { TZ });
      expect(stderr).toBe('lj: --since "2026-06-16" is read as 2026-06-16T00:00:00Z\n');
      const { stderr: spoken } = await runCommand(["tail", journal, "--since", "today"], { TZ });
      expect(spoken).toBe(`lj: --since "today" is read as ${new Date().toISOString().slice(0, 10)}T00:00:00Z\n`);
    }
  });

  it("is in UTC where a clock was changed, and whatever day it is there", async () => {
    const zone = process.env["TZ"];
    try {
      process.env["TZ"] = "America/New_York";
      const changedMs = Date.parse("2026-03-08T12:30:00Z");
      expect(await readInstant("10 hours ago", changedMs, "start")).toBe("2026-03-08T02:30:00Z");
    } finally {
      if (zone === undefined) delete process.env["TZ"];
      else process.env["TZ"] = zone;
    }
  });

  it("without seconds means the whole minute, as in a stamp", async () => {
    expect(await readInstant("yesterday at 22:15", nowMs, "end")).toBe("2026-06-16T22:15Z");
  });

  it("at which a later time of the day would lie in the future is ambiguous", async () => {
    await expect(readInstant("23:59", Date.parse("2026-06-17T09:00:00Z"), "start")).rejects.toThrow("which day");
  });

  it("is echoed for each option, and a stamp is taken as it is", async () => {
    const notes: string[] = [];
    const line = { verb: "history" as const, flags: { from: "yesterday", to: "2026-06-17T01:00Z" } };
    await resolveInstants(line, nowMs, (note) => notes.push(note));
    expect(notes).toEqual(['lj: --from "yesterday" is read as 2026-06-16T00:00:00Z']);
    expect(line.flags).toEqual({ from: "2026-06-16T00:00:00Z", to: "2026-06-17T01:00Z" });
  });

  it.each([
    ["05/06/2026", "day or month first"],
    ["friday", "which week"],
    ["5 january", "which year"],
    ["june 2025", "which day"],
    ["at 5", "morning or afternoon"],
    ["yesterday evening", "which hour"],
    ["this morning", "which hour"],
  ])("%s is ambiguous, and the error says how it could be read", async (text, doubt) => {
    const found = `found ${JSON.stringify(text)}, which is ambiguous (${doubt}): it could be read as 20`;
    expect(await complaintOf(text)).toContain(found);
  });

  it.each([
    "soon",
    "2026-02-31",
    "yesterday or so",
    "14",
    "-1",
    "1780322580",
    "x".repeat(1_000_000),
    "from 10:00 to 11:00",
  ])("%s is refused", async (text) => {
    expect(await complaintOf(text)).toMatch(/^--since: expected a time such as /);
  });
});
