// Checks the exact lines of values, and which values are rejected (docs/format.md 8, "A line").
import { readFileSync } from "node:fs";
import { runInNewContext } from "node:vm";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { JournalError } from "../../src/errors.js";
import type { Entry, Lease } from "../../src/types.js";
import { formatLine } from "../../src/write/line.js";

const vectors: { cases: { value: Entry; line: string }[] } = JSON.parse(
  readFileSync(new URL("../vectors/writer.json", import.meta.url), "utf8"),
);

function refusalOf(entry: Entry): JournalError {
  try {
    formatLine(entry);
  } catch (error) {
    if (error instanceof JournalError) return error;
    throw error;
  }
  throw new Error("expected a refusal, found a line");
}

/**
 * Returns the same text in the plainest way: code points compared one by one, strings escaped one character at a time.
 */
function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(", ")}]`;
  if (typeof value === "string") return `"${Array.from(value, escaped).join("")}"`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value);
  const members = Object.entries(value).sort(([a], [b]) => order(a, b));
  return `{${members.map(([key, member]) => `${canonical(key)}: ${canonical(member)}`).join(", ")}}`;
}

function order(a: string, b: string): number {
  const [left, right] = [Array.from(a), Array.from(b)];
  for (let at = 0; at < Math.min(left.length, right.length); at++) {
    const difference = (left[at]?.codePointAt(0) ?? 0) - (right[at]?.codePointAt(0) ?? 0);
    if (difference !== 0) return difference;
  }
  return left.length - right.length;
}

const short: { [character: string]: string } = {
  '"': '\\"',
  "\\": "\\\\",
  "\b": "\\b",
  "\f": "\\f",
  "\n": "\\n",
  "\r": "\\r",
  "\t": "\\t",
};

function escaped(character: string): string {
  const code = character.codePointAt(0) ?? 0;
  const isLone = code >= 0xd800 && code <= 0xdfff;
  const isEscaped = code < 0x20 || isLone || [0x85, 0x2028, 0x2029].includes(code);
  return short[character] ?? (isEscaped ? `\\u${code.toString(16).padStart(4, "0")}` : character);
}

function nested(containers: number): Entry {
  let value: unknown = [];
  for (let depth = 2; depth < containers; depth++) value = [value];
  return { v: value };
}

describe("the line of an entry", () => {
  test.each(vectors.cases)("is that of the vectors: $line", ({ value, line }) => {
    expect(formatLine(value)).toBe(line);
  });

  test.each([31, 32, 33, 100])("of an object with %i keys has them sorted", (count) => {
    const keys = Array.from({ length: count }, (_, at) => `k${(at * 37) % count}`);
    const line = formatLine(Object.fromEntries(keys.map((key) => [key, 1])));
    expect(Object.keys(JSON.parse(line))).toEqual(keys.toSorted());
  });

  test("of any JSON value reads back the same, is one line and has its keys sorted", () => {
    const characters = fc.string({
      unit: fc.constantFrom(
        "a",
        "Z",
        "é",
        "\u0085",
        "\u2028",
        "\ud800",
        "\udc00",
        "😀",
        "\uffee",
        '"',
        "\\",
        "\n",
        "\0",
        "\x7f",
      ),
    });
    const keys = fc.oneof(
      characters,
      fc.string({ unit: "binary" }),
      fc.constantFrom("__proto__", "toString", "1", "01"),
    );
    const values = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        characters,
        fc.string({ unit: "binary" }),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.constantFrom(null, true, false),
        fc.array(tie("value")),
        fc.dictionary(keys, tie("value")),
      ),
    }));
    fc.assert(
      fc.property(fc.dictionary(keys, values.value), (entry) => {
        const line = formatLine(entry);
        expect(JSON.parse(line)).toStrictEqual(JSON.parse(JSON.stringify(entry)));
        expect(line.indexOf("\n")).toBe(line.length - 1);
        expect(line).toBe(`${canonical(JSON.parse(JSON.stringify(entry)))}\n`);
      }),
      { numRuns: 200 },
    );
  });

  test("has keys above U+FFFF after all others, the second time too", () => {
    const line = '{"\uffee": 1, "😀": 2}\n';
    for (let round = 0; round < 3; round++) expect(formatLine({ "😀": 2, "\uffee": 1 })).toBe(line);
  });

  test("omits undefined members, and has null for undefined items and holes", () => {
    // biome-ignore lint/suspicious/noSparseArray: the hole is what is tested
    expect(formatLine({ a: undefined, b: [undefined, , 1] })).toBe('{"b": [null, null, 1]}\n');
  });

  test("has a bigint's digits", () => {
    expect(formatLine({ n: 123456789012345678901234567890n })).toBe('{"n": 123456789012345678901234567890}\n');
  });

  test("has 0 for minus zero, as JSON.stringify", () => {
    expect(formatLine({ n: -0 })).toBe('{"n": 0}\n');
  });

  test("has boxed primitives as JSON.stringify writes them", () => {
    const boxed = { a: Object(1.5), b: Object("x"), c: Object(false), d: Object(Symbol("s")) };
    expect(formatLine(boxed)).toBe('{"a": 1.5, "b": "x", "c": false, "d": {}}\n');
    expect(formatLine({ n: Object(12n) })).toBe('{"n": 12}\n');
  });

  test("has the result of toJSON, which is called with the key", () => {
    const echo = { toJSON: (key: string) => `<${key}>` };
    expect(formatLine({ a: echo, b: [0, echo] })).toBe('{"a": "<a>", "b": [0, "<1>"]}\n');
    expect(formatLine({ at: new Date(0) })).toBe('{"at": "1970-01-01T00:00:00.000Z"}\n');
    expect(formatLine({ gone: { toJSON: () => undefined } })).toBe("{}\n");
    expect(formatLine({ f: Object.assign(() => 1, { toJSON: () => "f" }) })).toBe('{"f": "f"}\n');
    expect(formatLine({ a: { toJSON: 5 } })).toBe('{"a": {"toJSON": 5}}\n');
  });

  test("has the result of the entry's own toJSON, called once", () => {
    const entry = { a: 1, toJSON: (key: string) => ({ b: key }) };
    expect(formatLine(entry)).toBe('{"b": ""}\n');
  });

  test("has __proto__ as an ordinary key", () => {
    expect(formatLine(JSON.parse('{"__proto__": {"z": 1}, "a": 2}'))).toBe('{"__proto__": {"z": 1}, "a": 2}\n');
  });

  test("may have one object in two places", () => {
    const one = { x: 1 };
    expect(formatLine({ a: one, b: [one, one] })).toBe('{"a": {"x": 1}, "b": [{"x": 1}, {"x": 1}]}\n');
  });

  test("may have plain objects of another realm and those without a prototype", () => {
    expect(formatLine(runInNewContext("({ a: [1] })"))).toBe('{"a": [1]}\n');
    expect(formatLine(Object.assign(Object.create(null), { a: 1 }))).toBe('{"a": 1}\n');
  });
});

describe("an entry is rejected", () => {
  const values: [string, unknown, string][] = [
    ["NaN", Number.NaN, "expected a finite number, found NaN"],
    ["an infinity", Number.POSITIVE_INFINITY, "expected a finite number, found Infinity"],
    ["a negative infinity", Number.NEGATIVE_INFINITY, "expected a finite number, found -Infinity"],
    ["a boxed NaN", Object(Number.NaN), "expected a finite number, found NaN"],
    ["a function", () => 1, "expected a JSON value, found a function"],
    ["a symbol", Symbol("s"), "expected a JSON value, found a symbol"],
  ];
  test.each(values)("for %s, with its place", (_, value, message) => {
    expect(refusalOf({ lease: { children: ["a", "b", value] } })).toMatchObject({
      code: "ERR_ENTRY_INVALID",
      message: `entry refused at lease.children[2]: ${message}`,
    });
    expect(refusalOf({ "odd key": { "": value } }).message).toBe(`entry refused at ["odd key"][""]: ${message}`);
  });

  test("with a place that is shortened in the middle if it is long", () => {
    const placeOf = (key: string): string | undefined =>
      /^entry refused at (.*): expected/.exec(refusalOf({ [key]: Number.NaN }).message)?.[1];
    const key = `${"a".repeat(150)}${"b".repeat(10)}${"c".repeat(40)}`;
    expect(placeOf(key)).toBe(key);
    expect(placeOf(`${key}d`)).toBe(`${"a".repeat(150)}...${"c".repeat(39)}d`);
  });

  test("for a cycle, with the place where it closes", () => {
    const lease: Lease = { tree: [] };
    lease["self"] = { again: lease };
    const expected =
      "entry refused at lease.self.again: expected a value that does not contain itself, found a cycle to lease";
    expect(refusalOf({ lease })).toMatchObject({ code: "ERR_ENTRY_INVALID", message: expected });
    const entry: Entry = {};
    entry["me"] = entry;
    expect(refusalOf(entry).message).toContain(
      "at me: expected a value that does not contain itself, found a cycle to entry",
    );
  });

  test("for more than 1,024 containers, including the outermost", () => {
    expect(formatLine(nested(1024))).toBe(`{"v": ${"[".repeat(1023)}${"]".repeat(1023)}}\n`);
    expect(refusalOf(nested(1025))).toMatchObject({
      code: "ERR_ENTRY_INVALID",
      message: expect.stringMatching(
        /^entry refused at v\[0\].*: expected at most 1024 nested containers, found more$/,
      ),
    });
  });

  test("for a line of more than 64 MiB, without its LF", () => {
    const limit = 64 * 1024 * 1024;
    const room = limit - '{"v": ""}'.length;
    expect(formatLine({ v: "x".repeat(room) })).toHaveLength(limit + 1);
    expect(refusalOf({ v: "x".repeat(room + 1) })).toMatchObject({
      code: "ERR_ENTRY_INVALID",
      message: `entry refused at entry: expected at most ${limit} bytes of text, found ${limit + 1}`,
    });
    expect(refusalOf({ v: "é".repeat(room / 2 + 1) }).code).toBe("ERR_ENTRY_INVALID");
    const shorter = `entry refused at v: expected a shorter string, found ${limit + 1} characters`;
    expect(refusalOf({ v: "x".repeat(limit + 1) }).message).toBe(shorter);
    const less = `entry refused at entry: expected at most ${limit} bytes of text, found `;
    expect(refusalOf({ v: "x".repeat(limit) }).message).toBe(`${less}more`);
    // The running count excludes the spaces.
    expect(refusalOf({ v: "x".repeat(room + 2) }).message).toBe(`${less}${limit + 2}`);
  });

  test("for an object that occurs so often that its text would be too long", () => {
    let value: unknown = "x".repeat(1024);
    for (let doublings = 0; doublings < 40; doublings++) value = [value, value];
    expect(refusalOf({ value })).toMatchObject({ code: "ERR_ENTRY_INVALID" });
  });

  const misuses: [string, unknown, string][] = [
    ["null", null, "null"],
    ["undefined", undefined, "undefined"],
    ["an array", [], "an array"],
    ["a string", "x", "a string"],
    ["a date", new Date(0), "an object of a class"],
    ["a map", new Map(), "an object of a class"],
  ];
  test.each(misuses)("as a misuse if it is %s", (_, entry, found) => {
    expect(() => Reflect.apply(formatLine, undefined, [entry])).toThrow(
      new TypeError(`entry: expected a plain object, found ${found}`),
    );
  });

  test("as a misuse if its toJSON returns something else", () => {
    expect(() => formatLine({ toJSON: () => [1] })).toThrow(
      new TypeError("entry: expected a plain object from toJSON, found an array"),
    );
  });
});
