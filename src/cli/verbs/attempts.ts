// `lj attempts`: prints which units of work must wait before the next attempt (docs/cli.md).
import { driveAsync } from "../../core/drive.js";
import { readAttempts } from "../../liveness/read.js";
import type { UnitAttempts } from "../../liveness/types.js";
import type { Call, Verdict } from "../call.js";
import { createPaint, type Paint } from "../colour.js";
import { formatDuration, formatTime } from "../history/times.js";
import { writePieces, writeStyledPieces } from "../output.js";
import { printable } from "../printable.js";
import { formatStrictLine } from "../strict.js";
import { loadRuler, type Ruler } from "../width.js";
import { expectNoFile } from "../word.js";

/** The exit code is 1 if a unit is cooling. */
export async function attempts(call: Call): Promise<Verdict> {
  expectNoFile("attempts", "a unit", call.word);
  const nowMs = Date.now();
  const units = await driveAsync(readAttempts(call.plan, { nowMs, unit: call.word }));
  await call.progress.end();
  if (call.json)
    await writePieces(
      call.output,
      units.map((unit) => formatStrictLine({ ...unit })),
    );
  else {
    const ruler = await loadRuler();
    await writeStyledPieces(call.output, writeUnits(units, { nowMs, ruler, paint: createPaint(call.stdout) }));
  }
  if (units.length === 0) call.note(`lj: ${tellNone(call.word)}`);
  return units.some(({ state }) => state === "cooling") ? 1 : 0;
}

interface Look {
  nowMs: number;
  ruler: Ruler;
  paint: Paint;
}

const unitColumnsMax = 40;

function* writeUnits(units: readonly UnitAttempts[], { nowMs, ruler, paint }: Look): Generator<string> {
  const names = units.map(({ unit_id }) => ruler.cut(printable(unit_id), unitColumnsMax));
  const width = names.reduce((widest, name) => Math.max(widest, ruler.widthOf(name)), 0);
  for (const [index, { count, outcome, at, state, until }] of units.entries()) {
    const name = ruler.pad(names[index] ?? "", width);
    const isCooling = state === "cooling" && until !== null;
    const left = isCooling ? ` until ${formatTime(until, nowMs)}, ${formatDuration(until - nowMs)} left` : "";
    const shown = isCooling ? paint("yellow", "COOLING") : paint("green", "CLEAR");
    const last = `${count} ${count === 1 ? "attempt" : "attempts"}, the last at ${formatTime(at, nowMs)}: ${outcome}`;
    yield `${name}  ${shown}${left}  (${last})\n`;
  }
}

function tellNone(unit: string | undefined): string {
  return unit === undefined ? "the journal has no attempts" : `no attempt of ${JSON.stringify(unit)}: it is clear`;
}
