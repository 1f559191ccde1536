// Creates the native engine with pieces of any size, with or without shapes, which only tests need, and reads a growing
// journal with one fold.
import { appendFileSync, closeSync, openSync, writeFileSync } from "node:fs";
import { type AddonFoldOptions, loadAddon } from "../../src/engine/addon.js";
import type { Fold, FoldKind, JournalEngine } from "../../src/engine/engine.js";
import { createNativeEngine } from "../../src/engine/native.js";
import { scriptEngine } from "../../src/engine/script.js";
import type { Engine } from "../../src/index.js";
import { renderScan } from "./answers.js";
import type { Random } from "./random.js";
import { renderExactly } from "./render.js";

/** How a fold reads. */
export interface Reading {
  kind: FoldKind;
  threads: number;
  /** The size of a native piece, in bytes. */
  pieceBytes: number;
  usesShapes: boolean;
  /** The size of a step, in bytes. */
  stepBytes: number;
}

export function chooseReading(r: Random): Reading {
  return {
    kind: r.pick(["scan", "scan", "replay"]),
    threads: r.between(1, 4),
    pieceBytes: r.pick([1, 2, 17, 64, 300, 1000, 4096]),
    usesShapes: r.chance(0.7),
    stepBytes: r.pick([1, 30, 200, 5000, 10_000_000]),
  };
}

export function engineFor(engine: Engine, { pieceBytes, usesShapes }: Reading): JournalEngine {
  if (engine === "js") return scriptEngine;
  const load = loadAddon();
  if (load.addon === undefined) throw new Error(`expected the addon, found: ${load.reason}`);
  const { addon } = load;
  const Fold = new Proxy(addon.Fold, {
    construct: (made, [options]: [AddonFoldOptions]): object =>
      Reflect.construct(made, [{ ...options, pieceBytes, usesShapes }]),
  });
  return createNativeEngine({ ...addon, Fold });
}

/**
 * Writes the journal to `path` in stages. Returns the answers of one continued fold after each stage, for comparison.
 */
export function readGrowing(path: string, stages: readonly Buffer[], fold: Fold, reading: Reading): string[] {
  writeFileSync(path, "");
  const file = openSync(path, "r");
  try {
    return stages.map((stage) => {
      appendFileSync(path, stage);
      let atEnd = false;
      while (!atEnd) atEnd = fold.step(file, reading.stepBytes);
      return renderFold(fold, reading.kind);
    });
  } finally {
    closeSync(file);
  }
}

export function renderFold(fold: Fold, kind: FoldKind): string {
  const answers = [fold.leases(), fold.generations(), fold.nextSeq()].map(renderExactly).join(" ");
  if (kind !== "scan") return answers;
  const { engine: _, ...found } = fold.scan();
  return `${answers} ${renderScan(found)}`;
}

/** Cuts anywhere, also within lines and characters. */
export function cutAnywhere(r: Random, journal: Buffer): Buffer[] {
  const cuts = Array.from({ length: r.below(5) }, () => r.below(journal.length + 1)).sort((a, b) => a - b);
  return [0, ...cuts].map((from, i) => journal.subarray(from, cuts[i] ?? journal.length));
}
