// Checks which last lines both cores consider torn, against the naive opinion, which tries to complete them.
import { describe, expect, it } from "vitest";
import { UNPARSEABLE } from "../../src/core/dialect.js";
import { parseText } from "../../src/core/json.js";
import { isTear } from "../../src/core/tear.js";
import { scan } from "../../src/index.js";
import { writeJournal } from "../contract/journals.js";
import { brokenText } from "../generate/broken.js";
import { isTornNaively } from "../generate/oracle-tear.js";
import { Random } from "../generate/random.js";
import { chooseSeed } from "../generate/seed.js";
import { engines } from "../support/engines.js";

const whole = [
  '{"a" : [1.5e+3, -0, "\\u00e9\\n\\"", true,\tfalse, null, NaN, -Infinity, Infinity, [], {},',
  ' [[{"": {"b": 0}}]]], "c":"\u00fc"}',
].join("");

const torn: readonly string[] = [
  ...Array.from(whole, (_, at) => whole.slice(0, at + 1)),
  `${whole} \t\r`,
  `${whole}\0`,
  `${whole.slice(0, 20)}\0\0\0`,
  "\0",
  '{"a":"\\u12',
  '{"a":"\\',
  `${'{"a":'.repeat(1024)}`,
  `{"a":${"[".repeat(1023)}`,
  `{"a":"${"x".repeat(100_000)}`,
  '{"a":"\ufffd',
];

const damaged: readonly string[] = [
  "",
  " ",
  ` ${whole.slice(0, 20)}`,
  `\0${whole.slice(0, 20)}`,
  `${whole}x`,
  `${whole}\0x`,
  `${whole}${whole.slice(0, 20)}`,
  "[1, 2",
  "17x",
  "x",
  "{,",
  "{1",
  '{"a"x',
  '{"a":01',
  '{"a":1.x',
  '{"a":+',
  '{"a":-x',
  '{"a":-N',
  '{"a":-t',
  '{"a":1e+-',
  '{"a":tru3',
  '{"a":trux',
  '{"a":nullx',
  '{"a":Infinityx',
  '{"a":"\\x',
  '{"a":"\\u12g',
  '{"a":"\u0001',
  '{"a":"\0x',
  '{"a":1 2',
  '{"a":[1}',
  '{"a":[}',
  '{"a":{]',
  '{"a":{"b":1]',
  '{"a":[1,]',
  '{"a":1,}',
  '{"a":1,,',
  '{"a":\ufffd',
  `${'{"a":'.repeat(1024)}{`,
  `{"a":${"[".repeat(1024)}`,
];

const parses = (text: string): boolean => parseText(text) !== UNPARSEABLE;

describe("a last line", () => {
  it("is torn if it is the beginning of an entry's line", () => {
    expect(torn.filter((line) => !isTear(line))).toEqual([]);
  });

  it("is damage if nothing can complete it", () => {
    expect(damaged.filter(isTear)).toEqual([]);
  });

  it("is judged as if by trying to complete it", () => {
    const short = [...torn, ...damaged].filter(({ length }) => length < 1000);
    expect(short.filter((line) => isTear(line) !== isTornNaively(line, parses))).toEqual([]);
  });

  it("is judged the same wherever a random line was cut, or continued differently", () => {
    const seed = chooseSeed("tear");
    const r = new Random(seed);
    for (let round = 0; round < 1000; round++) {
      const line =
        whole.slice(0, r.below(whole.length + 1)) + r.pick(["", "", brokenText(r), whole.slice(r.below(90))]);
      const text = line + "\0".repeat(r.below(3));
      if (isTear(text) !== isTornNaively(text, parses)) expect.fail(`seed ${seed}: ${JSON.stringify(text)}`);
    }
  });

  it.each(engines)("is judged the same by the %s engine, in a file", (engine) => {
    const entry = '{"op": "HALT"}\n';
    const judged = (line: string) => scan(writeJournal(entry + line), { engine }).tornTail;
    for (const line of torn.filter((text) => !parses(text))) {
      expect([line, judged(line)]).toEqual([line, { line: 1, offset: 15, terminated: false, damaged: false }]);
    }
    for (const line of damaged.filter((text) => text.trim() !== "" && !parses(text))) {
      expect([line, judged(line)]).toEqual([line, { line: 1, offset: 15, terminated: false, damaged: true }]);
    }
  });

  it.each(engines)("may be cut within a character, for the %s engine", (engine) => {
    const bytes = Buffer.from('{"op": "HALT", "reason": "caf\u00e9');
    const cut = scan(writeJournal(bytes.subarray(0, bytes.length - 1)), { engine });
    expect(cut.tornTail).toEqual({ line: 0, offset: 0, terminated: false, damaged: false });
    const outside = scan(writeJournal(Buffer.concat([Buffer.from('{"op": '), Buffer.from([0xc3])])), { engine });
    expect(outside.tornTail).toMatchObject({ damaged: true });
  });

  it.each(engines)(
    "of more than 64 MiB is damage, whatever it contains, for the %s engine",
    (engine) => {
      const limit = 64 * 1024 * 1024;
      const long = Buffer.alloc(limit + 1, "x");
      long.write('{"a":"');
      expect(scan(writeJournal(long), { engine }).tornTail).toMatchObject({ terminated: false, damaged: true });
      expect(scan(writeJournal(long.subarray(0, limit)), { engine }).tornTail).toMatchObject({ damaged: false });
      expect(scan(writeJournal(Buffer.alloc(limit + 1)), { engine }).isJournal).toBe(false);
    },
    120_000,
  );
});
