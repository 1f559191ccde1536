// `lj history`: prints who held which lane, for how long, and how it ended (docs/cli.md).
import { driveAsync } from "../../core/drive.js";
import { readHistory } from "../../history/read.js";
import { checkSelection } from "../../history/request.js";
import { isEmptyHistory } from "../../history/select.js";
import type { Call, Verdict } from "../call.js";
import { createCutter, cutRows } from "../fit.js";
import { writeHistoryJson } from "../history/json.js";
import { writeHistory } from "../history/rows.js";
import { writePieces } from "../output.js";
import { expectNoFile } from "../word.js";

export async function history(call: Call): Promise<Verdict> {
  expectNoFile("history", "a lane", call.word);
  const nowMs = Date.now();
  const { holder, run, from, to, archive, limit, calls } = call.flags;
  const selection = checkSelection({ lane: call.word, holder, run, from, to, archive, limit, calls });
  const selected = await driveAsync(readHistory(call.plan, selection, nowMs));
  await call.progress.end();
  const cut = await createCutter(call.stdout);
  await writePieces(call.output, call.json ? writeHistoryJson(selected) : cutRows(writeHistory(selected, nowMs), cut));
  if (isEmptyHistory(selected)) {
    call.note(`lj: nothing in the journal ${call.plan.path} fits`);
  }
  if (selected.omitted > 0) call.note(`lj: ${selected.omitted} earlier episodes are left out (--limit)`);
  return 0;
}
