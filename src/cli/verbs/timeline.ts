// `lj timeline`: draws who held which lane, as text, as a page, as a picture or as a trace (docs/cli.md).
import { basename } from "node:path";
import { driveAsync } from "../../core/drive.js";
import { isSameFile, replaceFile } from "../../file/replace.js";
import { readHistory } from "../../history/read.js";
import { checkSelection } from "../../history/request.js";
import { type History, type HistorySelection, isEmptyHistory } from "../../history/select.js";
import { makeTimeline } from "../../timeline/model.js";
import { packHistory } from "../../timeline/pack.js";
import type { Timeline } from "../../timeline/types.js";
import { UsageError } from "../args.js";
import type { Call, Verdict } from "../call.js";
import { writePieces } from "../output.js";
import { writeTrace } from "../timeline/chrome.js";
import { fillPage, readPage } from "../timeline/html.js";
import { formatTimelineJson } from "../timeline/json.js";
import { writeSvg } from "../timeline/svg.js";
import { countGaps, writeChart } from "../timeline/text.js";
import { loadRuler } from "../width.js";

/** The last so many episodes go into a page or a picture, unless `--limit` says otherwise. */
const episodesMax = { html: 100_000, svg: 2_000 } as const;

/** The width of a chart that goes into a pipe or a file. */
const defaultColumns = 80;

/** Each fold takes room from the rest of the picture. */
const svgGapsMax = 8;

/** What is written, where to, and how. */
interface Form {
  file: string | undefined;
  limit?: number;
  write(history: History, selection: HistorySelection): Iterable<string>;
}

export async function timeline(call: Call): Promise<Verdict> {
  const nowMs = Date.now();
  const form = await chooseForm(call, nowMs);
  if (form.file !== undefined && form.file !== "-") expectNotJournal(form.file, call.plan.path);
  const { lane, holder, run, from, to, archive, limit = form.limit } = call.flags;
  const selection = checkSelection({ lane, holder, run, from, to, archive, limit });
  const history = await driveAsync(readHistory(call.plan, selection, nowMs));
  await call.progress.end();
  const pieces = form.write(history, selection);
  if (form.file === undefined || form.file === "-") await writePieces(call.output, pieces);
  else replaceFile(form.file, pieces);
  if (isEmptyHistory(history)) call.note(`lj: nothing in the journal ${call.plan.path} fits`);
  if (history.omitted > 0) call.note(`lj: ${history.omitted} earlier episodes are left out (--limit)`);
  return 0;
}

async function chooseForm({ flags, json, plan }: Call, nowMs: number): Promise<Form> {
  const journal = basename(plan.path);
  const draw = (history: History, { fromMs, toMs }: HistorySelection, gapsMax?: number): Timeline =>
    makeTimeline(history, { nowMs, fromMs, toMs, gapsMax });
  if (flags.html !== undefined) {
    const page = readPage();
    const write: Form["write"] = (history, { fromMs, toMs }) =>
      fillPage(page, packHistory(history, { journal, nowMs, fromMs, toMs }));
    return { file: flags.html, limit: episodesMax.html, write };
  }
  if (flags.svg !== undefined) {
    const write: Form["write"] = (history, selection) => writeSvg(draw(history, selection, svgGapsMax), journal);
    return { file: flags.svg, limit: episodesMax.svg, write };
  }
  if (flags.chrome !== undefined) {
    return { file: flags.chrome, write: (history, selection) => writeTrace(draw(history, selection), journal) };
  }
  if (json) return { file: undefined, write: (...past) => [formatTimelineJson(draw(...past))] };
  const columns = process.stdout.isTTY ? process.stdout.columns : defaultColumns;
  const ruler = await loadRuler();
  const write: Form["write"] = (history, selection) =>
    writeChart(draw(history, selection, countGaps(columns)), { columns, ruler });
  return { file: undefined, write };
}

function expectNotJournal(file: string, journal: string): void {
  if (!isSameFile(file, journal)) return;
  throw new UsageError(`timeline: ${JSON.stringify(file)} is the journal itself; expected another file to write to`);
}
