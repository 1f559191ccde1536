// Lists the programs that can be measured on this machine, and the reasons why others cannot.
import { spawnSync } from "node:child_process";
import { accessSync, constants } from "node:fs";
import { createRequire } from "node:module";
import { delimiter, join } from "node:path";
import { fileURLToPath } from "node:url";
import { explainEngine } from "../index.js";
import { findPackage } from "../package.js";
import { findExecutable } from "../program.js";
import { jqReplay } from "./peers/jq.js";
import { pythonReplay } from "./peers/python.js";
import { importsReference, referenceReplay } from "./peers/reference.js";

/** A program that finds the live leases or, as the machine's limit, only reads the bytes. */
export interface Way {
  name: string;
  /** `start` reads nothing: it measures what every Node process needs before it begins. */
  group: "ours" | "peer" | "limit" | "start";
  command: readonly string[];
  /** It prints an answer (child.ts), which is compared with ours. */
  answers: boolean;
}

export interface Absent {
  name: string;
  reason: string;
}

export interface Ways {
  present: Way[];
  absent: Absent[];
}

/** jq copies much of what it touches, and takes a minute for this many bytes. */
const jqBytesMax = 32e6;
/** The plain Python fold reads about 25 MB/s. */
const pythonBytesMax = 2e9;
/** The reference keeps all entries in memory, which takes about ten times their bytes. */
const referenceBytesMax = 3e8;

const child = fileURLToPath(new URL("child.js", import.meta.url));

export interface Subject {
  journal: string;
  bytes: number;
  /** The number of threads of the multi-threaded programs. */
  threads: number;
}

export function listWays(subject: Subject): Ways {
  const ways: Ways = { present: [], absent: [] };
  addOurs(ways, subject);
  ways.present.push(nodeWay("plain Node loop", "peer", "plain", subject.journal));
  addDuckDb(ways, subject);
  addProgram(ways, subject, { name: "python3", args: ["-c", pythonReplay], bytesMax: pythonBytesMax });
  addReference(ways, subject);
  addProgram(ways, subject, { name: "jq", args: ["-c", "-n", jqReplay], bytesMax: jqBytesMax });
  addLimit(ways, "wc -l", ["wc", "-l", subject.journal]);
  addLimit(ways, "cat", ["cat", subject.journal]);
  ways.present.push({ name: "node -e 0", group: "start", command: [process.execPath, "-e", "0"], answers: false });
  ways.present.push(nodeWay("package loaded", "start", "idle", subject.journal));
  return ways;
}

/** Runs a program of child.ts. */
export function nodeWay(name: string, group: Way["group"], way: string, journal: string, threads?: number): Way {
  const limit = threads === undefined ? [] : [String(threads)];
  return { name, group, command: [process.execPath, child, way, journal, ...limit], answers: true };
}

function addOurs({ present, absent }: Ways, { journal, threads }: Subject): void {
  const { engine, reason } = explainEngine();
  if (engine === "native") {
    present.push(nodeWay("native replay, 1 thread", "ours", "native-replay", journal, 1));
    present.push(nodeWay("native scan, 1 thread", "ours", "native-scan", journal, 1));
  } else {
    absent.push({ name: "native", reason });
  }
  if (engine === "native" && threads > 1) {
    present.push(nodeWay(`native replay, ${threads} threads`, "ours", "native-replay", journal, threads));
    present.push(nodeWay(`native scan, ${threads} threads`, "ours", "native-scan", journal, threads));
  }
  addExecutable({ present, absent }, journal, threads);
  present.push(nodeWay("TypeScript replay", "ours", "js-replay", journal));
}

function addExecutable({ present, absent }: Ways, journal: string, threads: number): void {
  const { root, version } = findPackage();
  const program = findExecutable(root);
  const printed = program === undefined ? "" : spawnSync(program, ["--version"], { encoding: "utf8" }).stdout;
  if (program === undefined || !printed?.startsWith(`lane-journal ${version}\n`)) {
    absent.push({ name: "executable", reason: `no lj in ${root} that runs here and is of version ${version}` });
    return;
  }
  const replay = [program, "replay", "--no-snapshot", "--json", "--journal", journal, "--threads"];
  for (const count of new Set([1, threads])) {
    const name = `executable, ${count} thread${count === 1 ? "" : "s"}`;
    present.push({ name, group: "ours", command: [...replay, String(count)], answers: true });
  }
}

function addReference(ways: Ways, subject: Subject): void {
  const python = findProgram("python3");
  if (python === undefined || !importsReference(python)) {
    ways.absent.push({ name: "reference", reason: "python3 cannot import dos.lane_journal" });
    return;
  }
  const args = ["-c", referenceReplay];
  addProgram(ways, subject, { name: "reference", program: "python3", args, bytesMax: referenceBytesMax });
}

function addDuckDb({ present, absent }: Ways, { journal }: Subject): void {
  try {
    createRequire(import.meta.url).resolve("@duckdb/node-api");
  } catch {
    absent.push({ name: "DuckDB", reason: "the package @duckdb/node-api is not installed" });
    return;
  }
  present.push(nodeWay("DuckDB", "peer", "duckdb", journal));
}

interface Peer {
  name: string;
  /** Default: the name. */
  program?: string;
  /** The journal's path follows them. */
  args: readonly string[];
  bytesMax: number;
}

function addProgram(ways: Ways, { journal, bytes }: Subject, { name, program = name, args, bytesMax }: Peer): void {
  const found = findProgram(program);
  if (found === undefined) {
    ways.absent.push({ name, reason: "not on PATH" });
  } else if (bytes > bytesMax) {
    const limit = `${(bytesMax / 1e6).toFixed(0)} MB`;
    ways.absent.push({ name, reason: `a journal over ${limit} would take it too long` });
  } else {
    ways.present.push({ name, group: "peer", command: [found, ...args, journal], answers: true });
  }
}

function addLimit(ways: Ways, name: string, [program = "", ...args]: readonly string[]): void {
  const found = findProgram(program);
  if (found === undefined) ways.absent.push({ name, reason: "not on PATH" });
  else ways.present.push({ name, group: "limit", command: [found, ...args], answers: false });
}

function findProgram(name: string): string | undefined {
  const folders = (process.env["PATH"] ?? "").split(delimiter).filter((folder) => folder !== "");
  return folders.map((folder) => join(folder, name)).find(isExecutable);
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}
