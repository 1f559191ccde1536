// Checks how a journal's path is opened, and that each failed read is an error that names the path (docs/format.md 3).
import { execFileSync } from "node:child_process";
import { closeSync, mkdirSync, openSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { describe, expect, it, vi } from "vitest";
import { closeReadable, openReadable, readPart, readSize, unreadable } from "../../src/file/regular.js";
import { openDescriptors, temporaryFolder, thrownBy, writeJournal } from "./journals.js";

const unreadableCode = "ERR_JOURNAL_UNREADABLE";

describe("a path that is not a regular file", () => {
  const refuse = (file: string, found: string): void => {
    const before = openDescriptors();
    const error = thrownBy(() => openReadable(file));
    expect(error).toMatchObject({ code: unreadableCode, path: file });
    expect(String(error)).toContain(`expected a regular file, found ${found}`);
    expect(openDescriptors()).toBe(before);
  };

  it("is refused as a folder", () => {
    const folder = path.join(temporaryFolder(), "journal.jsonl");
    mkdirSync(folder);
    refuse(folder, "a folder");
  });

  it("is refused as a FIFO, without waiting for a writer", () => {
    const fifo = path.join(temporaryFolder(), "journal.jsonl");
    execFileSync("mkfifo", [fifo]);
    refuse(fifo, "a FIFO");
  });

  it("is refused as a character device", () => {
    refuse("/dev/null", "a character device");
  });

  it("that cannot be opened is unreadable, with the system's reason", async () => {
    const socket = path.join(temporaryFolder(), "journal.jsonl");
    const server = createServer().listen(socket);
    await new Promise((listening) => server.once("listening", listening));
    const error = thrownBy(() => openReadable(socket));
    server.close();
    expect(error).toMatchObject({ code: unreadableCode, cause: { code: "ENXIO" } });
  });
});

describe("a path that is a regular file or missing", () => {
  it("is opened with its size", () => {
    const file = openReadable(writeJournal("12345"));
    expect(file && readSize(file)).toBe(5);
    closeReadable(file);
  });

  it("is undefined if it is missing, which may be closed as well", () => {
    const file = openReadable(path.join(temporaryFolder(), "none"));
    expect(file).toBeUndefined();
    expect(() => closeReadable(file)).not.toThrow();
  });

  it("is unreadable once its descriptor is closed", () => {
    const name = writeJournal("");
    const fd = openSync(name, "r");
    closeSync(fd);
    expect(thrownBy(() => readSize({ path: name, fd }))).toMatchObject({ code: unreadableCode, path: name });
    expect(thrownBy(() => readPart(fd, Buffer.alloc(1), 0, 1, 0))).toMatchObject({ code: "EBADF" });
  });

  it("is read again after a signal", async () => {
    vi.resetModules();
    let calls = 0;
    vi.doMock("node:fs", async (actual) => ({
      ...(await actual<typeof import("node:fs")>()),
      readSync: () => {
        calls++;
        if (calls < 3) throw Object.assign(new Error("EINTR: interrupted"), { code: "EINTR" });
        return 7;
      },
    }));
    const fresh = await import("../../src/file/regular.js");
    vi.doUnmock("node:fs");
    expect({ bytes: fresh.readPart(0, Buffer.alloc(9), 0, 9, 0), calls }).toEqual({ bytes: 7, calls: 3 });
  });
});

describe("a failed read", () => {
  const failure = (given: object, message = "read") => Object.assign(new Error(message), { syscall: "read", ...given });

  it.each([
    ["with its code", failure({ code: "EIO" }, "EIO: i/o error, read"), "cannot be read: EIO: i/o error, read"],
    ["with its code before a message that lacks it", failure({ code: "EIO" }), "cannot be read: EIO: read"],
    ["by the addon's number", failure({ errno: -5 }), "cannot be read: EIO: read"],
    ["by that number if the code is not a string", failure({ code: 5, errno: -5 }), "cannot be read: EIO: read"],
  ])("is reported %s", (_how, cause, reason) => {
    const error = unreadable("/the/journal", cause);
    expect(error).toMatchObject({ code: unreadableCode, path: "/the/journal", cause });
    expect(String(error)).toContain(`the journal /the/journal ${reason}`);
  });

  it.each([
    ["a cause that is not an Error", "EIO"],
    ["an error without a system call", new Error("EIO")],
    ["an error without a code or a number", failure({})],
    ["an error whose number is a string", failure({ errno: "5" })],
    ["an error whose number is not an error's", failure({ errno: 5 })],
  ])("%s is not changed", (_what, cause) => {
    expect(unreadable("/the/journal", cause)).toBe(cause);
  });
});
