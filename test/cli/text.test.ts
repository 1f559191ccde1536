// Checks the text of values and of progress, for people and for programs.
import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { printable } from "../../src/cli/printable.js";
import { createProgress, type ProgressStream } from "../../src/cli/progress.js";
import { formatPythonArray } from "../../src/cli/python.js";
import { formatStrictArray, formatStrictLine } from "../../src/cli/strict.js";

const python = (value: unknown): string =>
  Array.from(formatPythonArray([value]))
    .join("")
    .slice(4, -3);

describe("the reference's JSON", () => {
  it.each([
    [0, "0"],
    [-0, "0"],
    [1.5, "1.5"],
    [0.0001, "0.0001"],
    [0.00001, "1e-05"],
    [1.23e-7, "1.23e-07"],
    [5e-324, "5e-324"],
    [1e15, "1000000000000000"],
    [2 ** 63, "9223372036854775808"],
    [1e22, "1e+22"],
    [Number.NaN, "NaN"],
    [Number.POSITIVE_INFINITY, "Infinity"],
    [Number.NEGATIVE_INFINITY, "-Infinity"],
    [null, "null"],
    [true, "true"],
    [[], "[]"],
    [{}, "{}"],
    ['"\\/', '"\\"\\\\/"'],
    ["\b\f\n\r\t\0\u001f\u007f", '"\\b\\f\\n\\r\\t\\u0000\\u001f\\u007f"'],
    ["é\u2028😀\ud800", '"\\u00e9\\u2028\\ud83d\\ude00\\ud800"'],
  ])("%j is %s", (value, text) => {
    expect(python(value)).toBe(text);
  });

  it("sorts keys by code point, not by UTF-16 unit", () => {
    expect(python({ "\uffff": 1, "😀": 2, b: 3, "10": 4 })).toBe(
      '{\n    "10": 4,\n    "b": 3,\n    "\\uffff": 1,\n    "\\ud83d\\ude00": 2\n  }',
    );
  });

  it("keeps a key named __proto__", () => {
    expect(python(JSON.parse('{"__proto__":[1]}'))).toBe('{\n    "__proto__": [\n      1\n    ]\n  }');
  });

  it("has no items in an empty array", () => {
    expect(Array.from(formatPythonArray([])).join("")).toBe("[]\n");
  });
});

describe("strict JSON", () => {
  it("writes NaN and the infinities as strings, at any depth", () => {
    const entry = { a: [Number.NaN, { b: Number.POSITIVE_INFINITY }], c: Number.NEGATIVE_INFINITY, d: 1 };
    expect(formatStrictLine(entry)).toBe('{"a": ["NaN", {"b": "Infinity"}], "c": "-Infinity", "d": 1}\n');
    expect(entry.c).toBe(Number.NEGATIVE_INFINITY);
  });

  it("keeps a key named __proto__ beside a NaN", () => {
    const entry: unknown = JSON.parse('{"__proto__":{"x":1e999}}');
    expect(formatStrictLine(Object(entry))).toBe('{"__proto__": {"x": "Infinity"}}\n');
  });

  it("joins an array into one line", () => {
    expect(Array.from(formatStrictArray([{ b: 1, a: 2 }, {}])).join("")).toBe('[{"a": 2, "b": 1}, {}]\n');
    expect(Array.from(formatStrictArray([])).join("")).toBe("[]\n");
  });
});

describe("text for a terminal", () => {
  it.each([
    ["plain é 😀 \u3000", "plain é 😀 \u3000"],
    ["\u001b[2J\u0007\r\n", "\\u001b[2J\\u0007\\u000d\\u000a"],
    ["a\u0085b\u009bc\u007f", "a\\u0085b\\u009bc\\u007f"],
    ["\u202eabc\u2066\u2028", "\\u202eabc\\u2066\\u2028"],
    ["\ud800x\udc00", "\\ud800x\\udc00"],
    ["\udc00\ud800", "\\udc00\\ud800"],
  ])("%j is shown as %j", (text, shown) => {
    expect(printable(text)).toBe(shown);
  });
});

describe("progress", () => {
  const run = async (isTTY: boolean, milliseconds: number, looksMax = 10): Promise<string> => {
    const stream: PassThrough & ProgressStream = Object.assign(new PassThrough(), { isTTY });
    let now = 0;
    const progress = createProgress(stream, () => now);
    now = milliseconds;
    progress.show({ bytes: 25e6, bytesTotal: 100e6 });
    // Loading the bar takes a moment, during which a read continues.
    for (let looks = 0; looks < looksMax && stream.readableLength === 0; looks++) {
      await new Promise((resolve) => setTimeout(resolve, 20));
      progress.show({ bytes: 50e6, bytesTotal: 100e6 });
    }
    await progress.end();
    progress.show({ bytes: 100e6, bytesTotal: 100e6 });
    return String(stream.read() ?? "");
  };

  it("shows a bar on a terminal after a second", async () => {
    expect(await run(true, 1_500, 10_000)).toContain("of 100 MB");
  });

  it("shows nothing before", async () => {
    expect(await run(true, 900)).toBe("");
  });

  it("shows nothing in a pipe", async () => {
    expect(await run(false, 60_000)).toBe("");
  });
});
