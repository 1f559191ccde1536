// `lj why`: explains a refusal, or who holds a lane (docs/cli.md).
import { driveAsync } from "../../core/drive.js";
import { endOfStamp } from "../../core/stamp.js";
import { foldHistory } from "../../history/read.js";
import { explainWhy } from "../../history/why.js";
import { UsageError } from "../args.js";
import type { Call, Verdict } from "../call.js";
import { writeHistoryJson } from "../history/json.js";
import { writeWhy } from "../history/why-text.js";
import { writePieces } from "../output.js";
import { expectNoFile } from "../word.js";

/** The exit code is 1 if the journal has no answer. */
export async function why(call: Call): Promise<Verdict> {
  const nowMs = Date.now();
  const { at, archive, limit, calls, open, root } = call.flags;
  const who = call.word;
  expectNoFile("why", "a lane, a holder, a run or a number", who);
  if (who === undefined && root === undefined && open !== true) {
    throw new UsageError("why: expected WHO, --root or --open, found none of them");
  }
  const { fold } = await driveAsync(foldHistory(call.plan, { nowMs, selection: { archive, calls } }));
  await call.progress.end();
  const atMs = at === undefined ? undefined : endOfStamp(at);
  const answer = explainWhy(fold.kept, { who, root, open, atMs, limit });
  const rows = { ...answer, remarks: [], launches: [] };
  await writePieces(call.output, call.json ? writeHistoryJson(rows) : writeWhy(answer, nowMs));
  const isFound = answer.refusals.length + answer.episodes.length + answer.calls.length > 0;
  if (!isFound) {
    const asked = who === undefined ? "fits" : `names ${JSON.stringify(who)}`;
    call.note(`lj: no refusal and no episode ${asked}${at === undefined ? "" : ` until ${at}`}`);
  }
  return isFound ? 0 : 1;
}
