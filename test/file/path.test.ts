// Checks the default path, which depends on the environment and on dos.toml, and the format of stamps (docs/format.md
// 8, "Where").
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, test, vi } from "vitest";
import { JournalError } from "../../src/errors.js";
import { journalNowIso, journalPath, locateJournal } from "../../src/file/path.js";

test("the first variable overrides the second, which overrides the workspace", () => {
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

describe("the workspace's dos.toml", () => {
  const folder = mkdtempSync(join(tmpdir(), "lane-journal-path-"));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  let workspace: string;
  let workspaces = 0;
  beforeEach(() => {
    workspace = join(folder, String(workspaces++));
    mkdirSync(workspace);
  });

  function locate(toml: string | Uint8Array): ReturnType<typeof locateJournal> {
    writeFileSync(join(workspace, "dos.toml"), toml);
    return locateJournal({ DISPATCH_WORKSPACE: workspace });
  }

  function failureOf(act: () => unknown): unknown {
    try {
      return act();
    } catch (error) {
      return error;
    }
  }

  test.each([
    ['[paths]\nlane_journal = "state/j.jsonl"', "state/j.jsonl"],
    ["\ufeff[paths]\r\nlane_journal = 'j.jsonl' # ours\r\n", "j.jsonl"],
    ['paths.lane_journal = "../j.jsonl"', "../j.jsonl"],
    ['paths = { lane_journal = "\\u00e9.jsonl" }\n[other]\nn = 123456789012345678', "é.jsonl"],
  ])("%j names the journal, relative to the workspace", (toml, path) => {
    expect(locate(toml)).toEqual({ path: join(workspace, path), rule: "dos.toml" });
  });

  test("an absolute path stays as it is", () => {
    expect(locate('[paths]\nlane_journal = "/srv/j.jsonl"').path).toBe("/srv/j.jsonl");
  });

  test.each(["", "# nothing", "[paths]", '[paths]\nother = "x"', '[other]\nlane_journal = "x"'])(
    "%j names no journal, so the default path is used",
    (toml) => {
      expect(locate(toml)).toEqual({
        path: join(workspace, ".dos/lane-journal.jsonl"),
        rule: "DISPATCH_WORKSPACE",
      });
    },
  );

  test.each([
    ["[paths\nlane_journal = 1", /line 1, column \d+: /],
    ['[paths]\nlane_journal = "a"\nlane_journal = "b"', /line 3, column \d+: /],
    ["[paths]\nlane_journal = ''", /found a blank or another value/],
    ["[paths]\nlane_journal = '  '", /found a blank or another value/],
    ['[paths]\nlane_journal = "a\\u0000b"', /found a blank or another value/],
    ["[paths]\nlane_journal = 7", /found a blank or another value/],
    ['[paths]\nlane_journal = ["a"]', /found a blank or another value/],
    ["paths = 3", /expected a table \[paths\]/],
    ["paths = 2026-06-01", /expected a table \[paths\]/],
    ["[[paths]]\nlane_journal = 'a'", /expected a table \[paths\]/],
    [Buffer.from("\ufeff[paths]", "utf16le"), /encoded data was not valid/],
    [`x = ${"[".repeat(2_000)}`, /line 1, column/],
  ])("%j causes ERR_CONFIG_INVALID, not the default path", (toml, message) => {
    const error = failureOf(() => locate(toml));
    expect(error).toBeInstanceOf(JournalError);
    expect(error).toMatchObject({
      code: "ERR_CONFIG_INVALID",
      path: join(workspace, "dos.toml"),
      message: expect.stringMatching(message),
    });
  });

  test.each([
    ["a folder", (path: string) => mkdirSync(path), /found a folder/],
    ["a link to nothing", (path: string) => symlinkSync("missing", path), /a file that does not exist/],
    ["a link to itself", (path: string) => symlinkSync("dos.toml", path), /ELOOP/],
    ["a device", (path: string) => symlinkSync("/dev/zero", path), /found a character device/],
    ["a file of 2 GiB", makeHuge, /expected at most 1048576 bytes, found 2147483648/],
  ])("%s in its place causes ERR_CONFIG_INVALID", (_, make, message) => {
    const path = join(workspace, "dos.toml");
    make(path);
    const error = failureOf(() => locateJournal({ DISPATCH_WORKSPACE: workspace }));
    expect(error).toMatchObject({ code: "ERR_CONFIG_INVALID", path, message: expect.stringMatching(message) });
  });

  function makeHuge(path: string): void {
    writeFileSync(path, "");
    truncateSync(path, 2 ** 31);
  }

  test("the variables override it, and then it is not read", () => {
    writeFileSync(join(workspace, "dos.toml"), "not TOML");
    const environment = { DISPATCH_WORKSPACE: workspace, JOB_LANE_JOURNAL_PATH: "/b" };
    expect(locateJournal(environment)).toEqual({ path: "/b", rule: "JOB_LANE_JOURNAL_PATH" });
  });

  test("it is read at each call", () => {
    expect(locate('paths.lane_journal = "a"').path).toBe(join(workspace, "a"));
    expect(locate('paths.lane_journal = "b"').path).toBe(join(workspace, "b"));
  });
});

test("a stamp is UTC, to the second", () => {
  expect(journalNowIso(new Date("2026-06-01T16:00:03.999+02:00"))).toBe("2026-06-01T14:00:03Z");
  expect(journalNowIso()).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/);
});
