// `lj why`: explains a refusal, or who holds a lane (docs/cli.md).
import { driveAsync } from "../../core/drive.js";
import { endOfStamp } from "../../core/stamp.js";
import { foldHistory } from "../../history/read.js";
import { explainWhy } from "../../history/why.js";
import type { Call, Verdict } from "../call.js";
import { writeHistoryJson } from "../history/json.js";
import { writeWhy } from "../history/why-text.js";
import { writePieces } from "../output.js";

/** The exit code is 1 if the journal has no answer. */
export async function why(call: Call): Promise<Verdict> {
  const nowMs = Date.now();
  const { at, archive, limit } = call.flags;
  const { fold } = await driveAsync(foldHistory(call.plan, { nowMs, archive }));
  await call.progress.end();
  const who = call.word ?? "";
  const answer = explainWhy(fold, { who, atMs: at === undefined ? undefined : endOfStamp(at), limit });
  await writePieces(call.output, call.json ? writeHistoryJson({ ...answer, remarks: [] }) : writeWhy(answer, nowMs));
  const isFound = answer.refusals.length + answer.episodes.length > 0;
  if (!isFound)
    call.note(`lj: no refusal and no episode names ${JSON.stringify(who)}${at === undefined ? "" : ` until ${at}`}`);
  return isFound ? 0 : 1;
}
