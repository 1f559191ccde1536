// Parses the command line into a request: a verb with checked options, or help. Nothing else parses it.
import { parseArgs } from "node:util";
import { nearestName } from "../nearest.js";
import { type CommandLine, flagsOf, UsageError, type VerbDescription, verbs } from "./args.js";
import type { FlagDescription } from "./flag.js";
import { flags } from "./flags.js";
import { type Given, keyOf, quote, readFlag, readNumber, readPath, wholeNumber } from "./values.js";

export type Request =
  | { kind: "run"; line: CommandLine }
  | { kind: "version" }
  /** The help of one verb, or of the whole command. */
  | { kind: "help"; verb: VerbDescription | undefined }
  /** The command line is empty. */
  | { kind: "nothing" };

interface Words {
  options: Given[];
  /** All other words, in order. */
  words: string[];
}

/** Throws `UsageError` for a command line that docs/cli.md does not describe. */
export function readRequest(argv: readonly string[]): Request {
  if (argv.length === 0) return { kind: "nothing" };
  const given = splitWords(argv);
  const [first, second, ...more] = given.words;
  if (given.options.some(({ name }) => name === "version")) return readVersion(argv);
  if (given.options.some(({ name }) => name === "help")) return { kind: "help", verb: findVerb(first) };
  for (const option of given.options) expectKnown(option, flags);
  if (first === "help") {
    if (more.length > 0) throw new UsageError(`help: expected at most one verb, found also ${quote(more[0])}`);
    return { kind: "help", verb: findVerb(second) };
  }
  const verb = findVerb(first);
  if (verb === undefined) throw new UsageError(`expected a verb, found only options: ${quote(argv.join(" "))}`);
  return { kind: "run", line: readLine(verb, given) };
}

/** `--json` takes a value only for `bench`, so which words are values depends on the verb. */
function splitWords(argv: readonly string[]): Words {
  const common = splitWith(argv, "boolean");
  const [first] = common.words;
  if (first !== "bench" && verbs.some(({ name }) => name === first)) return common;
  const ofBench = splitWith(argv, "string");
  return ofBench.words[0] === "bench" ? ofBench : common;
}

function splitWith(argv: readonly string[], jsonType: "boolean" | "string"): Words {
  const options: { [name: string]: { type: "boolean" | "string"; short?: string } } = {
    help: { type: "boolean", short: "h" },
    version: { type: "boolean", short: "V" },
  };
  for (const { name, kind, short } of flags) {
    options[name] = { type: kind === "switch" ? "boolean" : "string", ...(short === undefined ? {} : { short }) };
  }
  options["json"] = { type: jsonType };
  // Not strict: its messages do not name the verb, and it rejects negative numbers.
  const { tokens } = parseArgs({ args: [...argv], options, strict: false, allowPositionals: true, tokens: true });
  const split: Words = { options: [], words: [] };
  let number = -1;
  for (const token of tokens) {
    if (token.kind === "positional") split.words.push(token.value);
    if (token.kind !== "option" || token.index === number) continue;
    const word = argv[token.index] ?? "";
    if (/^-\d/.test(word)) {
      // `parseArgs` took a negative number for a group of short options.
      number = token.index;
      split.words.push(word);
    } else {
      const { name, rawName: typed, value, inlineValue } = token;
      split.options.push({ name, typed, value, isJoined: inlineValue === true });
    }
  }
  return split;
}

function readVersion(argv: readonly string[]): Request {
  if (argv.length === 1) return { kind: "version" };
  const other = argv.find((word) => word !== "--version" && word !== "-V") ?? argv[1];
  throw new UsageError(`--version: expected no other arguments, found ${quote(other)}`);
}

function findVerb(word: string | undefined): VerbDescription | undefined {
  const verb = verbs.find(({ name }) => name === word);
  if (verb !== undefined || word === undefined) return verb;
  const names = [...verbs.map(({ name }) => name), "help"];
  throw new UsageError(`unknown verb ${quote(word)}${suggest(nearestName(word, names))}`);
}

function readLine(verb: VerbDescription, { options, words }: Words): CommandLine {
  const line: CommandLine = { verb: verb.name, flags: {} };
  const seen = new Set<keyof CommandLine["flags"]>();
  for (const option of options) {
    const flag = expectKnown(option, flagsOf(verb), verb);
    const key = keyOf(flag, option);
    if (seen.has(key) && flag.kind !== "switch" && flag.kind !== "paths") {
      throw new UsageError(`--${flag.name}: expected it once, found it twice`);
    }
    seen.add(key);
    readFlag(line.flags, flag, option);
  }
  readArguments(line, verb, words.slice(1));
  for (const keys of exclusive) expectOne(line, keys);
  return line;
}

/** At most one option of each group may be given. */
const exclusive: readonly (readonly FlagDescription["key"][])[] = [
  ["at", "untilSeq", "untilLine", "untilOffset"],
  ["journal", "entries"],
  ["html", "svg", "chrome", "json"],
];

function expectOne({ flags: read }: CommandLine, keys: readonly FlagDescription["key"][]): void {
  const found = keys.filter((key) => read[key] !== undefined);
  if (found.length < 2) return;
  const nameOf = (key: string): string => `--${flags.find((flag) => flag.key === key)?.name}`;
  throw new UsageError(`expected one of ${keys.map(nameOf).join(", ")}, found ${found.map(nameOf).join(" and ")}`);
}

function expectKnown(option: Given, known: readonly FlagDescription[], verb?: VerbDescription): FlagDescription {
  const flag = known.find(({ name }) => name === option.name);
  if (flag !== undefined) return flag;
  if (verb !== undefined) {
    const others = verbs.filter((other) => flagsOf(other).some(({ name }) => name === option.name));
    const names = others.map(({ name }) => name).join(", ");
    throw new UsageError(`${option.typed}: ${verb.name} does not take this option; these do: ${names}`);
  }
  const names = [...known.map(({ name }) => name), "help", "version"];
  const nearest = nearestName(option.name, names);
  throw new UsageError(`unknown option ${quote(option.typed)}${suggest(nearest && `--${nearest}`)}`);
}

function readArguments(line: CommandLine, verb: VerbDescription, words: readonly string[]): void {
  const { argument } = verb;
  if (argument?.kind !== "word") {
    readNumberAndJournal(line, verb, words);
    return;
  }
  const [first, ...rest] = words;
  if (first === "") throw new UsageError(`${argument.name}: expected ${argument.help}, found an empty word`);
  if (first !== undefined) line.word = first;
  else if (argument.isRequired) throw new UsageError(`${verb.name}: expected ${argument.name} (${argument.help})`);
  readNumberAndJournal(line, verb, rest);
}

/** The verb's argument is a number, the journal is not, so that they may come in either order. */
function readNumberAndJournal(line: CommandLine, verb: VerbDescription, words: readonly string[]): void {
  if (verb.takesJournals && words.length > 0) {
    const named = words.map((word) => readPath("a journal", word));
    line.flags.journals = [...(line.flags.journals ?? []), ...named];
    return;
  }
  for (const word of words) {
    if (verb.isJournalless) throw unexpected(line, verb, word);
    const isNumber = verb.argument?.kind === "number" && /^[+-]?\d/.test(word);
    if (isNumber && line.argument === undefined) line.argument = readArgument(verb, word);
    else if (isNumber || line.flags.journal !== undefined) throw unexpected(line, verb, word);
    else line.flags.journal = readPath("the journal", word);
  }
}

function readArgument(verb: VerbDescription, word: string): number {
  const name = verb.argument?.name ?? "";
  if (wholeNumber.test(word)) return readNumber(name, word, Number.MIN_SAFE_INTEGER);
  const advice = "use --journal for a journal whose name begins with a digit";
  throw new UsageError(`${name}: expected a whole number, found ${quote(word)}; ${advice}`);
}

function unexpected(line: CommandLine, verb: VerbDescription, word: string): UsageError {
  const taken = [line.argument, line.word, line.flags.journal]
    .filter((value) => value !== undefined)
    .map((value) => quote(String(value)));
  return new UsageError(`${verb.name}: expected nothing after ${taken.join(" and ")}, found ${quote(word)}`);
}

function suggest(name: string | undefined): string {
  return name === undefined ? "" : `; did you mean ${name}?`;
}
