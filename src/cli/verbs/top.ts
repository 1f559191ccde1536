// `lj top`: shows the lanes live on a terminal, until `q` or Ctrl-C (docs/cli.md).
import { driveAsync, nextTurn } from "../../core/drive.js";
import { JournalError } from "../../errors.js";
import { OpenJournal } from "../../journal/journal.js";
import { planJournal } from "../../journal/plan.js";
import { viewLeases } from "../../leases/reclaim.js";
import { TopFold } from "../../liveness/lanes.js";
import { markLineage, systemProcesses } from "../../lock/process.js";
import { foldEntriesOf } from "../../read/entry-fold.js";
import { foldFileAsync, guardRead } from "../../read/fold.js";
import { followBatches } from "../../read/follow.js";
import { UsageError } from "../args.js";
import type { Call, Verdict } from "../call.js";
import { createPaint } from "../colour.js";
import { writePieces } from "../output.js";
import { composeFrame } from "../top/frame.js";
import { writeLanesJson } from "../top/json.js";
import type { Screen } from "../top/screen.js";
import { endOnError, runOnScreen, takeKey } from "../top/session.js";
import { loadRuler } from "../width.js";

/** How often ages are refreshed, and how long after an append the screen is, in milliseconds. */
const refreshMs = 1000;
const redrawMsMin = 100;

export async function top(call: Call): Promise<Verdict> {
  if (call.json) return printLanes(call);
  if (!process.stdout.isTTY) {
    throw new UsageError("top: expected a terminal on standard output, found none; `lj leases` prints the leases once");
  }
  return runOnScreen((screen, ending) => show(call, screen, ending));
}

async function printLanes({ plan, flags, output, progress }: Call): Promise<Verdict> {
  const nowMs = Date.now();
  const replayed = await foldFileAsync(plan, "replay");
  // Read later, so that it knows every lease that was live.
  const fold = await driveAsync(foldEntriesOf(plan, () => new TopFold(nowMs)));
  await progress.end();
  const state = { live: guardRead(plan.path, () => replayed.leases()), generations: replayed.generations() };
  const asker = { owner: flags.owner, processes: markLineage() };
  const views = viewLeases(state, { now: nowMs, processes: systemProcesses }, asker);
  await writePieces(output, writeLanesJson(fold.lanesAt(nowMs, views)));
  return 0;
}

/** Follows the journal until the screen is left, which throws the reason. */
async function show(call: Call, screen: Screen, ending: AbortController): Promise<void> {
  const { plan, stdout, flags } = call;
  const signal = AbortSignal.any([ending.signal, ...(plan.options.signal ? [plan.options.signal] : [])]);
  const asker = { owner: flags.owner, processes: markLineage() };
  const look = { paint: createPaint(stdout), ruler: await loadRuler() };
  const journal = new OpenJournal(planJournal(plan.path, undefined, () => plan.engine));
  let fold = new TopFold(Date.now());
  let isComplete = false;
  let drawnAt = 0;
  const draw = (): void => {
    const nowMs = Date.now();
    const state = { live: journal.replay(), generations: journal.generations() };
    const views = viewLeases(state, { now: nowMs, processes: systemProcesses }, asker);
    const view = { path: plan.path, nowMs, isComplete, ...fold.lanesAt(nowMs, views) };
    screen.draw(composeFrame(view, { ...look, ...screen.size }));
    drawnAt = nowMs;
  };
  screen.enter(
    (key) => takeKey(key, screen, ending),
    () => endOnError(draw, ending),
  );
  for (;;) {
    try {
      const following = { ...plan, options: { ...plan.options, signal }, from: "start" as const, pollMs: refreshMs };
      for await (const batch of followBatches(following)) {
        for (const entry of batch) fold.take(entry);
        isComplete ||= batch.length === 0;
        await pause(batch.length === 0 ? drawnAt + redrawMsMin - Date.now() : 0);
        if (Date.now() >= drawnAt + redrawMsMin) draw();
      }
    } catch (error) {
      // Compacted more than once between two reads: what remains is read from the start.
      if (!(error instanceof JournalError) || error.code !== "ERR_ENTRIES_LOST") throw error;
      fold = new TopFold(Date.now());
    }
  }
}

/** Lets keys and signals be noticed, for at least this long. */
function pause(milliseconds: number): Promise<void> {
  if (milliseconds <= 0) return nextTurn.later();
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}
