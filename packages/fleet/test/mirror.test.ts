// Checks which copy a mirror shows while records arrive, and what it keeps of them.
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { Mirror } from "../src/mirror.js";
import type { FleetRecord } from "../src/record.js";
import { recordOf } from "./contract/log.js";

let folder: string;
let mirror: Mirror;
let sequence = 0;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "lane-fleet-mirror-"));
  mirror = new Mirror(folder);
});
afterEach(() => {
  mirror.close();
  rmSync(folder, { recursive: true, force: true });
});

function apply(offset: number, text: string, more: Partial<FleetRecord> = {}): void {
  mirror.apply({ sequence: ++sequence, record: recordOf("host", offset, text, more), storedAtMs: sequence });
}

/** The generation and the bytes of the copy that is shown. */
function shown(): unknown {
  const copy = mirror.shown;
  return copy && [copy.generation, readFileSync(copy.path, "utf8")];
}

describe("a mirror", () => {
  it("shows nothing of the first file before its end has arrived", () => {
    apply(0, "one\n", { endReached: false });
    expect(shown()).toBeUndefined();
    apply(4, "two\n");
    expect(shown()).toEqual([1, "one\ntwo\n"]);
    apply(8, "three\n", { endReached: false });
    expect(shown()).toEqual([1, "one\ntwo\nthree\n"]);
  });

  it("shows a file that was cut back at once, before its end has arrived", () => {
    apply(0, "one\ntaken back\n");
    apply(4, "two\n", { generation: 2, base: { generation: 1, offset: 4 }, endReached: false });
    expect(shown()).toEqual([2, "one\ntwo\n"]);
  });

  it("does not show a file that begins with another one as long as that had not arrived whole", () => {
    apply(0, "one\ntaken back\n", { endReached: false });
    apply(4, "two\n", { generation: 2, base: { generation: 1, offset: 4 }, endReached: false });
    expect(shown()).toBeUndefined();
  });

  it("has a gap if the beginning of a file that was cut back is not known", () => {
    apply(4, "two\n", { generation: 2, base: { generation: 1, offset: 4 } });
    expect(mirror.newest?.gap).toEqual({ from: 0, to: 4 });
    expect(shown()).toBeUndefined();
  });

  it("ignores records of an older file that arrive late", () => {
    apply(0, "old\n");
    apply(0, "new\n", { generation: 2, root: 2, endReached: false });
    apply(4, "late\n");
    expect(shown()).toEqual([1, "old\n"]);
    apply(4, "end\n", { generation: 2, root: 2 });
    apply(0, "late\n");
    expect(shown()).toEqual([2, "new\nend\n"]);
  });

  it("keeps the bytes when a record arrives again, in part or within another one", () => {
    apply(0, "0123");
    apply(2, "2345");
    apply(0, "01");
    apply(0, "");
    expect(shown()).toEqual([1, "012345"]);
  });

  it("goes on at a gap once the missing bytes have arrived", () => {
    apply(0, "01");
    apply(4, "45");
    expect(mirror.newest?.gap).toEqual({ from: 2, to: 4 });
    apply(2, "23");
    apply(4, "45");
    expect([shown(), mirror.newest?.gap]).toEqual([[1, "012345"], undefined]);
  });
});
