// Compacts a journal with an engine, under a lock that is only pretended to be held.
import { closeSync, openSync, readFileSync } from "node:fs";
import { type CompactionOptions, type CompactResult, compactFile } from "../../src/compact/compact.js";
import { listStale } from "../../src/compact/temporary.js";
import type { Fold, JournalEngine } from "../../src/engine/engine.js";
import { loadNativeEngine } from "../../src/engine/native.js";
import { scriptEngine } from "../../src/engine/script.js";
import type { Engine } from "../../src/index.js";

/** A lock that is never lost. */
export const heldLock = { check: (): void => undefined };

export function engineNamed(name: Engine): JournalEngine {
  if (name === "js") return scriptEngine;
  const { engine, reason } = loadNativeEngine();
  if (engine === undefined) throw new Error(`expected the native engine, found none: ${reason}`);
  return engine;
}

export function compactWith(engine: Engine, path: string, options: Partial<CompactionOptions> = {}): CompactResult {
  const stale = listStale(path, options.disk);
  return compactFile(path, { engine: engineNamed(engine), threads: 2, lock: heldLock, stale, ...options });
}

/** Returns the journal's lines, without their LF. */
export function linesOf(path: string): string[] {
  return readFileSync(path, "utf8").split("\n").slice(0, -1);
}

/** Returns a finished fold of the journal, as a compaction uses it. */
export function foldOf(engine: Engine, path: string): Fold {
  const fold = engineNamed(engine).openFold({ kind: "compact", threads: 1 });
  const fd = openSync(path, "r");
  try {
    while (!fold.step(fd, 1024 * 1024));
    return fold;
  } finally {
    closeSync(fd);
  }
}
