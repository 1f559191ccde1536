// Lists the engines that every suite runs on. Importing this file throws if the native engine does not load, so that no
// suite passes without it. LANE_TEST_ENGINES=js runs without the addon, and prints a warning.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Engine } from "../../src/index.js";
import { scan } from "../../src/index.js";
import { requireFreshAddon } from "./built.js";

const both: readonly Engine[] = ["native", "js"];

/** The engines under test, `native` first. */
export const engines: readonly Engine[] = chooseEngines(process.env["LANE_TEST_ENGINES"]);

for (const engine of engines) proveEngine(engine);
if (engines.includes("native")) requireFreshAddon();

function chooseEngines(asked: string | undefined): readonly Engine[] {
  if (asked === undefined || asked === "") return both;
  const chosen = both.filter((engine) => asked.split(",").includes(engine));
  if (chosen.length === 0) throw new Error(`LANE_TEST_ENGINES: expected "native", "js" or both, found "${asked}"`);
  process.stderr.write(`LANE_TEST_ENGINES=${asked}: these tests say nothing about the engines left out\n`);
  return chosen;
}

/** Folds one line with the engine, to detect an engine that fell back to the other one. */
function proveEngine(engine: Engine): void {
  const folder = mkdtempSync(join(tmpdir(), "lane-engines-"));
  try {
    const path = join(folder, "journal.jsonl");
    writeFileSync(path, '{"op": "ACQUIRE", "lane": "a", "loop_ts": "t"}\n');
    const found = scan(path, { engine });
    if (found.engine === engine && found.leases.length === 1) return;
    throw new Error(`the ${engine} engine: expected 1 lease from itself, found ${JSON.stringify(found)}`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
