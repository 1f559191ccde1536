// Checks that records survive their encoding, and that nothing else is taken for a record.
import { describe, expect, it } from "vitest";
import { decodeRecord, encodeRecord, endOf, type FleetRecord, messageIdOf } from "../src/record.js";
import { recordOf } from "./contract/log.js";

const base = { generation: 8, offset: 7 };

function decoded(record: FleetRecord): unknown {
  return decodeRecord(encodeRecord(record));
}

/** Encodes a record whose header is then changed. */
function withHeader(change: { [key: string]: unknown }): Uint8Array {
  const text = Buffer.from(encodeRecord(recordOf("a", 7, "bytes", { generation: 9 }))).toString();
  const end = text.indexOf("\n");
  return Buffer.from(`${JSON.stringify({ ...JSON.parse(text.slice(0, end)), ...change })}${text.slice(end)}`);
}

describe("a record", () => {
  it.each([
    ["with bytes", recordOf("host-a_1", 0, "some\nlines\n\0\u00ff")],
    ["without bytes", recordOf("a", 0, "")],
    ["with a base", recordOf("a", 7, "x", { generation: 9, base, endReached: false })],
  ])("%s survives its encoding", (_, record) => {
    expect(decoded(record)).toEqual({ ok: true, record: { ...record, bytes: expect.anything() } });
    const again = decodeRecord(encodeRecord(record));
    expect(again.ok && Buffer.from(again.record.bytes).equals(record.bytes)).toBe(true);
  });

  it("has an id with its length, so that an announcement and the first bytes differ", () => {
    expect(messageIdOf(recordOf("a", 5, "xyz", { generation: 9 }))).toBe(`a:9:5:3:1:2:3:${"t".repeat(16)}`);
    expect(messageIdOf(recordOf("a", 0, ""))).not.toBe(messageIdOf(recordOf("a", 0, "x")));
  });

  it("has an id that differs from that of another file which began in the same instant", () => {
    const other = { file: "1:9:9", head: "", tail: "t".repeat(64) };
    expect(messageIdOf(recordOf("a", 0, "x", { mark: other }))).not.toBe(messageIdOf(recordOf("a", 0, "x")));
  });

  it("ends where its bytes end", () => {
    const record = recordOf("a", 5, "xyz", { generation: 9 });
    expect(endOf(record)).toEqual({ generation: 9, offset: 8, ...record.mark });
  });
});

describe("what is not a record", () => {
  it.each([
    ["nothing", Buffer.from(""), /no header/],
    ["a long text", Buffer.alloc(10_000, "x"), /no header in the first 4096 bytes/],
    ["text", Buffer.from("text\n"), /not a JSON object/],
    ["an array", Buffer.from("[1]\n"), /not a JSON object/],
    ["another version", withHeader({ version: 2 }), /version 2; expected 1/],
    ["a wrong length", withHeader({ length: 4 }), /5 bytes; the header says 4/],
    ["a wrong journal", withHeader({ journal: "a/../b" }), /the journal id/],
    ["a generation of 0", withHeader({ generation: 0 }), /the generation 0/],
    ["an offset that is no whole number", withHeader({ offset: 0.5 }), /the offset 0\.5/],
    ["a text for a boolean", withHeader({ endReached: "true" }), /whether the end was reached/],
    ["a base that is not earlier", withHeader({ base: { generation: 9, offset: 7 } }), /the base/],
    ["a base that ends elsewhere", withHeader({ base: { generation: 8, offset: 6 } }), /the base/],
    ["a root that is later", withHeader({ root: 10 }), /the root 10/],
    ["a mark without a file", withHeader({ mark: { head: "", tail: "" } }), /the mark/],
  ])("is reported: %s", (_, bytes, reason) => {
    expect(decodeRecord(bytes)).toEqual({ ok: false, reason: expect.stringMatching(reason) });
  });

  it("is not encoded", () => {
    expect(() => encodeRecord(recordOf("", 0, "x"))).toThrow('record: expected a valid one, found the journal id ""');
  });
});
