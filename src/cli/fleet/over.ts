// Runs a verb that reads one journal over all journals of a log, one after the other.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { checkPath } from "../../arguments.js";
import { type CommandLine, UsageError } from "../args.js";
import { createCall, type Terminal, type Verb, type Verdict } from "../call.js";
import { checkLogFlags } from "../log-flags.js";
import type { Output } from "../output.js";
import { printableLine } from "../printable.js";
import { formatStrictLine } from "../strict.js";
import { type JournalCopy, loadFleetPackage } from "./installed.js";
import { openLog } from "./open.js";

export async function runOverFleet(line: CommandLine, terminal: Terminal, verb: Verb): Promise<Verdict> {
  checkLogFlags(line);
  const { log: address = "", mirrors, id } = line.flags;
  const { signal } = terminal;
  const fleet = await loadFleetPackage();
  const log = await openLog(fleet, address, { flags: line.flags, signal });
  const temporary = mirrors === undefined ? mkdtempSync(join(tmpdir(), "lane-mirrors-")) : undefined;
  const folder = temporary ?? checkPath(mirrors, "mirrors");
  try {
    const copies = await fleet.copyJournals({ log, folder, signal, ...(id !== undefined && { id }) });
    return await runOn(copies, { line, terminal, verb });
  } finally {
    await log.close();
    if (temporary !== undefined) rmSync(temporary, { recursive: true, force: true });
  }
}

interface Run {
  line: CommandLine;
  terminal: Terminal;
  verb: Verb;
}

/** The verdict is 0 if that of one journal is, and its notes are printed then: the others only have no answer. */
async function runOn(copies: readonly JournalCopy[], run: Run): Promise<Verdict> {
  const { line, terminal } = run;
  const { html, svg, chrome } = line.flags;
  const isFile = (html ?? svg ?? chrome) !== undefined;
  if (isFile) expectOne(copies);
  if (copies.length === 0) terminal.note("lj: the log has no such journal: nothing was shipped to it");
  const withoutAnswer: string[] = [];
  let isAnswered = false;
  for (const { id, path, archive, gap } of copies) {
    if (gap !== undefined) terminal.note(`lj: ${id}: ${gap}`);
    if (path === undefined) continue;
    const notes: string[] = [];
    const note = (text: string): void => void notes.push(text.replaceAll(path, id));
    const output = isFile ? terminal.output : labelOutput(terminal.output, id, line.flags.json === true);
    const own = { ...line, flags: { ...line.flags, journal: path, archive } };
    const call = await createCall(own, { ...terminal, output, note });
    const verdict = await run.verb(call).finally(() => call.progress.end());
    isAnswered ||= verdict === 0;
    if (verdict === 0) notes.forEach(terminal.note);
    else withoutAnswer.push(...notes.map((text) => text.replace(/^lj: /, `lj: ${id}: `)));
  }
  if (!isAnswered) withoutAnswer.forEach(terminal.note);
  return isAnswered || line.verb !== "why" ? 0 : 1;
}

/** A page, a picture or a trace shows one journal. */
function expectOne(copies: readonly JournalCopy[]): void {
  if (copies.length < 2) return;
  const ids = copies.map(({ id }) => id).join(", ");
  throw new UsageError(`timeline: expected --id ID, because a file shows one journal; the log has ${ids}`);
}

/** Says to which journal the output belongs: in a heading before the first text, or in each line of JSON. */
function labelOutput(output: Output, id: string, json: boolean): Output {
  let isLabelled = false;
  const label = (text: string): string => {
    if (json) return addJournal(text, id);
    const labelled = isLabelled || text === "" ? text : printableLine(`${id}:`) + text;
    isLabelled ||= text !== "";
    return labelled;
  };
  return {
    ...output,
    write: (text) => output.write(label(text)),
    writeStyled: (text) => output.writeStyled(label(text)),
  };
}

/** The verbs write whole lines, each of them an object. */
function addJournal(text: string, id: string): string {
  const lines = text.split("\n").slice(0, -1);
  const label = (row: object): string => formatStrictLine({ ...row, journal: id });
  return lines.map((line) => label(JSON.parse(line))).join("");
}
