// Checks which file an append writes, or that it refuses the path, for everything that may be there (docs/format.md 8,
// "Paths").
import { execFileSync } from "node:child_process";
import {
  lstatSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { scriptEngine } from "../../src/engine/script.js";
import { type Append, createAppender } from "../../src/write/append.js";
import { createFaultyDisk, type FaultyDisk } from "./faults.js";

let folder: string;
let journal: string;
let disk: FaultyDisk;
let append: Append;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lane-path-"));
  journal = join(folder, "journal.jsonl");
  disk = createFaultyDisk();
  append = createAppender(() => scriptEngine, { disk, now: () => "NOW" });
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function bytesOf(path: string): string {
  return readFileSync(path, "utf8");
}

describe("the path", () => {
  test("may be omitted, relative or a file URL", () => {
    vi.stubEnv("DISPATCH_LANE_JOURNAL_PATH", journal);
    append({ seq: 1, ts: "1" });
    append({ seq: 2, ts: "1" }, pathToFileURL(journal));
    vi.spyOn(process, "cwd").mockReturnValue(folder);
    append({ seq: 3, ts: "1" }, "journal.jsonl");
    expect(bytesOf(journal)).toBe('{"seq": 1, "ts": "1"}\n{"seq": 2, "ts": "1"}\n{"seq": 3, "ts": "1"}\n');
  });

  test("is followed if it is a link, through other links and linked folders", () => {
    mkdirSync(join(folder, "real", "deep"), { recursive: true });
    mkdirSync(join(folder, "names"));
    symlinkSync(join(folder, "real", "deep"), join(folder, "names", "deep"));
    symlinkSync("../target.jsonl", join(folder, "real", "deep", "second"));
    symlinkSync("deep/second", join(folder, "names", "first"));
    append({ seq: 1, ts: "1" }, join(folder, "names", "first"));
    append({ seq: 2, ts: "1" }, join(folder, "names", "first"));
    expect(bytesOf(join(folder, "real", "target.jsonl"))).toBe('{"seq": 1, "ts": "1"}\n{"seq": 2, "ts": "1"}\n');
    expect(lstatSync(join(folder, "names", "first")).isSymbolicLink()).toBe(true);
    expect(lstatSync(join(folder, "real", "deep", "second")).isSymbolicLink()).toBe(true);
  });

  test("is refused if it is a folder, a FIFO, a socket or a device, without hanging", () => {
    execFileSync("mkfifo", [journal]);
    const link = join(folder, "link");
    symlinkSync(journal, link);
    for (const [path, kind] of [
      [journal, "FIFO"],
      [link, "FIFO"],
      [folder, "folder"],
      ["/dev/null", "character device"],
    ] as const) {
      const message = expect.stringContaining(`expected a regular file, found a ${kind}`);
      expect(() => append({ op: "HALT" }, path)).toThrow(
        expect.objectContaining({ code: "ERR_PATH_REFUSED", message }),
      );
    }
  });

  test("is refused if a FIFO replaces the file just before it is opened", () => {
    writeFileSync(journal, "");
    const run = (): void => {
      rmSync(journal);
      execFileSync("mkfifo", [journal]);
    };
    disk.before.push({ call: "open", nth: 1, run });
    expect(() => append({ op: "HALT" }, journal)).toThrow(expect.objectContaining({ code: "ERR_PATH_REFUSED" }));
  });

  test("is refused if its links form a cycle", () => {
    symlinkSync("link", join(folder, "link"));
    expect(() => append({ op: "HALT" }, join(folder, "link"))).toThrow(
      expect.objectContaining({
        code: "ERR_PATH_REFUSED",
        message: expect.stringContaining("more than 40 symbolic links"),
      }),
    );
  });

  test("is followed if a link replaces the file just before it is opened", () => {
    writeFileSync(journal, "");
    const run = (): void => {
      renameSync(journal, join(folder, "moved"));
      symlinkSync("moved", journal);
    };
    disk.before.push({ call: "open", nth: 1, run });
    append({ seq: 1, ts: "1" }, journal);
    expect(bytesOf(join(folder, "moved"))).toBe('{"seq": 1, "ts": "1"}\n');
    expect(lstatSync(journal).isSymbolicLink()).toBe(true);
  });

  test("of a file that was replaced after it was opened causes an error, and the new file stays", () => {
    writeFileSync(journal, '{"seq": 0}\n');
    const run = (): void => {
      writeFileSync(`${journal}.new`, '{"seq": 1}\n');
      renameSync(journal, `${journal}.old`);
      renameSync(`${journal}.new`, journal);
    };
    disk.before.push({ call: "lstat", nth: 2, run });
    expect(() => append({ seq: 1, ts: "1" }, journal)).toThrow(
      expect.objectContaining({ code: "ERR_DURABILITY_UNKNOWN" }),
    );
    expect(bytesOf(journal)).toBe('{"seq": 1}\n');
    expect(bytesOf(`${journal}.old`)).toBe('{"seq": 0}\n{"seq": 1, "ts": "1"}\n');
    expect(append({ seq: 2, ts: "1" }, journal)["seq"]).toBe(2);
    expect(bytesOf(journal)).toBe('{"seq": 1}\n{"seq": 2, "ts": "1"}\n');
  });

  test("of a file that another process creates meanwhile keeps that file's content", () => {
    disk.before.push({ call: "open", nth: 2, run: () => writeFileSync(journal, '{"seq": 4}\n', { mode: 0o600 }) });
    expect(append({ op: "HALT", ts: "1" }, journal)["seq"]).toBe(5);
    expect(bytesOf(journal)).toBe('{"seq": 4}\n{"op": "HALT", "seq": 5, "ts": "1"}\n');
  });

  test("of a file under a file causes ERR_APPEND_FAILED with its cause", () => {
    writeFileSync(journal, "");
    expect(() => append({ op: "HALT" }, join(journal, "below"))).toThrow(
      expect.objectContaining({ code: "ERR_APPEND_FAILED", cause: expect.objectContaining({ code: "ENOTDIR" }) }),
    );
  });

  test("of a file without permission causes ERR_APPEND_FAILED with its cause", () => {
    writeFileSync(journal, "");
    disk.faults = [{ call: "open", nth: 1, code: "EACCES" }];
    expect(() => append({ op: "HALT" }, journal)).toThrow(
      expect.objectContaining({ code: "ERR_APPEND_FAILED", cause: expect.objectContaining({ code: "EACCES" }) }),
    );
  });
});
