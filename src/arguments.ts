// Checks the arguments of public functions. A TypeError names the argument, what was expected and what was found.
import { isAbsolute, resolve, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { types } from "node:util";
import type { Bound } from "./core/cut.js";
import { instantOf } from "./core/stamp.js";
import { isObject } from "./core/words.js";
import { type EngineRequest, isEngineRequest } from "./engine/choose.js";
import { journalPath, workingFolder } from "./file/path.js";
import type { Progress } from "./types.js";

/** `ReadOptions` after validation, with defaults filled in. */
export interface CheckedOptions {
  engine: EngineRequest | undefined;
  /** 0 means: as many as are useful. */
  threads: number;
  signal: AbortSignal | undefined;
  onProgress: ((done: Progress) => void) | undefined;
  /** The read ends before this bound. */
  until: Bound | undefined;
  snapshot: boolean | undefined;
  onSnapshot: (what: string) => void;
}

/** Returns an absolute path; if it is omitted, that of the default journal (docs/format.md 8, "Where"). */
export function checkPath(path: string | URL | undefined, argument = "path"): string {
  const name: unknown = isUrl(path) ? fileURLToPath(path) : path === undefined ? journalPath() : path;
  if (typeof name !== "string") throw mismatch(argument, "a string or a file URL", name);
  if (name === "") throw mismatch(argument, "a path that is not empty", name);
  if (name.includes("\0")) throw mismatch(argument, "a path without NUL characters", name);
  const absolute = isAbsolute(name) ? name : `${workingFolder()}${sep}${name}`;
  // After a symbolic link only the kernel can resolve `..`, so it stays in the path.
  return name.includes("..") ? absolute : resolve(absolute);
}

/** Checks members, because a URL of another realm is not an instance of ours. */
export function isUrl(value: unknown): value is URL {
  return typeof value === "object" && value !== null && "href" in value && "protocol" in value;
}

/** Defaults for the common case. Returning early keeps V8 from compiling the checks. */
const defaults: Readonly<CheckedOptions> = {
  engine: undefined,
  threads: 0,
  signal: undefined,
  onProgress: undefined,
  until: undefined,
  snapshot: undefined,
  onSnapshot: () => undefined,
};

export function checkOptions(given: unknown): Readonly<CheckedOptions> {
  if (given === undefined) return defaults;
  if (typeof given !== "object" || given === null) throw mismatch("options", "an object", given);
  const engine: unknown = Reflect.get(given, "engine");
  const threads: unknown = Reflect.get(given, "threads");
  const signal: unknown = Reflect.get(given, "signal");
  const onProgress: unknown = Reflect.get(given, "onProgress");
  if (engine !== undefined && !isEngineRequest(engine)) throw mismatch("engine", '"native", "js" or "auto"', engine);
  if (threads !== undefined && !isThreads(threads)) throw mismatch("threads", "an integer of at least 1", threads);
  if (signal !== undefined && !isSignal(signal)) throw mismatch("signal", "an AbortSignal", signal);
  if (onProgress !== undefined && !isListener(onProgress)) throw mismatch("onProgress", "a function", onProgress);
  const { snapshot, onSnapshot } = checkSnapshot(given);
  return { engine, threads: threads ?? 0, signal, onProgress, snapshot, onSnapshot, until: checkUntil(given) };
}

function checkUntil(given: object): Bound | undefined {
  const until: unknown = Reflect.get(given, "until");
  if (until === undefined) return undefined;
  const named = isObject(until) ? Object.entries(until).filter(([, value]) => value !== undefined) : [];
  const [[name, value] = [], ...more] = named;
  if (name === undefined || more.length > 0) throw mismatch("until", "one of seq, line, offset and ts", until);
  if (name === "ts") {
    const ts = types.isDate(value) ? value.getTime() : instantOf(value);
    if (Number.isNaN(ts)) throw mismatch("until.ts", "a Date or a time stamp such as 2026-06-01T14:03Z", value);
    return { ts };
  }
  if (typeof value !== "number" || !Number.isSafeInteger(value) || value < 0) {
    throw mismatch(`until.${name}`, "a whole number of at least 0", value);
  }
  if (name === "seq") return { seq: value };
  if (name === "line") return { line: value };
  if (name === "offset") return { offset: value };
  throw mismatch("until", "one of seq, line, offset and ts", until);
}

/** Returns milliseconds since 1970-01-01 UTC. `read` converts a stamp, and returns NaN for another text. */
export function checkInstant(argument: string, given: unknown, read: (stamp: string) => number): number | undefined {
  if (given === undefined) return undefined;
  const instant = types.isDate(given) ? given.getTime() : typeof given === "string" ? read(given) : Number.NaN;
  if (!Number.isNaN(instant)) return instant;
  throw mismatch(argument, "a Date or a time stamp such as 2026-06-01T14:03Z", given);
}

function checkSnapshot(given: object): Pick<CheckedOptions, "snapshot" | "onSnapshot"> {
  const snapshot: unknown = Reflect.get(given, "snapshot");
  const onSnapshot: unknown = Reflect.get(given, "onSnapshot");
  if (snapshot !== undefined && typeof snapshot !== "boolean") throw mismatch("snapshot", "a boolean", snapshot);
  if (onSnapshot !== undefined && !isNoteTaker(onSnapshot)) throw mismatch("onSnapshot", "a function", onSnapshot);
  return { snapshot, onSnapshot: onSnapshot ?? defaults.onSnapshot };
}

export function checkCount(n: unknown): number {
  if (n === undefined) return 20;
  if (typeof n !== "number" || !Number.isSafeInteger(n)) throw mismatch("n", "a safe integer", n);
  return n;
}

export function mismatch(argument: string, expected: string, found: unknown): TypeError {
  return new TypeError(`${argument}: expected ${expected}, found ${describe(found)}`);
}

function isNoteTaker(value: unknown): value is (what: string) => void {
  return typeof value === "function";
}

function isThreads(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 1;
}

/** Checks members, because a signal of another realm is not an instance of ours. */
function isSignal(value: unknown): value is AbortSignal {
  if (typeof value !== "object" || value === null) return false;
  if (!("aborted" in value && "throwIfAborted" in value)) return false;
  return typeof value.aborted === "boolean" && typeof value.throwIfAborted === "function";
}

function isListener(value: unknown): value is (done: Progress) => void {
  return typeof value === "function";
}

const describedCharactersMax = 60;

function describe(value: unknown): string {
  if (value === null) return "null";
  if (Array.isArray(value)) return "an array";
  if (typeof value === "string") return JSON.stringify(value.slice(0, describedCharactersMax));
  if (typeof value === "object") return "an object";
  if (typeof value === "function") return "a function";
  return `${String(value)} (${typeof value})`;
}
