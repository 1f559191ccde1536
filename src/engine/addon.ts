// Nothing in -> the native addon, or why there is none. The only file that loads it.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { errorCode, errorText } from "../file/system-error.js";
import { findPackage } from "../package.js";
import { checkElf } from "./elf.js";
import type { FoldKind } from "./engine.js";

/** A batch of entries as native/binding gives it back. */
export interface AddonBatch {
  /** UTF-8 JSON text of an array of entries; `NaN` and the infinities may stand in it as bare tokens. */
  text: Buffer;
  /** Where the next batch begins. */
  offset: number;
  line: number;
  /** The end of the file was reached. */
  done: boolean;
}

/** What the addon folds for; a lease's text it keeps in any case. */
export type AddonFoldKind = Exclude<FoldKind, "compact">;

/** The native fold; see `Fold` in engine.ts. Its texts are as `AddonBatch.text`. */
export interface AddonFold {
  readonly offset: number;
  readonly hasOpenLine: boolean;
  readonly endDamaged: boolean;
  /** One of the names of `Content`. */
  readonly content: string;
  step(fd: number, bytesMax: number, end?: number): boolean;
  stepAsync(fd: number, bytesMax: number): Promise<boolean>;
  /** Each the text of an array; together, in order, the live leases. */
  leases(): Buffer[];
  generations(): Buffer[];
  nextSeq(): number;
  /** The highest generation handed out or heard of. */
  readonly counter: number;
  /**
   * Lines, two for each live lease from the `from`th on: `[loop_ts, lane, generation]`, its text. Some megabytes of
   * them; empty if there are no more.
   */
  heldLeases(from: number): Buffer;
  /** Gives all memory back; nothing may be asked afterwards. */
  drop(): void;
  mark(): Buffer;
  /** Of what is settled; only for kind `scan`. */
  snapshot(): Buffer;
  /** The text of a `Scan` without leases, generations and engine. */
  scan(): Buffer;
}

/** What native/binding exports. */
export interface Addon {
  /**
   * `pieceBytes` and `usesShapes` are for tests; `snapshot` and `mark` are what to go on from, for kind `scan`.
   * The file is read as if it ended at `end`.
   */
  Fold: new (
    kind: AddonFoldKind,
    threads: number,
    pieceBytes?: number,
    usesShapes?: boolean,
    snapshot?: Buffer,
    mark?: Buffer,
    end?: number,
  ) => AddonFold;
  readEntries(fd: number, offset: number, line: number, bytesMax: number): AddonBatch;
  /** Takes the exclusive flock of a descriptor if it is free; closing the descriptor gives it back. */
  tryFlock(fd: number): boolean;
  /** simdjson's version and its kernel in use, and the instructions that lines are matched by, all as names. */
  kernels(): { simdjson: string; kernel: string; matcher: string };
}

/** An absent addon was never built or fits another platform; a broken one is there and does not load. */
export type AddonLoad =
  | { addon: Addon; file: string; root: string }
  | { addon: undefined; state: "absent" | "broken"; reason: string; cause: unknown };

let loaded: AddonLoad | undefined;

/**
 * Loads the addon at the first call and remembers the outcome, unless it failed for want of a file descriptor. A worker
 * thread has its own copy of both.
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
    const unbuilt = process.platform === "win32" ? "; the native engine is not built on Windows" : "";
    const wanted = `no native build for ${system} in ${root}${unbuilt}`;
    const reason = errorText(cause).startsWith("No native build") ? wanted : `${wanted}: ${errorText(cause)}`;
    return { addon: undefined, state: "absent", reason, cause };
  }
  try {
    const addon = loadFile(file);
    if (isAddon(addon)) return { addon, file, root };
    const reason = `${file} is not the addon of this version: expected Fold, readEntries, tryFlock and kernels`;
    return { addon: undefined, state: "broken", reason, cause: undefined };
  } catch (cause) {
    const reason = `${file} does not load: ${errorText(cause)}`;
    return { addon: undefined, state: "broken", reason, cause };
  }
}

/** Asks for `node:module` only where it is needed: it takes 0.2 ms to load. */
function requireHere(name: string): unknown {
  return process.getBuiltinModule("node:module").createRequire(import.meta.url)(name);
}

/** As `require` does, without its search for what is known, which costs 1 ms. */
function loadFile(file: string): unknown {
  checkElf(file);
  const module = { exports: {} };
  process.dlopen(module, file);
  return module.exports;
}

/** What node-gyp-build looks for first, unless told to look elsewhere; without its search, which costs as much. */
function findBuilt(root: string): string | undefined {
  if (steering.some((name) => process.env[name] !== undefined)) return undefined;
  const file = join(root, "build", "Release", "lane_journal.node");
  return existsSync(file) ? file : undefined;
}

/** The variables that change where node-gyp-build looks first. */
const steering = ["LANE_JOURNAL_PREBUILD", "PREBUILDS_ONLY"] as const;

/** node-gyp-build has no types: its `path` takes the package's root and throws where nothing fits. */
function findFile(nodeGypBuild: unknown, root: string): string {
  if (typeof nodeGypBuild !== "function" || !("path" in nodeGypBuild) || typeof nodeGypBuild.path !== "function") {
    throw new TypeError("node-gyp-build: expected a function with a function `path`");
  }
  const file: unknown = nodeGypBuild.path(root);
  if (typeof file !== "string") throw new TypeError("node-gyp-build: expected a path");
  return file;
}

const functions = ["readEntries", "tryFlock", "kernels"] as const;
const foldMethods = ["step", "stepAsync", "leases", "generations", "nextSeq", "heldLeases", "drop", "scan"] as const;

function isAddon(value: unknown): value is Addon {
  if (typeof value !== "object" || value === null) return false;
  if (!("Fold" in value)) return false;
  if (!functions.every((name) => typeof Reflect.get(value, name) === "function")) return false;
  const prototype: unknown = typeof value.Fold === "function" ? value.Fold.prototype : undefined;
  if (typeof prototype !== "object" || prototype === null) return false;
  if (!("offset" in prototype && "content" in prototype)) return false;
  return foldMethods.every((name) => typeof Reflect.get(prototype, name) === "function");
}
