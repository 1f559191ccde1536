// Runs `lj` from dist as a user does, without variables of the caller, and returns its output and exit code.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll } from "vitest";
import { builtFile } from "../support/built.js";

export const main = fileURLToPath(builtFile("package/lj.js"));

export interface Outcome {
  stdout: string;
  stderr: string;
  /** `null` if a signal ended it. */
  code: number | null;
}

const folder = mkdtempSync(join(tmpdir(), "lane-journal-cli-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

export type Environment = { [name: string]: string };

/** The output goes into a pipe unless stated otherwise; the working folder belongs to this suite. */
export function startCommand(
  args: readonly string[],
  environment: Environment = {},
  stdout: "pipe" | number = "pipe",
): ChildProcess {
  const env = { PATH: process.env["PATH"] ?? "", ...environment };
  return spawn(process.execPath, [main, ...args], { cwd: folder, env, stdio: ["ignore", stdout, "pipe"] });
}

export function runCommand(args: readonly string[], environment: Environment = {}): Promise<Outcome> {
  return finish(startCommand(args, environment));
}

export function finish(child: ChildProcess): Promise<Outcome> {
  const outcome: Outcome = { stdout: "", stderr: "", code: null };
  child.stdout?.setEncoding("utf8").on("data", (text: string) => (outcome.stdout += text));
  child.stderr?.setEncoding("utf8").on("data", (text: string) => (outcome.stderr += text));
  return new Promise((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => resolve({ ...outcome, code }));
  });
}

export function pathOf(name: string): string {
  return join(folder, name);
}

/** Writes the text unchanged and returns the path. */
export function writeJournal(name: string, text: string | Uint8Array): string {
  const path = pathOf(name);
  writeFileSync(path, text);
  return path;
}
