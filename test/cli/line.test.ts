// Generates command lines from the tables of verbs and options and checks what is run, or why the line is wrong
// (docs/cli.md).
import { describe, expect, it } from "vitest";
import { type CommandLine, flagsOf, type VerbDescription, verbs } from "../../src/cli/args.js";
import type { FlagDescription, Flags } from "../../src/cli/flag.js";
import { flags } from "../../src/cli/flags.js";
import { readRequest } from "../../src/cli/line.js";
import { complaintOf } from "./complaint.js";

/** A value of each kind, as typed and as parsed. */
function sampleOf(flag: FlagDescription): { typed: string; read: string | number | true | readonly string[] } {
  if (flag.kind === "number") return { typed: "7", read: 7 };
  if (flag.kind === "engine") return { typed: "js", read: "js" };
  if (flag.kind === "size") return { typed: "1.5MB", read: 1_500_000 };
  if (flag.kind === "duration") return { typed: "2d", read: 2 * 86_400_000 };
  if (flag.kind === "log") return { typed: "nats://a,b:1", read: "nats://a,b:1" };
  if (flag.kind === "instant") return { typed: "2026-06-01T14:03:00Z", read: "2026-06-01T14:03:00Z" };
  if (flag.kind === "text") return { typed: "agent 9", read: "agent 9" };
  if (flag.kind === "paths") return { typed: "a=b/c.jsonl", read: ["a=b/c.jsonl"] };
  return flag.kind === "path" || flag.kind === "target"
    ? { typed: "a=b/c.jsonl", read: "a=b/c.jsonl" }
    : { typed: "", read: true };
}

/** Returns every way to write an option, each as a list of words. */
function spellingsOf(flag: FlagDescription): string[][] {
  const { typed } = sampleOf(flag);
  const long = `--${flag.name}`;
  if (flag.kind !== "switch") return [[`${long}=${typed}`], [long, typed]];
  return flag.short === undefined ? [[long]] : [[long], [`-${flag.short}`]];
}

const bounds: FlagDescription["key"][] = ["at", "untilSeq", "untilLine", "untilOffset"];

function exclude(a: FlagDescription, b: FlagDescription): boolean {
  const isGiven = (...keys: string[]): boolean => keys.includes(a.key) && keys.includes(b.key);
  return isGiven(...bounds) || isGiven("journal", "entries") || isGiven("html", "svg", "chrome", "json");
}

function valuesOf(...given: FlagDescription[]): Flags {
  return Object.fromEntries(given.map((flag) => [flag.key, sampleOf(flag).read]));
}

/** The word that precedes the journal, for verbs that take one. */
function wordsOf({ argument }: VerbDescription): string[] {
  return argument?.kind === "word" ? ["agent-9"] : [];
}

/** What is read of the path of a journal. */
function named({ takesJournals }: VerbDescription, path: string): Flags {
  return takesJournals ? { journals: [path] } : { journal: path };
}

function run(verb: VerbDescription, read: Flags, argument?: number): unknown {
  const [word] = wordsOf(verb);
  const line: CommandLine = { verb: verb.name, flags: read, ...(word === undefined ? {} : { word }) };
  return { kind: "run", line: argument === undefined ? line : { ...line, argument } };
}

describe.each(verbs)("lj $name", (verb) => {
  const known = flagsOf(verb);
  const { name } = verb;
  const call = [name, ...wordsOf(verb)];

  it("accepts each of its options in every spelling, before and after the verb", () => {
    for (const flag of known) {
      for (const words of spellingsOf(flag)) {
        expect(readRequest([...call, ...words])).toEqual(run(verb, valuesOf(flag)));
        expect(readRequest([...words, ...call])).toEqual(run(verb, valuesOf(flag)));
      }
    }
  });

  it("accepts each of its options with every other, in every spelling and order", () => {
    const pairs = known.flatMap((a) => known.map((b) => ({ a, b })));
    for (const { a, b } of pairs.filter(({ a, b }) => a !== b && !exclude(a, b))) {
      const expected = run(verb, valuesOf(a, b));
      const spellings = spellingsOf(a).flatMap((first) => spellingsOf(b).map((second) => ({ first, second })));
      const lines = spellings.flatMap(({ first, second }) => [
        [...call, ...first, ...second],
        [...first, ...call, ...second],
        [...first, ...second, ...call],
      ]);
      for (const argv of lines) expect(readRequest(argv), argv.join(" ")).toEqual(expected);
    }
  });

  it("accepts all of its options at once, except those that exclude each other", () => {
    const given = known.filter((flag, at) => !known.slice(0, at).some((other) => exclude(flag, other)));
    const joined = given.flatMap((flag) => spellingsOf(flag)[0] ?? []);
    const apart = given.flatMap((flag) => spellingsOf(flag).at(-1) ?? []);
    for (const argv of [
      [...call, ...joined],
      [...joined, ...call],
      [...call, ...apart],
      [...apart, ...call],
    ]) {
      expect(readRequest(argv)).toEqual(run(verb, valuesOf(...given)));
    }
  });

  it.skipIf(verb.isJournalless)("accepts the journal as an argument, with every option", () => {
    for (const flag of known.filter((each) => each.name !== "journal" && each.key !== "entries")) {
      const expected = run(verb, { ...valuesOf(flag), ...named(verb, "j.jsonl") });
      for (const words of spellingsOf(flag)) {
        expect(readRequest([...call, ...words, "j.jsonl"])).toEqual(expected);
        expect(readRequest([...call, "j.jsonl", ...words])).toEqual(expected);
        expect(readRequest([...words, ...call, "--", "j.jsonl"])).toEqual(expected);
      }
    }
    expect(readRequest([...call, "--", "--force"])).toEqual(run(verb, named(verb, "--force")));
  });

  it.runIf(verb.isJournalless)("accepts no journal", () => {
    const taken = JSON.stringify(wordsOf(verb)[0]);
    expect(complaintOf([...call, "j.jsonl"])).toBe(`${name}: expected nothing after ${taken}, found "j.jsonl"`);
    expect(complaintOf([...call, "--journal", "j"])).toContain(`--journal: ${name} does not take this option`);
  });

  it.runIf(verb.takesJournals)("accepts several journals, as options and as arguments", () => {
    expect(readRequest([...call, "--journal", "a", "b", "--journal=c", "d"])).toEqual(
      run(verb, { journals: ["a", "c", "b", "d"] }),
    );
  });

  it.skipIf(verb.isJournalless || verb.takesJournals)("accepts only one journal", () => {
    const taken = [...wordsOf(verb), "a"].map((word) => JSON.stringify(word)).join(" and ");
    expect(complaintOf([...call, "a", "b"])).toBe(`${name}: expected nothing after ${taken}, found "b"`);
    expect(complaintOf([...call, "--journal", "a", "b"])).toBe(`${name}: expected nothing after ${taken}, found "b"`);
    expect(complaintOf([name, "--journal=a", "--journal=b"])).toBe("--journal: expected it once, found it twice");
  });

  it("rejects the options of other verbs in every position, and names those verbs", () => {
    // The --json that takes a file is read as the switch unless the verb is bench.
    const others = flags.filter(({ key }) => key !== "jsonFile");
    for (const flag of others.filter((other) => !known.some((own) => own.name === other.name))) {
      for (const words of spellingsOf(flag)) {
        const takers = verbs.filter((other) => flagsOf(other).some((own) => own.name === flag.name));
        const complaint = `does not take this option; these do: ${takers.map((taker) => taker.name).join(", ")}`;
        expect(complaintOf([...call, ...words])).toContain(complaint);
        expect(complaintOf([...words, ...call])).toContain(complaint);
      }
    }
  });

  it("rejects a switch with a value, an option without its value, and a valued option given twice", () => {
    for (const flag of known) {
      const long = `--${flag.name}`;
      if (flag.kind === "switch") {
        expect(complaintOf([...call, `${long}=`])).toBe(`${long}: expected no value, found ""`);
        expect(complaintOf([...call, `${long}=true`])).toBe(`${long}: expected no value, found "true"`);
        expect(readRequest([...call, long, long])).toEqual(run(verb, valuesOf(flag)));
        continue;
      }
      expect(complaintOf([...call, long])).toBe(`${long}: expected a value (${flag.value}), found nothing`);
      expect(complaintOf([...call, long, "--verbose"])).toBe(
        `${long}: expected a value (${flag.value}), found the option "--verbose"`,
      );
      expect(complaintOf([...call, `${long}=`])).toMatch(/: expected .+, found (""|an empty one)$/);
      const [joined = [], apart = []] = spellingsOf(flag);
      if (flag.kind === "paths") continue;
      expect(complaintOf([...call, ...joined, ...apart])).toBe(`${long}: expected it once, found it twice`);
    }
  });

  it("rejects a value that is out of range, in both spellings", () => {
    const wrong: { [kind in FlagDescription["kind"]]: readonly string[] } = {
      number: ["-1", "1.5", "1e3", "+", "0x10", " 1", "ten", "9007199254740992", "9".repeat(400)],
      engine: ["rust", "Native", "NATIVE"],
      instant: [],
      log: ["a", "http://a", "nats:/a"],
      size: ["0", "-1", "1.5.5MB", "10 parsecs", "MB", "1e3", "9".repeat(16)],
      duration: ["d", "-1d", "1y", "1 fortnight", "9999999999999w"],
      path: ["-"],
      paths: ["-"],
      target: [""],
      text: [],
      switch: [],
    };
    for (const flag of known) {
      for (const value of wrong[flag.kind]) {
        for (const words of [[`--${flag.name}=${value}`], [`--${flag.name}`, value]]) {
          expect(complaintOf([...call, ...words]), words.join(" ")).toMatch(/^--[a-z-]+: expected .+, found /);
        }
      }
      if (flag.kind !== "number") continue;
      expect(complaintOf([...call, `--${flag.name}`, String(flag.least - 1)])).toContain(`of at least ${flag.least}`);
      expect(readRequest([...call, `--${flag.name}`, String(flag.least)])).toEqual(
        run(verb, { [flag.key]: flag.least }),
      );
    }
  });

  it("shows its help, whatever else is given with --help", () => {
    for (const argv of [
      [name, "--help"],
      ["-h", name],
      [name, "--help", "--nonsense"],
      ["help", name],
    ]) {
      expect(readRequest(argv)).toEqual({ kind: "help", verb });
    }
  });
});

describe("options that exclude each other", () => {
  const ofVerb = (name: string) => flags.filter(({ key }) => bounds.includes(key)).map((flag) => ({ name, flag }));

  it("are rejected: two bounds of a replay, in every spelling", () => {
    for (const { flag: a } of ofVerb("replay")) {
      for (const { flag: b } of ofVerb("replay").filter(({ flag }) => flag !== a)) {
        for (const words of spellingsOf(a).flatMap((first) => spellingsOf(b).map((second) => [...first, ...second]))) {
          expect(complaintOf(["replay", ...words])).toMatch(/^expected one of --at, .+, found --\S+ and --\S+$/);
        }
      }
    }
  });

  it("are rejected: a journal and its size, for bench", () => {
    const complaint = "expected one of --journal, --entries, found --journal and --entries";
    expect(complaintOf(["bench", "--entries=3", "--journal", "j"])).toBe(complaint);
    expect(complaintOf(["bench", "j", "--entries", "3"])).toBe(complaint);
  });
});

describe("lj tail", () => {
  const tail = (argument?: number, read: Flags = {}): unknown => ({
    kind: "run",
    line: argument === undefined ? { verb: "tail", flags: read } : { verb: "tail", flags: read, argument },
  });

  it.each([
    [["20"], tail(20)],
    [["-3"], tail(-3)],
    [["-10", "j"], tail(-10, { journal: "j" })],
    [["+5", "--json"], tail(5, { json: true })],
    [["--", "-3"], tail(-3)],
    [["j", "0"], tail(0, { journal: "j" })],
    [["0", "-f", "j"], tail(0, { follow: true, journal: "j" })],
    [["--journal", "7", "7"], tail(7, { journal: "7" })],
    [["./7"], tail(undefined, { journal: "./7" })],
  ])("%j is accepted", (words, expected) => {
    expect(readRequest(["tail", ...words])).toEqual(expected);
  });

  it("accepts a negative number before the verb as well", () => {
    expect(readRequest(["--threads=2", "tail", "-12"])).toEqual(tail(-12, { threads: 2 }));
    expect(complaintOf(["-3", "tail"])).toContain('unknown verb "-3"');
  });

  it.each([
    [["1e3"], 'N: expected a whole number, found "1e3"; use --journal for a journal whose name begins with a digit'],
    [["2026.jsonl"], 'N: expected a whole number, found "2026.jsonl"'],
    [["9007199254740993"], "N: expected a whole number of at most 9007199254740991"],
    [["1", "2"], 'tail: expected nothing after "1", found "2"'],
    [["1", "a", "b"], 'tail: expected nothing after "1" and "a", found "b"'],
    [["-x"], 'unknown option "-x"'],
  ])("%j is rejected", (words, complaint) => {
    expect(complaintOf(["tail", ...words])).toContain(complaint);
  });
});

describe("a verb that takes a word", () => {
  it("takes it before the journal, also if it looks like a number", () => {
    const line: CommandLine = { verb: "why", flags: { journal: "j" }, word: "4711" };
    expect(readRequest(["why", "4711", "j"])).toEqual({ kind: "run", line });
    expect(readRequest(["why", "--journal", "j", "4711"])).toEqual({ kind: "run", line });
  });

  it("may be missing, and says if it is empty", () => {
    expect(readRequest(["why"])).toEqual({ kind: "run", line: { verb: "why", flags: {} } });
    expect(complaintOf(["why", ""])).toMatch(/^WHO: expected .+, found an empty word$/);
    expect(readRequest(["history"])).toEqual({ kind: "run", line: { verb: "history", flags: {} } });
  });
});

it("requests without a verb are accepted", () => {
  expect(readRequest([])).toEqual({ kind: "nothing" });
  expect(readRequest(["--version"])).toEqual({ kind: "version" });
  expect(readRequest(["-V"])).toEqual({ kind: "version" });
  for (const argv of [["--help"], ["-h"], ["help"]])
    expect(readRequest(argv)).toEqual({ kind: "help", verb: undefined });
});

describe("an option that takes an instant or a log", () => {
  it.each(["history", "timeline"])("may be given once for each to lj %s", (verb) => {
    const [time, log] = ["2026-06-01T14:03:00Z", "tls://a"];
    const line = { verb, flags: { from: time, log } };
    expect(readRequest([verb, "--from", time, `--from=${log}`])).toEqual({ kind: "run", line });
    expect(readRequest([verb, "--from", log, "--from", time])).toEqual({ kind: "run", line });
    for (const twice of [time, log]) {
      expect(complaintOf([verb, "--from", twice, "--from", twice])).toBe("--from: expected it once, found it twice");
    }
  });

  it("never repeats a password in a complaint", () => {
    expect(complaintOf(["ship", "--to", "mysql://me:secret@a"])).toMatch(/^--to: expected .*, found "mysql:\/\/a"$/);
  });
});
