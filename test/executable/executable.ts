// Runs command lines with the executable `lj` and with the JavaScript command, whose outcomes must be the same.
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createCall, type Verb } from "../../src/cli/call.js";
import { readRequest } from "../../src/cli/line.js";
import { createNote, createOutput } from "../../src/cli/output.js";
import { lock } from "../../src/cli/verbs/lock.js";
import { replay } from "../../src/cli/verbs/replay.js";
import { seq } from "../../src/cli/verbs/seq.js";
import { tail } from "../../src/cli/verbs/tail.js";
import { verify } from "../../src/cli/verbs/verify.js";
import { builtExecutable } from "../support/built.js";
import { Gathering } from "./gathering.js";

export const executable = builtExecutable();

export interface Outcome {
  stdout: string;
  stderr: string;
  /** null if a signal ended the process. */
  code: number | null;
}

export interface Surroundings {
  cwd?: string;
  environment?: { [name: string]: string };
}

/** Runs a program as a process, without the variables of the caller. */
export function runProgram(program: readonly string[], { cwd, environment }: Surroundings = {}): Outcome {
  const [command = "", ...args] = program;
  const env = { PATH: process.env["PATH"] ?? "", ...environment };
  const run = spawnSync(command, args, { cwd, env, encoding: "utf8", maxBuffer: 1024 * 1024 * 1024 });
  if (run.error !== undefined) throw run.error;
  return { stdout: run.stdout, stderr: run.stderr, code: run.status };
}

/** Runs the command lines in its arguments, which are separated by `;`. A shell starts a process faster than Node. */
const script = `
number=0
line() { "$LJ" "$@" > "$FOLDER/out.$number" 2> "$FOLDER/err.$number"; echo $?; number=$((number + 1)); }
while read -r words; do eval "line $words"; done
`;

/** Where there is no `node`, the executable cannot hand over. */
const pathWithoutNode = join("/", "nonexistent");

/**
 * Returns what the executable itself answers to each command line; undefined for one that it hands over. `folder` holds
 * the outputs meanwhile.
 */
export function answerAlone(lines: readonly (readonly string[])[], folder: string): (Outcome | undefined)[] {
  const quote = (word: string): string => `'${word.replaceAll("'", "'\\''")}'`;
  const input = lines.map((words) => `${words.map(quote).join(" ")}\n`).join("");
  const named = process.env["DISPATCH_LANE_LEASE_LOCK_PATH"] ?? "";
  const env = { PATH: pathWithoutNode, LJ: executable, FOLDER: folder, DISPATCH_LANE_LEASE_LOCK_PATH: named };
  const run = spawnSync("/bin/sh", ["-c", script], { env, input, encoding: "utf8" });
  if (run.status !== 0) throw new Error(`/bin/sh: expected exit code 0, found ${run.status}: ${run.stderr}`);
  const codes = run.stdout.trimEnd().split("\n");
  return lines.map((_, number) => {
    const read = (stream: string): string => readFileSync(join(folder, `${stream}.${number}`), "utf8");
    const outcome = { stdout: read("out"), stderr: read("err"), code: Number(codes[number]) };
    return outcome.stderr.startsWith("lj: cannot run the JavaScript command") ? undefined : outcome;
  });
}

const verbs: { [verb: string]: Verb } = { replay, seq, tail, verify, lock };

/** Returns what the JavaScript command prints, without starting Node for it; undefined if it fails. */
export async function answerInScript(args: readonly string[]): Promise<Outcome | undefined> {
  const request = readRequest(args);
  if (request.kind !== "run") throw new Error(`expected a verb, found ${args.join(" ")}`);
  const verb = verbs[request.line.verb];
  if (verb === undefined) throw new Error(`expected one of ${Object.keys(verbs).join(", ")}, found ${args[0]}`);
  const [stdout, stderr] = [new Gathering(), new Gathering()];
  const [output, note] = [createOutput(stdout), createNote(stderr)];
  const terminal = { stdout: {}, output, note, stderr, signal: AbortSignal.any([]) };
  try {
    const call = await createCall(request.line, terminal);
    const code = await verb(call);
    return { stdout: stdout.text, stderr: stderr.text, code };
  } catch {
    return undefined;
  }
}
