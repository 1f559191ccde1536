// Checks that unexpected texts from the addon cause an error and are never returned as a value.
import { describe, expect, it } from "vitest";
import type { Addon, AddonFold } from "../../src/engine/addon.js";
import { createNativeEngine } from "../../src/engine/native.js";

const none = { count: 0, first: [] };
const counted = {
  live: 0,
  nextSeq: 1,
  bytes: 0,
  lines: 0,
  entries: 0,
  ops: {},
  corrupt: none,
  tornTail: null,
  nonObjects: none,
  illFormedUtf8: none,
  repeatedKeys: none,
  oddSeq: none,
  heartbeatBack: none,
  seqBack: none,
  tsBack: none,
  strayEnd: none,
  strayBeat: none,
  refusedAcquire: none,
  sharedLane: none,
  badChecks: none,
  checked: { values: 0, bytes: 0 },
};

type Texts = Partial<Record<"leases" | "generations" | "heldLeases", string[]>> & {
  plan?: unknown;
  scan?: unknown;
  entries?: string;
  places?: number[];
  content?: string;
};

/** Creates the engine over an addon that answers with these texts, whatever it reads. */
function engineOf(texts: Texts) {
  const { leases = [], generations = [], heldLeases = [], scan = counted, entries = "[]", content = "nothing" } = texts;
  const { places = [], plan } = texts;
  class Fold implements AddonFold {
    readonly offset = 0;
    readonly hasOpenLine = false;
    readonly endDamaged = false;
    readonly content = content;
    step = () => true;
    stepAsync = async () => true;
    leases = () => leases.map((text) => Buffer.from(text));
    generations = () => generations.map((text) => Buffer.from(text));
    readonly counter = 7;
    heldLeases = (from: number) => Buffer.from(heldLeases[from] ?? "");
    planLeases = () => Buffer.from(JSON.stringify(plan));
    leaseText = () => Buffer.alloc(0);
    leaseDigests = () => Buffer.alloc(0);
    drop = () => {};
    nextSeq = () => 1;
    mark = () => Buffer.alloc(0);
    snapshot = () => Buffer.alloc(0);
    scan = () => Buffer.from(JSON.stringify(scan));
  }
  class Sift {
    step = () => ({
      values: new Uint8Array(),
      stretches: new Float64Array(),
      members: new Uint32Array(),
      numbers: new Float64Array(),
      beats: new Float64Array(),
      listed: Buffer.from("[]"),
      offset: 0,
      done: true,
    });
  }
  const addon: Addon = {
    Fold,
    Sift,
    readEntries: () => ({
      text: Buffer.from(entries),
      places: new Float64Array(places),
      offset: 0,
      line: 0,
      done: true,
    }),
    findCut: () => ({ line: 0, offset: 0, isFound: false, done: true }),
    tryFlock: () => true,
    kernels: () => ({ simdjson: "0", kernel: "none", matcher: "none" }),
  };
  return createNativeEngine(addon);
}

const foldOf = (texts: Texts) => engineOf(texts).openFold({ kind: "scan", threads: 1 });

describe("the addon's scan", () => {
  it("becomes a scan that contains the leases and tokens", () => {
    const generation = { loop_ts: "T", lane: "a", generation: 1 };
    const fold = foldOf({ leases: ['[{"lane":"a"}]'], generations: [JSON.stringify([generation])] });
    const { live, ...counts } = counted;
    expect(fold.report().live).toBe(live);
    expect(fold.scan()).toEqual({
      ...counts,
      leases: [{ lane: "a" }],
      generations: [generation],
      engine: "native",
      isJournal: true,
    });
  });

  it.each([
    ["that is not an object", []],
    ["without ops", { ...counted, ops: null }],
    ["with a count that is not an integer", { ...counted, bytes: 1.5 }],
    ["with a finding that is not an object", { ...counted, oddSeq: 3 }],
    ["with a finding without a count", { ...counted, oddSeq: { first: [] } }],
    ["with a finding without places", { ...counted, oddSeq: { count: 1 } }],
    ["with a place without a line", { ...counted, oddSeq: { count: 1, first: [{ offset: 0 }] } }],
    ["with a place without an offset", { ...counted, oddSeq: { count: 1, first: [{ line: 0 }] } }],
    ["with a torn tail without a place", { ...counted, tornTail: {} }],
    ["with a torn tail without `terminated`", { ...counted, tornTail: { line: 0, offset: 0 } }],
    ["with a torn tail whose LF is a number", { ...counted, tornTail: { line: 0, offset: 0, terminated: 1 } }],
    ["with a torn tail without `damaged`", { ...counted, tornTail: { line: 0, offset: 0, terminated: false } }],
  ])("%s is an error", (_what, scan) => {
    expect(() => foldOf({ scan }).scan()).toThrow("the native engine's scan: expected a scan");
  });
});

describe("the addon's leases and tokens", () => {
  it("are concatenated if they come in several texts", () => {
    expect(foldOf({ leases: ['[{"lane":"a"}]', '[{"lane":"b"}]'] }).leases()).toEqual([{ lane: "a" }, { lane: "b" }]);
  });

  it("are empty if there is no text", () => {
    expect(foldOf({}).leases()).toEqual([]);
  });

  it.each([
    ["a text that is not an array", "{}", "an array"],
    ["an array of other things", "[1]", "items of one shape"],
  ])("%s is an error", (_what, text, expected) => {
    const message = (from: string) => `the native engine's ${from}: expected ${expected}`;
    expect(() => foldOf({ leases: [text] }).leases()).toThrow(message("leases"));
    expect(() => foldOf({ generations: [text] }).generations()).toThrow(message("generations"));
    expect(() => [...engineOf({ entries: text }).readEntries(0, { line: 0, offset: 0 })]).toThrow("readEntries");
  });

  it.each([
    { lane: "a", generation: 1 },
    { loop_ts: "T", generation: 1 },
    { loop_ts: "T", lane: "a", generation: 1.5 },
  ])("a token %o is an error", (token) => {
    expect(() => foldOf({ generations: [JSON.stringify([token])] }).generations()).toThrow("items of one shape");
  });

  it("are an error if they are not JSON in any dialect", () => {
    expect(() => foldOf({ leases: ["[{]"] }).leases()).toThrow(SyntaxError);
  });
});

describe("the addon's held leases", () => {
  const read = (...heldLeases: string[]) => {
    const { counter, leases } = foldOf({ heldLeases }).heldLeases();
    return { counter, leases: [...leases] };
  };

  it("are read as two lines per lease, in batches until there are no more", () => {
    const want = { loop_ts: "T", lane: "a", text: '{"n": 1.0}' };
    expect(read('["T","a",3]\n{"n": 1.0}\n', '["T","a",null]\n{"n": 1.0}\n')).toEqual({
      counter: 7,
      leases: [
        { ...want, generation: 3 },
        { ...want, generation: undefined },
      ],
    });
    expect(read()).toEqual({ counter: 7, leases: [] });
  });

  it.each([
    ['[1,"a",3]\n{}\n', "two texts"],
    ['["T",1,3]\n{}\n', "two texts"],
    ['["T","a",3]\n', "two lines for each lease"],
    ['["T","a",3]\n{}', "two lines for each lease"],
    ['["T","a",true]\n{}\n', "items of one shape"],
    ['"T"\n{}\n', "an array"],
  ])("%j is an error", (lines, expected) => {
    expect(() => read(lines)).toThrow(expected);
  });
});
