// The environment and the clock in, the default path and a stamp out (SPEC 8, "Where").
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { journalNowIso, journalPath } from "../../src/write/path.js";

test("the first variable outranks the second, which outranks the workspace", () => {
  const all = { DISPATCH_LANE_JOURNAL_PATH: "/a", JOB_LANE_JOURNAL_PATH: "/b", DISPATCH_WORKSPACE: "/w" };
  expect(journalPath(all)).toBe("/a");
  expect(journalPath({ ...all, DISPATCH_LANE_JOURNAL_PATH: undefined })).toBe("/b");
  expect(journalPath({ DISPATCH_WORKSPACE: "/w" })).toBe("/w/.dos/lane-journal.jsonl");
  expect(journalPath({})).toBe(join(process.cwd(), ".dos/lane-journal.jsonl"));
});

test("an empty variable counts as unset", () => {
  const blank = { DISPATCH_LANE_JOURNAL_PATH: "", JOB_LANE_JOURNAL_PATH: "", DISPATCH_WORKSPACE: "" };
  expect(journalPath({ ...blank, JOB_LANE_JOURNAL_PATH: "/b" })).toBe("/b");
  expect(journalPath(blank)).toBe(join(process.cwd(), ".dos/lane-journal.jsonl"));
});

test("the environment is read at each call", () => {
  vi.stubEnv("DISPATCH_LANE_JOURNAL_PATH", "/one");
  expect(journalPath()).toBe("/one");
  vi.stubEnv("DISPATCH_LANE_JOURNAL_PATH", "/two");
  expect(journalPath()).toBe("/two");
});

test("a stamp is UTC, to the second", () => {
  expect(journalNowIso(new Date("2026-06-01T16:00:03.999+02:00"))).toBe("2026-06-01T14:00:03Z");
  expect(journalNowIso()).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
});
