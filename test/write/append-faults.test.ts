// Checks what is left of the file and which error is thrown if calls of an append fail (docs/format.md 8, "Append").
import { appendFileSync, mkdtempSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { scriptEngine } from "../../src/engine/script.js";
import { JournalError } from "../../src/errors.js";
import { type Append, createAppender } from "../../src/write/append.js";
import { changesOf, createFaultyDisk, type FaultyDisk } from "./faults.js";

const first = '{"seq": 1}\n';
const second = '{"op": "HALT", "seq": 2, "ts": "NOW"}\n';
const entry = { op: "HALT" };

let folder: string;
let journal: string;
let disk: FaultyDisk;
let append: Append;

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), "lane-faults-"));
  journal = join(folder, "journal.jsonl");
  writeFileSync(journal, first);
  disk = createFaultyDisk();
  append = createAppender(() => scriptEngine, { disk, now: () => "NOW" });
  // Makes the journal's name durable, so that each append below needs one write and one fsync.
  append({ seq: 1, ts: "1" }, journal);
  writeFileSync(journal, first);
  await new Promise(setImmediate); // closes the file, so that the next append is a first one
  disk.reset();
});

afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

function failureOf(run: () => unknown): JournalError {
  try {
    run();
  } catch (error) {
    if (error instanceof JournalError) return error;
    throw error;
  }
  throw new Error("expected a failure, found none");
}

function content(): string {
  return readFileSync(journal, "utf8");
}

describe("a partial write", () => {
  test("is followed by the rest, and one fsync", () => {
    disk.partBytes = [1, 5];
    append(entry, journal);
    expect(content()).toBe(first + second);
    expect(changesOf(disk)).toEqual(["write 1", "write 5", `write ${second.length - 6}`, "fsync"]);
  });

  test.each(["ENOSPC", "EIO", "EFBIG", "EDQUOT"])(
    "and then fails with %s is cut back, and the cut is fsynced",
    (code) => {
      disk.partBytes = [7];
      disk.faults = [{ call: "write", nth: 2, code }];
      const failure = failureOf(() => append(entry, journal));
      expect(failure).toMatchObject({ code: "ERR_APPEND_FAILED", path: journal, cause: { code } });
      expect(failure.message).toContain(`write of ${second.length} bytes at ${first.length} stopped after 7`);
      expect(content()).toBe(first);
      expect(changesOf(disk)).toEqual(["write 7", `write: ${code}`, `ftruncate ${first.length}`, "fsync"]);
    },
  );

  test("that ends at any byte is cut back to the old end, also without its LF", () => {
    writeFileSync(journal, '{"torn');
    const length = `\n{"seq": 1, "ts": "1"}\n`.length;
    for (let part = 1; part < length; part++) {
      disk.reset();
      disk.partBytes = [part];
      disk.faults = [{ call: "write", nth: 2, code: "ENOSPC" }];
      expect(failureOf(() => append({ seq: 1, ts: "1" }, journal)).code).toBe("ERR_APPEND_FAILED");
      expect(content()).toBe('{"torn');
    }
  });

  test("of no bytes is a failure, not an endless loop", () => {
    disk.partBytes = [3, 0];
    expect(failureOf(() => append(entry, journal)).message).toContain("the operating system wrote nothing");
    expect(content()).toBe(first);
  });
});

describe("a write that fails", () => {
  test("at once leaves the file untouched", () => {
    disk.faults = [{ call: "write", nth: 1, code: "ENOSPC" }];
    expect(failureOf(() => append(entry, journal))).toMatchObject({
      code: "ERR_APPEND_FAILED",
      cause: { code: "ENOSPC" },
    });
    expect(content()).toBe(first);
    expect(changesOf(disk)).toEqual(["write: ENOSPC"]);
  });

  test("because it was interrupted is repeated", () => {
    disk.faults = [
      { call: "write", nth: 1, code: "EINTR" },
      { call: "write", nth: 2, code: "EINTR" },
    ];
    append(entry, journal);
    expect(content()).toBe(first + second);
  });

  test("does not prevent the next append, which gets the same number", () => {
    disk.faults = [{ call: "write", nth: 1, code: "ENOSPC" }];
    failureOf(() => append(entry, journal));
    expect(append(entry, journal)["seq"]).toBe(2);
    expect(content()).toBe(first + second);
  });
});

describe("an fsync that fails", () => {
  test("cuts the entry off, and is not repeated on its descriptor", () => {
    disk.faults = [{ call: "fsync", nth: 1, code: "EIO" }];
    const synced: number[] = [];
    const { fsync } = disk;
    disk.fsync = (fd) => {
      synced.push(fd);
      fsync(fd);
    };
    const failure = failureOf(() => append(entry, journal));
    expect(failure).toMatchObject({ code: "ERR_APPEND_FAILED", path: journal, cause: { code: "EIO" } });
    expect(content()).toBe(first);
    expect(changesOf(disk)).toEqual([`write ${second.length}`, "fsync: EIO", `ftruncate ${first.length}`, "fsync"]);
    expect(new Set(synced).size).toBe(2);
  });

  test("does not prevent the next append", () => {
    disk.faults = [{ call: "fsync", nth: 1, code: "EIO" }];
    failureOf(() => append(entry, journal));
    append(entry, journal);
    expect(content()).toBe(first + second);
  });

  test("of the folder fails the append before anything is written", () => {
    const fresh = join(folder, "fresh.jsonl");
    disk.faults = [{ call: "fsync", nth: 1, code: "EIO" }];
    expect(failureOf(() => append(entry, fresh))).toMatchObject({ code: "ERR_APPEND_FAILED", cause: { code: "EIO" } });
    expect(readFileSync(fresh, "utf8")).toBe("");
    append(entry, fresh);
    expect(changesOf(disk).slice(-3)).toEqual(["fsync folder", `write ${second.length}`, "fsync"]);
  });
});

describe("a folder that may not be opened", () => {
  test("prevents appends to a new journal, but not to an older one", () => {
    const older = join(folder, "older.jsonl");
    writeFileSync(older, first);
    disk.faults = [{ call: "open", nth: 2, code: "EACCES" }];
    append(entry, older);
    expect(readFileSync(older, "utf8")).toBe(first + second);
    disk.reset();
    disk.faults = [{ call: "open", nth: 3, code: "EACCES" }];
    const failure = failureOf(() => append(entry, join(folder, "new.jsonl")));
    expect(failure).toMatchObject({ code: "ERR_APPEND_FAILED", cause: { code: "EACCES" } });
  });
});

describe("a cut that fails", () => {
  const cuts = [
    {
      name: "ftruncate after a failed fsync",
      faults: [
        { call: "fsync", nth: 1, code: "EIO" },
        { call: "ftruncate", nth: 1, code: "EIO" },
      ],
    },
    {
      name: "the fsync of the cut",
      faults: [
        { call: "fsync", nth: 1, code: "EIO" },
        { call: "fsync", nth: 2, code: "EIO" },
      ],
    },
    {
      name: "the descriptor for the cut",
      faults: [
        { call: "fsync", nth: 1, code: "EIO" },
        { call: "open", nth: 2, code: "EMFILE" },
      ],
    },
  ] as const;
  test.each(cuts)("at $name makes durability unknown, and the process appends no more to that file", ({ faults }) => {
    disk.faults = [...faults];
    const failure = failureOf(() => append(entry, journal));
    expect(failure).toMatchObject({ code: "ERR_DURABILITY_UNKNOWN", path: journal, cause: { code: "EIO" } });
    expect(failure.message).toContain("whether the entry is durable is not known");
    const left = content();
    disk.reset();
    disk.faults = [];
    expect(failureOf(() => append(entry, journal)).code).toBe("ERR_DURABILITY_UNKNOWN");
    expect(failureOf(() => createAppender(() => scriptEngine)(entry, journal)).code).toBe("ERR_DURABILITY_UNKNOWN");
    expect(content()).toBe(left);
    expect(changesOf(disk)).toEqual([]);
  });

  test("does not prevent appends to another file, even under the same path", () => {
    disk.faults = [
      { call: "fsync", nth: 1, code: "EIO" },
      { call: "ftruncate", nth: 1, code: "EIO" },
    ];
    failureOf(() => append(entry, journal));
    writeFileSync(`${journal}.new`, first);
    renameSync(journal, `${journal}.old`);
    renameSync(`${journal}.new`, journal);
    append(entry, journal);
    expect(content()).toBe(first + second);
  });
});

describe("a writer without the lock", () => {
  const theirs = '{"seq": 8}\n';

  test("never has its bytes cut off, and makes durability unknown", () => {
    disk.faults = [{ call: "fsync", nth: 1, code: "EIO" }];
    disk.before = [{ call: "fsync", nth: 1, run: () => appendFileSync(journal, theirs) }];
    expect(failureOf(() => append(entry, journal)).code).toBe("ERR_DURABILITY_UNKNOWN");
    expect(content()).toBe(first + second + theirs);
  });

  test("that appends between the parts of a write is detected, and its bytes stay", () => {
    disk.partBytes = [5];
    disk.before = [{ call: "write", nth: 2, run: () => appendFileSync(journal, theirs) }];
    const failure = failureOf(() => append(entry, journal));
    expect(failure.code).toBe("ERR_DURABILITY_UNKNOWN");
    expect(failure.message).toContain("another writer is at work");
    expect(content()).toBe(first + second.slice(0, 5) + theirs + second.slice(5));
  });

  test("that replaces the file during the fsync makes durability unknown", () => {
    const run = (): void => {
      renameSync(journal, `${journal}.old`);
      writeFileSync(journal, first);
    };
    disk.before = [{ call: "fsync", nth: 1, run }];
    expect(failureOf(() => append(entry, journal))).toMatchObject({ code: "ERR_DURABILITY_UNKNOWN", path: journal });
    disk.before = [];
    append(entry, journal);
    expect(content()).toBe(first + second);
  });
});
