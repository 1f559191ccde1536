// Runs one campaign with the shim preloaded and prints its tally as JSON. The arguments are the name of the campaign,
// the name of the engine and a step in bytes.
import type { JournalEngine } from "../../src/engine/engine.js";
import { loadNativeEngine } from "../../src/engine/native.js";
import { scriptEngine } from "../../src/engine/script.js";
import { failEachCall, fillAtEachByte } from "./nth-call-rounds.js";
import { createTally } from "./nth-call-trial.js";
import { Shim } from "./shim/orders.js";

/** More bytes than any file of a trial has. */
const roomMost = 8192;

function engineNamed(name: string | undefined): JournalEngine {
  if (name === "js") return scriptEngine;
  const { engine, reason } = loadNativeEngine();
  if (engine === undefined) throw new Error(`expected the native engine, found none: ${reason}`);
  return engine;
}

const [campaign, engineName, step] = process.argv.slice(2);
const bench = {
  saboteur: new Shim(),
  engine: engineNamed(engineName),
  tally: createTally(),
  afterwardsEvery: process.env["LANE_SOAK"] === "1" ? 1 : 5,
};
if (campaign === "calls") failEachCall(bench);
else fillAtEachByte(bench, roomMost, Number(step));
process.stdout.write(JSON.stringify(bench.tally));
