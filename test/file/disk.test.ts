// What the operating system answers -> what the writers are told of it (src/file/disk.ts).
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

describe("a name's state", () => {
  const folder = (): string => temporaryFolder();

  it("tells each kind of file from the others", async () => {
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

  it("has the size, the permission bits alone, and an identity that a second name shares", () => {
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

describe("the room that is left", () => {
  it("is what an ordinary user has, in bytes", () => {
    expect(nodeDisk.freeBytes(temporaryFolder())).toBeGreaterThan(0);
  });

  it("is unknown where a file system has no blocks to count", async () => {
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

  it("is taken up again after a signal, as often as it takes", () => {
    expect(readOnce(failing("EINTR", 3), 0, Buffer.alloc(4), 0)).toBe(4);
  });

  it("of several parts ends with the file or with the room there is, and asks no more than it must", () => {
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

  it("that fails otherwise is not repeated", () => {
    expect(thrownBy(() => readOnce(failing("EIO", 1), 0, Buffer.alloc(4), 0))).toMatchObject({ code: "EIO" });
  });
});

describe("an error", () => {
  it("has the operating system's code, if it is a text", () => {
    expect(errorCode(Object.assign(new Error("x"), { code: "EIO" }))).toBe("EIO");
    for (const odd of [new Error("x"), Object.assign(new Error("x"), { code: 5 }), { code: "EIO" }, "EIO", undefined]) {
      expect(errorCode(odd)).toBeUndefined();
    }
  });

  it("is told by its message, and anything else that is thrown as it is", () => {
    expect([new Error("full"), "full", 5].map(errorText)).toEqual(["full", "full", "5"]);
  });
});

it("no more than a gibibyte is written with one call", async () => {
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
