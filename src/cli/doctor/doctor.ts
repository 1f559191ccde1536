// `lj doctor`: prints the information that a bug report needs, and what needs attention.
import { existsSync, realpathSync } from "node:fs";
import { dirname } from "node:path";
import { type FileSystem, findFileSystem, readMountTable } from "../../doctor/file-system.js";
import type { Finding } from "../../doctor/finding.js";
import {
  examineContent,
  examineJournal,
  examineSize,
  examineSnapshot,
  type JournalState,
  type SnapshotState,
} from "../../doctor/journal-state.js";
import { examineLock } from "../../doctor/lock-files.js";
import { examineNames } from "../../doctor/names.js";
import { examinePermissions } from "../../doctor/permissions.js";
import { findVersions, type Versions } from "../../doctor/versions.js";
import { JournalError } from "../../errors.js";
import { nodeDisk } from "../../file/disk.js";
import type { LockState } from "../../lock/lock.js";
import { examineProgram, type ProgramState } from "../../program.js";
import type { CommandLine } from "../args.js";
import type { Output } from "../output.js";
import { printable } from "../printable.js";
import { formatStrictLine } from "../strict.js";
import { summariseLock, tellLock } from "../verbs/lock.js";
import { type EngineState, examineEngine } from "./engine-state.js";

/** 3: the journal cannot be read or is not one; the rest of the report is printed anyway. */
export type Diagnosis = 0 | 1 | 3;

interface Report {
  versions: Versions;
  engine: EngineState;
  command: ProgramState;
  /** Null, like the following fields, if the journal cannot be read. */
  journal: JournalState | null;
  /** Null also if the lock cannot be inspected. */
  lock: LockState | null;
  snapshot: SnapshotState | null;
  fileSystem: FileSystem | null;
  findings: Finding[];
}

/** Not an ordinary verb: it must work if no engine loads and no journal can be read. */
export async function runDoctor(
  { flags }: CommandLine,
  output: Output,
  executable: string | undefined,
): Promise<Diagnosis> {
  const { journal, engine } = flags;
  const examined = await examineEngine(engine);
  const report: Report = {
    versions: findVersions(),
    engine: examined.state,
    command: examineProgram(executable),
    journal: null,
    lock: null,
    snapshot: null,
    fileSystem: null,
    findings: examined.findings,
  };
  const isReadable = addJournal(report, journal, examined.engine) && addExistence(report, flags.mustExist === true);
  const exitCode = isReadable ? (report.findings.some((finding) => finding.attention) ? 1 : 0) : 3;
  await output.write(flags.json === true ? formatStrictLine(summarise(report, exitCode)) : tell(report, exitCode));
  return exitCode;
}

type Examination = Awaited<ReturnType<typeof examineEngine>>;

/** Adds the journal's part of the report. Returns false, with a finding, if no leases can be read from it. */
function addJournal(report: Report, option: string | undefined, engine: Examination["engine"]): boolean {
  try {
    const { state, findings } = examineJournal(option);
    report.journal = state;
    report.findings.push(...findings);
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    report.findings.push({ about: "journal", attention: true, says: error.message });
    return false;
  }
  const { path, target } = report.journal;
  const isJournal = addContent(report, report.journal, engine);
  report.findings.push(...examineSize(report.journal, engine));
  const lock = examineLock(path);
  report.lock = lock.state;
  report.findings.push(...lock.findings);
  report.snapshot = examineSnapshot(report.journal, engine);
  const folder = nearestFolder(target);
  report.fileSystem = findFileSystem(folder);
  const file = realTarget(target, folder);
  report.findings.push(
    ...judgeFileSystem(report.fileSystem),
    ...judgeNames(file),
    ...examinePermissions(file, nodeDisk),
  );
  return isJournal;
}

/** Returns false if the file is not a journal or cannot be read completely. */
function addContent(report: Report, journal: JournalState, engine: Examination["engine"]): boolean {
  try {
    const findings = examineContent(journal, engine);
    report.findings.push(...findings);
    return findings.length === 0;
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    report.findings.push({ about: "journal", attention: true, says: error.message });
    return false;
  }
}

/** Returns false, with a finding, if the journal must exist but does not. */
function addExistence({ journal, findings }: Report, mustExist: boolean): boolean {
  if (journal?.exists === true || !mustExist) return true;
  findings.push({ about: "journal", attention: true, says: "there is no such file, and --must-exist is given" });
  return false;
}

function judgeFileSystem({ name, fsync, says }: FileSystem): Finding[] {
  if (fsync === "yes") return [];
  return [{ about: "fileSystem", attention: fsync !== "passed on", says: `${name}: ${says}` }];
}

function judgeNames(file: string): Finding[] {
  return existsSync(file) ? examineNames(file, nodeDisk.lstat(file), readMountTable()) : [];
}

/** Resolves links. If the folder is missing, returns its nearest existing parent, where an append would create it. */
function nearestFolder(target: string): string {
  let folder = dirname(target);
  while (!existsSync(folder) && folder !== dirname(folder)) folder = dirname(folder);
  return realpathSync(folder);
}

/**
 * Returns the target with links among its folders resolved; for a missing folder, a name in the nearest existing
 * parent.
 */
function realTarget(target: string, folder: string): string {
  return existsSync(target) ? realpathSync(target) : `${folder === "/" ? "" : folder}/lane-journal.jsonl`;
}

function summarise(report: Report, exitCode: Diagnosis): { [key: string]: unknown } {
  const { lock, versions, engine, command, journal, snapshot, fileSystem, findings } = report;
  return {
    exitCode,
    versions,
    engine,
    command,
    journal,
    lock: lock && summariseLock(lock),
    snapshot,
    fileSystem,
    findings,
  };
}

function tell(report: Report, exitCode: Diagnosis): string {
  const rows = [...tellInstallation(report), ...tellJournal(report)];
  const findings = report.findings.map(({ attention, about, says }) => [
    attention ? "ATTENTION" : "note",
    `${about}: ${says}`,
  ]);
  const table = [...rows, ...findings].map(([name = "", said = ""]) => `${name.padEnd(12)}${printable(said)}\n`);
  return `${table.join("")}${conclude(report, exitCode)}\n`;
}

function tellInstallation({ versions, engine, command }: Report): string[][] {
  const rows = [
    ["package", `lane-journal ${versions.package}`],
    ["engine", `${engine.name}: ${engine.reason}`],
  ];
  if (engine.kernels !== null) {
    const { simdjson, kernel, matcher } = engine.kernels;
    rows.push(["kernels", `simdjson ${simdjson} ${kernel}, matcher ${matcher}`]);
  }
  rows.push(["command", `${command.name}: ${command.reason}`]);
  const libc = versions.libc === "" ? "" : `, ${versions.libc}`;
  rows.push(["node", `${versions.node}, N-API ${versions.napi}, libuv ${versions.uv}`]);
  rows.push(["system", `${versions.os}${libc}`], ["processor", `${versions.processors} of ${versions.cpu}`]);
  return rows;
}

function tellJournal({ journal, lock, snapshot, fileSystem }: Report): string[][] {
  if (journal === null) return [];
  const { path, foundBy, target, exists, size, mode, ending } = journal;
  const rows = [["journal", `${path} (by ${foundBy})`]];
  if (target !== path) rows.push(["", `a link to ${target}`]);
  rows.push(["", exists ? `${size} bytes, mode ${mode}, ends: ${ending}` : "missing"]);
  if (lock !== null) rows.push(["lock", tellLock(lock)]);
  if (snapshot !== null) rows.push(["snapshot", `${snapshot.path}: ${snapshot.says}`]);
  if (fileSystem !== null) rows.push(["fsync", `${fileSystem.fsync}: ${fileSystem.name}, ${fileSystem.says}`]);
  const restore = `stop every process that uses the journal, check the backup with lj verify, rename it to ${target}`;
  rows.push(["restore", restore]);
  return rows;
}

function conclude({ findings }: Report, exitCode: Diagnosis): string {
  if (exitCode === 3) return "no leases can be read: see what needs attention";
  const count = findings.filter((finding) => finding.attention).length;
  if (count === 0) return "nothing needs attention; to check every line, run lj verify";
  return `${count} ${count === 1 ? "thing needs" : "things need"} attention`;
}
