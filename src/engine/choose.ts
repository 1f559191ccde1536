// What is asked for, by option or environment, and what loads -> the engine in use and why.
import { JournalError } from "../errors.js";
import type { Engine } from "../types.js";
import type { JournalEngine } from "./engine.js";

/** The native engine, or why there is none. A reason may be made as it is asked for: hardly anybody does. */
export type NativeEngineLoad =
  | { engine: JournalEngine; reason: string }
  | { engine: undefined; reason: string; cause: unknown };

/** A request for an engine; `auto` is native where it loads. */
export type EngineRequest = Engine | "auto";

export interface EngineChoice {
  /** Undefined where it is to be the TypeScript engine, which the caller has or loads. */
  native: JournalEngine | undefined;
  /** For people; without a full stop. */
  reason: string;
}

/** An option outranks `LANE_JOURNAL_ENGINE`, which outranks `auto`. Throws `ERR_ENGINE_UNAVAILABLE`. */
export type ChooseEngine = (option?: EngineRequest) => EngineChoice;

const requests: ReadonlySet<unknown> = new Set<EngineRequest>(["native", "js", "auto"]);

export function isEngineRequest(value: unknown): value is EngineRequest {
  return requests.has(value);
}

/** The environment is read at each call, the native engine loaded at the first that may want it. */
export function createChooser(loadNative: () => NativeEngineLoad): ChooseEngine {
  return (option) => {
    if (option !== undefined) return choose(option, "asked for by the engine option", loadNative);
    const variable = process.env["LANE_JOURNAL_ENGINE"];
    if (variable === undefined || variable === "") return choose("auto", "the default", loadNative);
    if (isEngineRequest(variable)) return choose(variable, "asked for by LANE_JOURNAL_ENGINE", loadNative);
    const found = JSON.stringify(variable);
    const message = `LANE_JOURNAL_ENGINE: expected "native", "js" or "auto", found ${found}`;
    throw new JournalError("ERR_ENGINE_UNAVAILABLE", message);
  };
}

function choose(request: EngineRequest, why: string, loadNative: () => NativeEngineLoad): EngineChoice {
  if (request === "js") return { native: undefined, reason: why };
  const load = loadNative();
  if (load.engine !== undefined) {
    return {
      native: load.engine,
      get reason() {
        return `${why}; ${load.reason}`;
      },
    };
  }
  if (request === "auto") return { native: undefined, reason: load.reason };
  const message = `the native engine is ${why} and cannot be used: ${load.reason}`;
  throw new JournalError("ERR_ENGINE_UNAVAILABLE", message, { cause: load.cause });
}
