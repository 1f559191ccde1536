// Runs a command and measures the time of its whole process.
import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Lease } from "../index.js";
import type { Answer } from "./child.js";

export interface Run {
  /** From the start of the process to its end. */
  seconds: number;
  /** The output; empty if it was discarded. */
  printed: string;
}

/** If `folder` is given, the output goes to a file there, so that no pipe is measured. Otherwise it is discarded. */
export async function runProcess(command: readonly string[], folder?: string): Promise<Run> {
  const path = folder === undefined ? undefined : join(folder, "answer");
  const out = path === undefined ? ("ignore" as const) : openSync(path, "w");
  try {
    const seconds = await timeProcess(command, out);
    return { seconds, printed: path === undefined ? "" : readFileSync(path, "utf8") };
  } finally {
    if (typeof out === "number") closeSync(out);
    if (path !== undefined) rmSync(path, { force: true });
  }
}

function timeProcess([program = "", ...args]: readonly string[], out: number | "ignore"): Promise<number> {
  const began = performance.now();
  const child = spawn(program, args, { stdio: ["ignore", out, "pipe"] });
  const stop = () => void child.kill();
  process.once("exit", stop);
  let said = "";
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (said = (said + text).slice(-4000)));
  let seconds = 0;
  child.once("exit", () => (seconds = (performance.now() - began) / 1000));
  return new Promise<number>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code, signal) => {
      if (code === 0) resolve(seconds);
      else reject(new Error(`${program} ended with ${code ?? signal}: ${reasonIn(said)}`));
    });
  }).finally(() => process.off("exit", stop));
}

/** Returns the line of a stack trace that contains the error, or else the last line. */
function reasonIn(said: string): string {
  const lines = said.split("\n").filter((line) => line.trim() !== "");
  return (lines.find((line) => /^\w*Error\b|^jq: error/.test(line)) ?? lines.at(-1) ?? "it said nothing").slice(0, 160);
}

/** `lj replay --json` prints an array of leases; the other programs print an `Answer`. */
export function readAnswer(printed: string): Answer {
  const answer: unknown = JSON.parse(printed);
  if (isLeases(answer)) return { leases: answer };
  if (!isAnswer(answer)) throw new Error(`expected an object with leases, found ${printed.slice(0, 80)}`);
  return answer;
}

function isLeases(value: unknown): value is Lease[] {
  return Array.isArray(value) && value.every((lease) => typeof lease === "object" && lease !== null);
}

function isAnswer(value: unknown): value is Answer {
  return typeof value === "object" && value !== null && "leases" in value && Array.isArray(value.leases);
}
