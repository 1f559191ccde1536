// Reads the values of options and arguments. A `UsageError` names the option, what was expected and what was found.
import { isEngineRequest } from "../engine/choose.js";
import { durationExpected, readDuration, readSize, sizeExpected } from "../quantities.js";
import { UsageError } from "./args.js";
import type { FlagDescription, Flags } from "./flag.js";

/** An option as the user typed it. */
export interface Given {
  name: string;
  /** The option with its hyphens. */
  typed: string;
  value: string | undefined;
  /** Whether the value was joined to the option by `=`. */
  isJoined: boolean;
}

/** The beginnings of the addresses of logs; lane-journal-fleet parses the rest. */
const logSchemes = ["nats://", "tls://", "postgres://", "postgresql://"];

/** Returns the key of which an option sets the value. */
export function keyOf(flag: FlagDescription, { value }: Given): keyof Flags {
  return flag.kind === "instant" && flag.orLog === true && isLog(value) ? "log" : flag.key;
}

function isLog(value: string | undefined): value is string {
  return logSchemes.some((scheme) => value?.startsWith(scheme));
}

export function readFlag(read: Flags, flag: FlagDescription, given: Given): void {
  if (flag.kind === "switch") {
    if (given.value !== undefined) throw mismatch(given, "no value");
    read[flag.key] = true;
    return;
  }
  const value = expectValue(flag, given);
  if (flag.kind === "number") {
    read[flag.key] = readNumber(given.typed, value, flag.least);
  } else if (flag.kind === "size") {
    read[flag.key] = expected(readSize(value), given, sizeExpected);
  } else if (flag.kind === "duration") {
    read[flag.key] = expected(readDuration(value), given, durationExpected);
  } else if (flag.kind === "engine") {
    read[flag.key] = expected(isEngineRequest(value) ? value : undefined, given, "native, js or auto");
  } else if (flag.kind === "path") {
    read[flag.key] = readPath(given.typed, value);
  } else if (flag.kind === "paths") {
    read[flag.key] = [...(read[flag.key] ?? []), readPath(given.typed, value)];
  } else if (flag.kind === "target") {
    read[flag.key] = value === "-" ? value : readPath(given.typed, value);
  } else if (flag.kind === "log" || keyOf(flag, given) === "log") {
    read.log = expected(isLog(value) ? value : undefined, { ...given, value: hideLogin(value) }, logExpected);
  } else {
    if (value === "") throw new UsageError(`${given.typed}: expected a text, found an empty one`);
    // An instant may be in words, which instants.ts reads.
    read[flag.key] = value;
  }
}

function expectValue(flag: Exclude<FlagDescription, { kind: "switch" }>, { typed, value, isJoined }: Given): string {
  if (value === undefined) throw new UsageError(`${typed}: expected a value (${flag.value}), found nothing`);
  // The next option was probably not meant to be the value; a negative number fails with the range instead.
  if (isJoined || !/^-[^\d]/.test(value)) return value;
  throw new UsageError(`${typed}: expected a value (${flag.value}), found the option ${quote(value)}`);
}

const logExpected = "the address of a log (nats://HOST,HOST..., tls://HOST..., postgres://HOST/DATABASE)";

/** Other schemes have passwords too. */
function hideLogin(value: string): string {
  return value.replace(/\/\/[^@/]{1,1000}@/g, "//");
}

function expected<Value>(read: Value | undefined, given: Given, what: string): Value {
  if (read === undefined) throw mismatch(given, what);
  return read;
}

function mismatch({ typed, value }: Given, what: string): UsageError {
  return new UsageError(`${typed}: expected ${what}, found ${quote(value)}`);
}

export function readPath(what: string, value: string): string {
  if (value === "") throw new UsageError(`${what}: expected a path, found an empty one`);
  if (value === "-")
    throw new UsageError(`${what}: expected a path, found "-": standard input and output are not supported`);
  return value;
}

export const wholeNumber = /^[+-]?[0-9]{1,40}$/;

/** Parses digits as a safe integer of at least `least`. Throws a `UsageError` that names `what`. */
export function readNumber(what: string, typed: string, least: number): number {
  const n = wholeNumber.test(typed) ? Number(typed) : Number.NaN;
  if (Number.isSafeInteger(n) && n >= least) return n;
  const from = least === Number.MIN_SAFE_INTEGER ? "" : ` of at least ${least}`;
  const most = Math.abs(n) > Number.MAX_SAFE_INTEGER ? ` of at most ${Number.MAX_SAFE_INTEGER}` : "";
  throw new UsageError(`${what}: expected a whole number${most || from}, found ${quote(typed)}`);
}

export function quote(word: string | undefined): string {
  return JSON.stringify(word ?? "");
}
