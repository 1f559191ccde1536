// Reports which engine is in use and why, and what the addon runs on. A missing engine is reported, not thrown.

import type { Finding } from "../../doctor/finding.js";
import { loadAddon } from "../../engine/addon.js";
import type { EngineRequest } from "../../engine/choose.js";
import type { JournalEngine } from "../../engine/engine.js";
import { JournalError } from "../../errors.js";
import { loadEngine } from "../call.js";

export interface EngineState {
  /** `none` if the requested engine does not load. */
  name: "native" | "js" | "none";
  reason: string;
  /** Null if the native engine is not in use. */
  kernels: { simdjson: string; kernel: string; matcher: string } | null;
}

/** If no engine loads, the TypeScript engine examines the journal. */
export async function examineEngine(
  option: EngineRequest | undefined,
): Promise<{ state: EngineState; engine: JournalEngine; findings: Finding[] }> {
  try {
    const { engine, reason } = await loadEngine(option);
    return {
      state: { name: engine.name, reason, kernels: kernelsOf(engine) },
      engine,
      findings: fallBackOf(engine, option),
    };
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    const { engine } = await loadEngine("js");
    const findings: Finding[] = [{ about: "engine", attention: true, says: error.message }];
    return { state: { name: "none", reason: error.message, kernels: null }, engine, findings };
  }
}

function kernelsOf({ name }: JournalEngine): EngineState["kernels"] {
  const load = name === "native" ? loadAddon() : undefined;
  return load?.addon?.kernels() ?? null;
}

/** Does not load an addon that was not requested: loading it may be the problem. */
function fallBackOf({ name }: JournalEngine, option: EngineRequest | undefined): Finding[] {
  const asked = option ?? process.env["LANE_JOURNAL_ENGINE"];
  if (name === "native" || asked === "js") return [];
  const load = loadAddon();
  if (load.addon !== undefined || load.state !== "broken") return [];
  return [{ about: "engine", attention: true, says: `the addon exists but cannot be used: ${load.reason}` }];
}
