// Checks entries with unusual keys and values against docs/format.md 3 to 5, on both engines.
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import type { Entry } from "../../src/index.js";
import { leaseGenerations, nextSeq, readAll, replay, scan } from "../../src/index.js";
import { makeFolder, removeFolders } from "../generate/place.js";
import { renderExactly } from "../generate/render.js";
import { engines } from "../support/engines.js";

const path = join(makeFolder("hostile-values"), "journal.jsonl");
const bytes = (hex: string) => Buffer.from(hex, "hex");

afterAll(removeFolders);

function write(...pieces: (string | Buffer)[]): string {
  writeFileSync(path, Buffer.concat(pieces.map((piece) => (typeof piece === "string" ? Buffer.from(piece) : piece))));
  return path;
}

describe.each(engines)("numbers under the %s engine", (engine) => {
  const readValue = (text: string) => readAll(write(`{"op": "X", "v": ${text}}\n`), { engine })[0]?.["v"];

  it.each([
    ["NaN", NaN],
    ["Infinity", Infinity],
    ["-Infinity", -Infinity],
    ["1e400", Infinity],
    ["-1e400", -Infinity],
    ["1e-400", 0],
    ["-0", 0],
    ["9007199254740993", 9007199254740992],
    ["9007199254740995", 9007199254740996],
    ["18446744073709551616", 2 ** 64],
    ["12345678901234567890", 12345678901234567000],
    ["1.7976931348623159e308", Infinity],
    ["2.4703282292062327e-324", 0],
    ["2.4703282292062328e-324", 5e-324],
    ["2.2250738585072011e-308", 2.225073858507201e-308],
    ["0.1", 0.1],
    ["1e23", 1e23],
    ["7.2057594037927933e16", 2 ** 56],
    ["9223372036854775808", 2 ** 63],
    ["-9223372036854775809", -(2 ** 63)],
  ])("%s is the nearest double", (text, expected) => {
    expect(renderExactly(readValue(text))).toBe(renderExactly(expected));
  });

  it("a number of 10^5 digits of any kind is read (C2)", () => {
    const digits = "1234567890".repeat(10_000);
    expect(readValue(digits)).toBe(Infinity);
    expect(readValue(`-${digits}`)).toBe(-Infinity);
    expect(readValue(`0.${digits}`)).toBe(0.12345678901234568);
    expect(readValue(`${digits}e-99999`)).toBe(1.2345678901234567);
    expect(readValue(`1e${"0".repeat(100_000)}7`)).toBe(1e7);
    expect(readValue(`0.${"0".repeat(100_000)}1`)).toBe(0);
    expect(readValue(`0.${"0".repeat(100_000)}1e100001`)).toBe(1);
  });

  it.each(["+1", "01", "1.", ".5", "-", "1e", "0x1", "nan", "-NaN", "+Infinity", "Infinit", "NaNs", "1_0"])(
    "%s is no value",
    (text) => {
      const found = scan(write(`{"op": "X", "v": ${text}}\n{"op": "Y"}\n`), { engine });
      expect([found.corrupt.count, found.entries]).toEqual([1, 2]);
    },
  );

  it.each([
    ["9007199254740991", 9007199254740992, 0],
    ["9007199254740992", 1, 1],
    ["9007199254740993", 1, 1],
    ["1e400", 1, 1],
    ["NaN", 1, 1],
    ["7.9", 8, 0],
    ["-7", 1, 0],
    ["-0.0", 1, 0],
    ["0.5", 1, 1],
    ['" +1_0\\f"', 11, 0],
    ['"1__0"', 1, 1],
    ['"٣"', 1, 1],
    ["true", 2, 0],
    ["false", 1, 1],
    ['"0"', 1, 1],
    ["null", 1, 0],
    ["[7]", 1, 1],
    ["9".repeat(100_000), 1, 1],
    [`"${"9".repeat(100_000)}"`, 1, 1],
    [`"${"0".repeat(100_000)}7"`, 8, 0],
    ['"\\u00a07"', 1, 1],
    ['"7\\u0000"', 1, 1],
    ['"9007199254740991"', 9007199254740992, 0],
  ])("a seq of %.30s makes the next number %d", (text, expected, odd) => {
    write(`{"op": "X", "seq": ${text}}\n`);
    expect([nextSeq(path, { engine }), scan(path, { engine }).oddSeq.count]).toEqual([expected, odd]);
  });
});

describe.each(engines)("keys under the %s engine", (engine) => {
  const only = (text: string): Entry => readAll(write(`${text}\n`), { engine })[0] ?? {};

  it("a repeated key keeps the first place and the last value, also if it is written differently", () => {
    expect(renderExactly(only('{"b": 1, "op": "X", "a": 2, "\\u0062": 3}'))).toBe('{"b":3,"op":"X","a":2}');
    expect(scan(path, { engine }).repeatedKeys.count).toBe(1);
  });

  it("10^5 keys, and as many repeats of one key, are read in order", () => {
    const keys = Array.from({ length: 100_000 }, (_, i) => `k${i}`);
    const found = only(`{${keys.map((key, i) => `"${key}": ${i}`).join(", ")}}`);
    expect(Object.keys(found)).toEqual(keys);
    expect(only(`{"op": "X"${', "k": 1'.repeat(100_000)}, "k": 2}`)).toEqual({ op: "X", k: 2 });
    expect(scan(path, { engine }).repeatedKeys.count).toBe(1);
  });

  it("a lease of 10^5 keys, one repeated, is returned completely", () => {
    const keys = Array.from({ length: 100_000 }, (_, i) => `k${i}`);
    const lease = `{"k99999": 0, ${keys.map((key, i) => `"${key}": ${i}`).join(", ")}}`;
    const leases = replay(write(`{"op": "ACQUIRE", "lane": "a", "lease": ${lease}}\n`), { engine });
    expect(renderExactly(leases)).toBe(renderExactly([JSON.parse(lease)]));
    expect(scan(path, { engine }).repeatedKeys.count).toBe(1);
  });

  it("__proto__ and constructor are ordinary keys of entries and leases (C7)", () => {
    const lease = '{"lane":"a","__proto__":{"holder":"x"},"constructor":5,"toString":null}';
    const line = `{"op":"ACQUIRE","lane":"a","__proto__":{"y":1},"lease":${lease}}`;
    expect(renderExactly(only(line))).toBe(line);
    expect(renderExactly(replay(path, { engine }))).toBe(`[${lease}]`);
    expect(Object.getPrototypeOf({})).toBe(Object.prototype);
    expect("y" in {} || "holder" in {}).toBe(false);
  });

  it("no value is inherited from __proto__", () => {
    write(
      '{"__proto__":{"op":"ACQUIRE","lane":"a","seq":9}}\n',
      '{"op":"ACQUIRE","lane":"b","__proto__":{"lease":{"x":1},"holder":"h"}}\n',
      '{"op":"ADOPT","lane":"b","__proto__":{"holder":"evil","heartbeat_at":"later"}}\n',
    );
    expect(renderExactly(replay(path, { engine }))).toBe('[{"lane":"b"}]');
    expect(nextSeq(path, { engine })).toBe(1);
  });

  it.each(["__proto__", "constructor", "toString", "hasOwnProperty"])("%s can be an op, a lane and a loop", (name) => {
    write(`{"op":"${name}"}\n`, `{"op":"ACQUIRE","lane":"${name}","loop_ts":"${name}"}\n`);
    const { ops, generations } = scan(path, { engine });
    expect(Object.entries(ops)).toEqual(
      expect.arrayContaining([
        [name, 1],
        ["ACQUIRE", 1],
      ]),
    );
    expect(renderExactly(generations)).toBe(`[{"loop_ts":"${name}","lane":"${name}","generation":1}]`);
    write(`{"op":"ACQUIRE","lane":"${name}"}\n`, `{"op":"RELEASE","lane":"${name}"}\n`);
    expect(replay(path, { engine })).toEqual([]);
  });

  it("an identity that is an object is compared as JSON.stringify writes it, numbers first", () => {
    write(
      '{"op":"ACQUIRE","lane":{"b":1,"10":2,"2":3.0}}\n',
      '{"op":"HEARTBEAT","lane":"{\\"2\\":3,\\"10\\":2,\\"b\\":1}","ts":"x"}\n',
    );
    expect(replay(path, { engine })[0]?.["heartbeat_at"]).toBe("x");
    expect(leaseGenerations(path, { engine })[0]?.lane).toBe('{"2":3,"10":2,"b":1}');
  });

  it("an identity represents NaN and the infinities as JSON.stringify does", () => {
    write('{"op":"ACQUIRE","lane":[NaN,1e400],"loop_ts":NaN}\n');
    expect(leaseGenerations(path, { engine })).toEqual([{ loop_ts: "NaN", lane: "[null,null]", generation: 1 }]);
  });
});

describe.each(engines)("text under the %s engine", (engine) => {
  const held = (...lane: (string | Buffer)[]) => {
    write('{"op": "ACQUIRE", "lane": "', ...lane, '"}\n');
    return leaseGenerations(path, { engine })[0]?.lane;
  };

  it.each([
    ["\\ud800", "\ud800"],
    ["\\udc00", "\udc00"],
    ["\\udc00\\ud800", "\udc00\ud800"],
    ["\\ud83d\\ude00", "😀"],
    ["\\ud800x", "\ud800x"],
    ["\\ud800\\u0041", "\ud800A"],
  ])("the escape %s is decoded correctly", (spelling, expected) => {
    expect(renderExactly(held(spelling))).toBe(renderExactly(expected));
  });

  it.each([
    ["c080", 2],
    ["e08080", 3],
    ["eda080", 3],
    ["edb080", 3],
    ["f0808080", 4],
    ["f4908080", 4],
    ["f5808080", 4],
    ["ff", 1],
    ["80", 1],
    ["bf", 1],
    ["c3", 1],
    ["e282", 1],
    ["f09f98", 1],
    ["e2", 1],
    ["f09f", 1],
    ["fc8080808080", 6],
    ["eda080edb080", 6],
  ])("the bytes %s become %i replacement characters, in keys and values", (hex, count) => {
    expect(held("<", bytes(hex), ">")).toBe(`<${"\ufffd".repeat(count)}>`);
    expect(scan(path, { engine }).illFormedUtf8.count).toBe(1);
    write('{"op": "X", "<', bytes(hex), '>": 1}\n');
    expect(readAll(path, { engine })).toEqual([{ op: "X", [`<${"\ufffd".repeat(count)}>`]: 1 }]);
    expect(scan(path, { engine }).corrupt.count).toBe(0);
  });

  it("keys that differ only in ill-formed bytes are the same key", () => {
    write('{"op": "X", "', bytes("ff"), '": 1, "', bytes("80"), '": 2}\n');
    expect(readAll(path, { engine })).toEqual([{ op: "X", "\ufffd": 2 }]);
    expect(scan(path, { engine }).repeatedKeys.count).toBe(1);
  });

  it.each(["\u2028", "\u2029", "\u0085", "\u007f", "\u00a0", "\ufeff"])(
    "a raw %j in a string does not end the line and is not damage",
    (character) => {
      expect(held("a", character, "b")).toBe(`a${character}b`);
      expect(scan(path, { engine }).lines).toBe(1);
    },
  );

  it.each(["\0", "\t", "\v", "\f", "\u001f", "\r"])("a raw %j in a string makes the line unparseable", (character) => {
    write(`{"op": "ACQUIRE", "lane": "a${character}b"}\n{"op": "X"}\n`);
    expect(scan(path, { engine }).corrupt.count).toBe(1);
  });

  it.each(["\v", "\f", "\0", "\u00a0", "\u3000", "\u2028", "\u0085", "\ufeff", "\u001c", "\u001f"])(
    "%j around a text or alone makes a sentinel",
    (character) => {
      const line = '{"op": "X"}';
      write(`${line}\n${character}${line}\n${line}${character}\n${character}\n${line}\n`);
      expect(scan(path, { engine }).corrupt.first.map((place) => place.line)).toEqual([1, 2, 3]);
    },
  );

  it("a byte order mark counts only at byte 0 (A12)", () => {
    const line = Buffer.from('{"op": "X"}\n');
    const mark = bytes("efbbbf");
    expect(scan(write(mark, line, line), { engine })).toMatchObject({
      entries: 2,
      lines: 2,
      bytes: 27,
      corrupt: { count: 0 },
    });
    expect(scan(write(mark, mark, line, line), { engine }).corrupt).toEqual({
      count: 1,
      first: [{ line: 0, offset: 3 }],
    });
    expect(scan(write(line, mark, line, line), { engine }).corrupt).toEqual({
      count: 1,
      first: [{ line: 1, offset: 12 }],
    });
    expect(scan(write(mark), { engine })).toMatchObject({ lines: 0, entries: 0, tornTail: null, bytes: 3 });
    expect(scan(write(mark, "\n", line), { engine })).toMatchObject({ lines: 2, entries: 1, corrupt: { count: 0 } });
    expect(scan(write(bytes("efbb"), line, line), { engine }).corrupt.count).toBe(1);
  });

  it("CRLF journals are read like LF ones", () => {
    const line = '{"op": "ACQUIRE", "lane": "a"}\r\n';
    expect(scan(write(line, "\r\n", line, " \t\r\n"), { engine })).toMatchObject({
      lines: 4,
      entries: 2,
      corrupt: { count: 0 },
      tornTail: null,
    });
  });
});
