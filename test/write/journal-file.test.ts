// Checks the content of the file, the errors and the open descriptors while calls fail or others change the disk.
import { appendFileSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { beforeEach, describe, expect, test } from "vitest";
import { JournalError } from "../../src/errors.js";
import { nodeDisk } from "../../src/file/disk.js";
import { type JournalFile, openJournalFile } from "../../src/write/journal-file.js";
import { thrownBy, writeJournal } from "../contract/journals.js";
import { changesOf, createFaultyDisk, type FaultyDisk } from "./faults.js";

const first = '{"seq": 1}\n';

let journal: string;
let disk: FaultyDisk;
/** The open descriptors. Closing one removes it; closing any other counts in `closedTwice`. */
let open: number[];
let closedTwice: number;
let file: JournalFile;

beforeEach(() => {
  journal = writeJournal(first);
  disk = createFaultyDisk();
  open = [];
  closedTwice = 0;
  const { open: openFile } = disk;
  disk.open = (path, flags, mode) => {
    const fd = openFile(path, flags, mode);
    open.push(fd);
    return fd;
  };
  disk.close = (fd) => {
    const at = open.indexOf(fd);
    if (at === -1) closedTwice++;
    else open.splice(at, 1);
    if (at !== -1) nodeDisk.close(fd);
  };
  file = openJournalFile(journal, disk);
  disk.reset();
});

function failureOf(run: () => unknown): JournalError {
  const error = thrownBy(run);
  if (error instanceof JournalError) return error;
  throw error;
}

function content(): string {
  return readFileSync(journal, "utf8");
}

function opens(): number {
  return disk.calls.filter((call) => call === "open").length;
}

function replaceBy(text: string): void {
  renameSync(journal, `${journal}.old`);
  writeFileSync(journal, text);
}

describe("an open journal file", () => {
  test("writes several lines in one write and one fsync, and returns their bytes", () => {
    expect(file.appendLines(["a\n", "é\n"]).bytes.toString()).toBe("a\né\n");
    file.close();
    expect(content()).toBe(`${first}a\né\n`);
    expect(changesOf(disk)).toEqual(["write 5", "fsync"]);
  });

  test("does nothing for no lines, not even for a torn tail", () => {
    writeFileSync(journal, "torn");
    file.appendLines([]);
    file.close();
    expect(content()).toBe("torn");
    expect(changesOf(disk)).toEqual([]);
  });

  test("uses the given end instead of reading it from the file", () => {
    writeFileSync(journal, "torn");
    disk.read = () => {
      throw new Error("expected no read");
    };
    expect(file.appendLines(["a\n"], { size: 4, isLastLineWhole: false }).bytes.toString()).toBe("\na\n");
    expect(file.appendLines(["b\n"], { size: 7, isLastLineWhole: true }).bytes.toString()).toBe("b\n");
    file.close();
  });

  test("detects that another file replaced it, and keeps the size it has seen", () => {
    appendFileSync(journal, "more\n");
    expect({ inPlace: file.lookInPlace()?.size, again: file.lookAgain(), size: file.seen.size }).toEqual({
      inPlace: first.length + 5,
      again: true,
      size: first.length + 5,
    });
    renameSync(journal, `${journal}.old`);
    expect({ inPlace: file.lookInPlace(), again: file.lookAgain() }).toEqual({ inPlace: undefined, again: false });
    writeFileSync(journal, first);
    expect({ inPlace: file.lookInPlace(), again: file.lookAgain() }).toEqual({ inPlace: undefined, again: false });
    expect(file.seen.size).toBe(first.length + 5);
    file.close();
  });

  test("is closed once by close, then throws ERR_CLOSED, and is not looked up again", () => {
    file.close();
    file.close();
    expect({ open, closedTwice }).toEqual({ open: [], closedTwice: 0 });
    expect(failureOf(() => file.fd)).toMatchObject({ code: "ERR_CLOSED", path: journal });
    expect(failureOf(() => file.fd).message).toBe(`the journal ${journal} is closed`);
    expect(file.lookAgain()).toBe(false);
  });

  test("counts as closed even if the system reports an error", () => {
    disk.close = (fd) => {
      nodeDisk.close(fd);
      throw new Error("EIO: injected, close");
    };
    file.close();
    expect(failureOf(() => file.appendLines(["a\n"])).code).toBe("ERR_CLOSED");
  });
});

describe("an append that fails", () => {
  test("while it reads the last line writes nothing and closes the file", () => {
    disk.read = () => {
      throw Object.assign(new Error("EIO: injected, read"), { code: "EIO" });
    };
    const failure = failureOf(() => file.appendLines(["a\n"]));
    expect(failure).toMatchObject({ code: "ERR_APPEND_FAILED", path: journal, cause: { code: "EIO" } });
    expect(failure.message).toBe(`append to the journal ${journal}: nothing was written: EIO: injected, read`);
    expect({ open, content: content() }).toEqual({ open: [], content: first });
  });

  test("because the file became shorter says what was expected", () => {
    disk.read = () => 0;
    const found = `expected ${first.length} bytes, found the file shorter`;
    expect(failureOf(() => file.appendLines(["a\n"])).message).toContain(`nothing was written: ${found}`);
  });

  test("at the write is cut back by the same descriptor, which is then closed", () => {
    disk.partBytes = [3];
    disk.faults = [{ call: "write", nth: 2, code: "ENOSPC" }];
    const failure = failureOf(() => file.appendLines(["aa\n", "bb\n"]));
    const action = `write of 6 bytes at ${first.length} stopped after 3: ENOSPC: injected, write`;
    const outcome = `the file is back to its ${first.length} bytes`;
    expect(failure.message).toBe(`append to the journal ${journal}: ${action}; ${outcome}`);
    expect({ open, closedTwice, opens: opens(), content: content() }).toEqual({
      open: [],
      closedTwice: 0,
      opens: 0,
      content: first,
    });
    expect(failureOf(() => file.appendLines(["a\n"]))).toMatchObject({ code: "ERR_CLOSED", path: journal });
  });

  test("at the fsync is cut back by another descriptor, and both are closed", () => {
    disk.faults = [{ call: "fsync", nth: 1, code: "EIO" }];
    const failure = failureOf(() => file.appendLines(["aa\n"]));
    expect(failure.message).toContain(
      `fsync at ${first.length + 3} bytes: EIO: injected, fsync; the file is back to its`,
    );
    expect({ open, closedTwice, opens: opens() }).toEqual({ open: [], closedTwice: 0, opens: 1 });
  });

  test("at the fsync never cuts a file that replaced the journal", () => {
    disk.faults = [{ call: "fsync", nth: 1, code: "EIO" }];
    const theirs = `${first}bb\n`;
    disk.before = [{ call: "fsync", nth: 1, run: () => replaceBy(theirs) }];
    const { identity } = file;
    const failure = failureOf(() => file.appendLines(["aa\n"]));
    expect(failure).toMatchObject({ code: "ERR_DURABILITY_UNKNOWN", path: journal, cause: { code: "EIO" } });
    const found = `expected the file ${identity}, found ${nodeDisk.lstat(journal).identity} in its place`;
    expect(failure.message).toContain(`cutting it back to ${first.length} bytes failed too: ${found}; whether`);
    expect(content()).toBe(theirs);
  });

  test("and cannot be undone is the last to that file, whose descriptor stays open", () => {
    disk.faults = [{ call: "write", nth: 1, code: "EIO" }];
    disk.before = [{ call: "write", nth: 1, run: () => appendFileSync(journal, "theirs\n") }];
    expect(failureOf(() => file.appendLines(["aa\n"])).code).toBe("ERR_DURABILITY_UNKNOWN");
    expect(open).toHaveLength(1);
    const other = openJournalFile(journal, disk);
    const failure = failureOf(() => other.appendLines(["bb\n"]));
    expect(failure.code).toBe("ERR_DURABILITY_UNKNOWN");
    const why = "an earlier append failed and could not be undone: check the file, then restart the process";
    expect(failure.message).toBe(`append to the journal ${journal}: nothing was written: ${why}`);
    other.close();
  });
});

describe("an append that was written", () => {
  test("is uncertain if its place cannot be looked up, and the file is closed", () => {
    disk.faults = [{ call: "lstat", nth: 1, code: "EIO" }];
    const failure = failureOf(() => file.appendLines(["aa\n"]));
    expect(failure).toMatchObject({ code: "ERR_DURABILITY_UNKNOWN", path: journal, cause: { code: "EIO" } });
    expect(failure.message).toContain(`${journal}: its place cannot be looked up: EIO: injected, lstat`);
    expect(open).toEqual([]);
  });

  test("is uncertain if another file replaced the journal, and the file is closed", () => {
    disk.before = [{ call: "fsync", nth: 1, run: () => replaceBy(first) }];
    const failure = failureOf(() => file.appendLines(["aa\n"]));
    const found = `written at ${first.length} bytes, but found another file or none under its name`;
    const doubt = "whether the new file contains the entry is unknown";
    expect(failure.message).toBe(`append to the journal ${journal}: ${found}: ${doubt}`);
    expect({ code: failure.code, open }).toEqual({ code: "ERR_DURABILITY_UNKNOWN", open: [] });
  });
});
