// Loads the native addon, or determines why it cannot be loaded. No other file loads it.
import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Bound } from "../core/cut.js";
import { errorCode, errorText } from "../file/system-error.js";
import { findPackage } from "../package.js";
import type { Place } from "../types.js";
import { checkElf } from "./elf.js";
import type { FoldKind, FoldOptions, ResumeOptions } from "./engine.js";

/** A batch of entries as native/binding_entries.cc returns it, and the place at which the next one begins. */
export interface AddonBatch extends Place {
  /** UTF-8 JSON text of an array of entries. `NaN` and the infinities may occur in it as bare tokens. */
  text: Buffer;
  /** See `EntryBatch`. */
  places: Float64Array;
  /** Whether the end of the file was reached. */
  done: boolean;
  /** The bytes before `offset`; absent unless the request had a mark. */
  mark?: Buffer;
}

/** Which lines to read: those from the start of a line on, of about `bytesMax` bytes. */
export interface AddonStretch extends Place {
  fd: number;
  bytesMax: number;
}

export interface AddonEntriesRequest extends AddonStretch {
  /** Whether to include the last line of the file if it lacks its LF. Default true. */
  withLast?: boolean;
  /** The bytes before `offset`, as far as they are known. */
  mark?: Buffer;
}

/** The result of a search for a bound: the line found, or the one at which to continue. */
export interface AddonCut extends Place {
  isFound: boolean;
  /** Whether the end of the file was reached. */
  done: boolean;
}

/**
 * The kinds of fold that the addon supports. It keeps the texts of leases in either kind, so a compaction uses `replay`
 * or `scan`.
 */
export type AddonFoldKind = Exclude<FoldKind, "compact">;

/** The native fold; see `Fold` in engine.ts. Its texts have the form of `AddonBatch.text`. */
export interface AddonFold {
  readonly offset: number;
  readonly hasOpenLine: boolean;
  readonly endDamaged: boolean;
  /** One of the values of `Content`. */
  readonly content: string;
  step(fd: number, bytesMax: number, end?: number): boolean;
  stepAsync(fd: number, bytesMax: number, end?: number): Promise<boolean>;
  /** The texts of arrays that together hold the live leases in order. */
  leases(): Buffer[];
  generations(): Buffer[];
  nextSeq(): number;
  /** The highest generation that was granted or recorded. */
  readonly counter: number;
  /**
   * Returns some megabytes of lines, two for each live lease from number `from` on: `[loop_ts, lane, generation]` and
   * the text of the lease. Empty if there are no more leases.
   */
  heldLeases(from: number): Buffer;
  /** Plans the lines of a compacted journal. Returns the text of the numbers of a `LeaseTexts`. */
  planLeases(bytesMax: number): Buffer;
  /** Returns the next part of the planned lines, about a mebibyte; empty after the last. */
  leaseText(): Buffer;
  /**
   * See `Fold.leaseDigests` in engine.ts. Leases from number `riding` on count with the generations that they get from
   * ACQUIRE entries after a checkpoint.
   */
  leaseDigests(riding: number): Buffer;
  /** Frees the fold's memory. No other member may be used afterwards. */
  drop(): void;
  mark(): Buffer;
  /** Returns the settled state. Only for kind `scan`. */
  snapshot(): Buffer;
  /** Returns the text of a `Scan` without leases, generations and engine. */
  scan(): Buffer;
}

export interface AddonFoldOptions extends Omit<FoldOptions, "kind">, Partial<Omit<ResumeOptions, "threads">> {
  kind: AddonFoldKind;
  /** The number of bytes folded as one piece. For tests; default 1 MiB. */
  pieceBytes?: number;
  /** Whether to match lines with known shapes before parsing them. For tests; default true. */
  usesShapes?: boolean;
}

/** Some successive entries, as native/binding_sift.cc returns them (`Sifted`). The next step overwrites the arrays. */
export interface AddonSifted {
  /** UTF-8 JSON texts, one after another: an array of values for each stretch. The first stands for an absent one. */
  values: Uint8Array;
  /** For each stretch: the number of its entries, and of the bytes of its values. */
  stretches: Float64Array;
  /** For each entry a row of indexes into the values of its stretch; see native/scan/members.h. */
  members: Uint32Array;
  numbers: Float64Array;
  beats: Float64Array;
  /** UTF-8 JSON text of the array `listed`. */
  listed: Buffer;
  offset: number;
  /** Whether the end of the file was reached. No further step is possible then. */
  done: boolean;
}

export interface AddonSiftOptions extends Pick<AddonFoldOptions, "threads" | "pieceBytes" | "usesShapes"> {
  nowMs: number;
  /** UTF-8 text; absent for all lanes. */
  lane?: Buffer;
  calls: boolean;
}

/** The exports of native/binding*.cc. */
export interface Addon {
  /** With `snapshot` and `mark`, a fold of kind `scan` continues from them. */
  Fold: new (
    options: AddonFoldOptions,
  ) => AddonFold;
  Sift: new (options: AddonSiftOptions) => { step(fd: number, bytesMax: number, end?: number): AddonSifted };
  readEntries(request: AddonEntriesRequest): AddonBatch;
  /** Searches some lines for the first one that `bound` leaves out. */
  findCut(request: AddonStretch & { bound: Bound }): AddonCut;
  /** Tries to take the exclusive flock of a descriptor. Closing the descriptor releases it. */
  tryFlock(fd: number): boolean;
  /** Returns the names of simdjson's version and kernel, and of the instructions with which lines are matched. */
  kernels(): { simdjson: string; kernel: string; matcher: string };
}

/** `absent`: the addon was never built or is for another platform. `broken`: it is there and cannot be loaded. */
export type AddonLoad =
  | { addon: Addon; file: string; root: string }
  | { addon: undefined; state: "absent" | "broken"; reason: string; cause: unknown };

let loaded: AddonLoad | undefined;

/**
 * Loads the addon at the first call and remembers the result, unless it failed because no file descriptor was left. A
 * worker thread loads and remembers its own.
 */
export function loadAddon(): AddonLoad {
  if (loaded !== undefined) return loaded;
  const load = tryLoad();
  const isPassing = load.addon === undefined && ["EMFILE", "ENFILE"].includes(errorCode(load.cause) ?? "");
  if (!isPassing) loaded = load;
  return load;
}

function tryLoad(): AddonLoad {
  let root: string;
  try {
    ({ root } = findPackage());
  } catch (cause) {
    const advice = "if lane-journal is part of a bundle, leave it external (docs/embedding.md)";
    return { addon: undefined, state: "absent", reason: `${errorText(cause)}; ${advice}`, cause };
  }
  return loadFrom(root);
}

function loadFrom(root: string): AddonLoad {
  let file: string;
  try {
    file = findBuilt(root) ?? findFile(requireHere("node-gyp-build"), root);
  } catch (cause) {
    const system = `${process.platform}-${process.arch}`;
    const unbuilt = process.platform === "win32" ? "; an installation on Windows builds none" : "";
    const wanted = `no native build for ${system} in ${root}${unbuilt}`;
    const reason = errorText(cause).startsWith("No native build") ? wanted : `${wanted}: ${errorText(cause)}`;
    return { addon: undefined, state: "absent", reason, cause };
  }
  try {
    const addon = loadFile(file);
    if (isAddon(addon)) return { addon, file, root };
    const expected = `expected Fold, ${functions.slice(0, -1).join(", ")} and ${functions.at(-1)}`;
    const reason = `${file} is not the addon of this version: ${expected}`;
    return { addon: undefined, state: "broken", reason, cause: undefined };
  } catch (cause) {
    const reason = `${file} does not load: ${errorText(cause)}`;
    return { addon: undefined, state: "broken", reason, cause };
  }
}

/** Loads `node:module` only if it is needed, because that takes 0.2 ms. */
function requireHere(name: string): unknown {
  return process.getBuiltinModule("node:module").createRequire(import.meta.url)(name);
}

/** Like `require`, without its search for a file whose path is known, which takes 1 ms. */
function loadFile(file: string): unknown {
  checkElf(file);
  const module = { exports: {} };
  process.dlopen(module, file);
  return module.exports;
}

/**
 * Returns the file that node-gyp-build would find first, unless a variable directs it elsewhere. Its own search takes
 * about as long as `require`'s.
 */
function findBuilt(root: string): string | undefined {
  if (steering.some((name) => process.env[name] !== undefined)) return undefined;
  const file = join(root, "build", "Release", "lane_journal.node");
  return existsSync(file) ? file : undefined;
}

/** The variables that change which file node-gyp-build finds first. */
const steering = ["LANE_JOURNAL_PREBUILD", "PREBUILDS_ONLY"] as const;

/** node-gyp-build has no types. Its `path` takes the root of the package and throws if no file fits. */
function findFile(nodeGypBuild: unknown, root: string): string {
  if (typeof nodeGypBuild !== "function" || !("path" in nodeGypBuild) || typeof nodeGypBuild.path !== "function") {
    throw new TypeError("node-gyp-build: expected a function with a function `path`");
  }
  const file: unknown = nodeGypBuild.path(root);
  if (typeof file !== "string") throw new TypeError("node-gyp-build: expected a path");
  return file;
}

const functions = ["Sift", "readEntries", "findCut", "tryFlock", "kernels"] as const;
const foldMethods = ["step", "stepAsync", "leases", "generations", "nextSeq", "heldLeases", "drop", "scan"].concat([
  "planLeases",
  "leaseText",
  "leaseDigests",
]);

function isAddon(value: unknown): value is Addon {
  if (typeof value !== "object" || value === null) return false;
  if (!("Fold" in value)) return false;
  if (!functions.every((name) => typeof Reflect.get(value, name) === "function")) return false;
  const prototype: unknown = typeof value.Fold === "function" ? value.Fold.prototype : undefined;
  if (typeof prototype !== "object" || prototype === null) return false;
  if (!("offset" in prototype && "content" in prototype)) return false;
  return foldMethods.every((name) => typeof Reflect.get(prototype, name) === "function");
}
