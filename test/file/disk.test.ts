// Checks what the disk reports to the writers for each answer of the operating system (src/file/disk.ts).
import { execFileSync } from "node:child_process";
import { mkdirSync, symlinkSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import { type Disk, nodeDisk, openFlags, readFully, readOnce } from "../../src/file/disk.js";
import { errorCode, errorText } from "../../src/file/system-error.js";
import { temporaryFolder, thrownBy } from "../contract/journals.js";

afterEach(() => {
  vi.doUnmock("node:fs");
  vi.resetModules();
});

describe("the state of a name", () => {
  const folder = (): string => temporaryFolder();

  it("distinguishes the kinds of files", async () => {
    const place = folder();
    const at = (name: string): string => join(place, name);
    writeFileSync(at("file"), "123");
    symlinkSync("file", at("link"));
    mkdirSync(at("folder"));
    execFileSync("mkfifo", [at("fifo")]);
    const server = createServer().listen(at("socket"));
    await new Promise((listening) => server.once("listening", listening));
    const kinds = ["file", "link", "folder", "fifo", "socket"].map((name) => nodeDisk.lstat(at(name)).kind);
    server.close();
    expect(kinds).toEqual(["regular file", "symbolic link", "folder", "FIFO", "socket"]);
    expect(nodeDisk.lstat("/dev/null").kind).toBe("character device");
  });

  it("has the size, only the permission bits, and an identity that a second name shares", () => {
    const place = folder();
    const [one, other] = [join(place, "one"), join(place, "other")];
    writeFileSync(one, "12345", { mode: 0o640 });
    nodeDisk.link(one, other);
    const state = nodeDisk.lstat(one);
    expect(state).toMatchObject({ size: 5, mode: 0o640, uid: process.getuid?.(), gid: process.getgid?.() });
    expect(Math.abs(state.modifiedAtMs - Date.now())).toBeLessThan(600_000);
    expect(nodeDisk.lstat(other)).toEqual(state);
    expect(state.identity).toMatch(/^\d+:\d+$/);
    expect(state.identity.split(":")[0]).toBe(state.device);
  });

  it("has the time that was set", () => {
    const file = join(folder(), "file");
    const fd = nodeDisk.open(file, openFlags.temporary, 0o600);
    nodeDisk.setModified(fd, 1_700_000_000_500);
    expect(nodeDisk.fstat(fd).modifiedAtMs).toBe(1_700_000_000_500);
    nodeDisk.close(fd);
  });
});

describe("the free space", () => {
  it("is the space available to an ordinary user, in bytes", () => {
    expect(nodeDisk.freeBytes(temporaryFolder())).toBeGreaterThan(0);
  });

  it("is unknown if the file system counts no blocks", async () => {
    vi.resetModules();
    const statfsSync = (path: string) => ({ blocks: path === "/none" ? 0 : 9, bavail: 3, bsize: 4096 });
    vi.doMock("node:fs", async (actual) => ({ ...(await actual<typeof import("node:fs")>()), statfsSync }));
    const { nodeDisk: fresh } = await import("../../src/file/disk.js");
    expect([fresh.freeBytes("/none"), fresh.freeBytes("/some")]).toEqual([undefined, 3 * 4096]);
  });
});

describe("a read", () => {
  const failing = (code: string, times: number): Disk => ({
    ...nodeDisk,
    read: () => {
      if (times-- > 0) throw Object.assign(new Error(code), { code });
      return 4;
    },
  });

  it("is repeated after every signal", () => {
    expect(readOnce(failing("EINTR", 3), 0, Buffer.alloc(4), 0)).toBe(4);
  });

  it("in several parts ends at the end of the file or of the buffer, and reads no more than needed", () => {
    const path = join(temporaryFolder(), "file");
    writeFileSync(path, "abcdefgh");
    const fd = nodeDisk.open(path, openFlags.read);
    const asked: [number, number][] = [];
    const disk: Disk = {
      ...nodeDisk,
      read(from, into, position) {
        asked.push([into.length, position]);
        return nodeDisk.read(from, into.subarray(0, 3), position);
      },
    };
    const readOf = (bytes: number): string => Buffer.from(readFully(disk, fd, Buffer.alloc(bytes), 2)).toString();
    expect([readOf(5), readOf(0), readOf(9)]).toEqual(["cdefg", "", "cdefgh"]);
    expect(asked).toEqual([
      [5, 2],
      [2, 5],
      [9, 2],
      [6, 5],
      [3, 8],
    ]);
    nodeDisk.close(fd);
  });

  it("that fails for another reason is not repeated", () => {
    expect(thrownBy(() => readOnce(failing("EIO", 1), 0, Buffer.alloc(4), 0))).toMatchObject({ code: "EIO" });
  });
});

describe("an error of the operating system", () => {
  it("has a code only if that is a string", () => {
    expect(errorCode(Object.assign(new Error("x"), { code: "EIO" }))).toBe("EIO");
    for (const odd of [new Error("x"), Object.assign(new Error("x"), { code: 5 }), { code: "EIO" }, "EIO", undefined]) {
      expect(errorCode(odd)).toBeUndefined();
    }
  });

  it("is described by its message, and any other thrown value as it is", () => {
    expect([new Error("full"), "full", 5].map(errorText)).toEqual(["full", "full", "5"]);
  });
});

it("writes at most a gibibyte with one call", async () => {
  vi.resetModules();
  const asked: number[] = [];
  const writeSync = (_fd: number, _bytes: Uint8Array, start: number, length: number): number => {
    asked.push(start, length);
    return length;
  };
  vi.doMock("node:fs", async (actual) => ({ ...(await actual<typeof import("node:fs")>()), writeSync }));
  const { nodeDisk: fresh } = await import("../../src/file/disk.js");
  const huge = Object.defineProperty(Buffer.alloc(1), "length", { value: 3 * 1024 ** 3 });
  expect([fresh.write(9, Buffer.alloc(5)), fresh.write(9, huge)]).toEqual([5, 1024 ** 3]);
  expect(asked).toEqual([0, 5, 0, 1024 ** 3]);
});
