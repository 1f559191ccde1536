// `lj --version`: prints the package version, the engine in use and which program runs, each with the reason.

import { errorText } from "../../file/system-error.js";
import { findPackage } from "../../package.js";
import { examineProgram } from "../../program.js";
import { loadEngine } from "../call.js";
import type { Output } from "../output.js";
import { printable } from "../printable.js";

/**
 * A missing engine is printed, not thrown: users run this to find out why. `executable` is the one that handed this
 * call over.
 */
export async function printVersion(output: Output, executable: string | undefined): Promise<void> {
  const { name, reason } = examineProgram(executable);
  const lines = [`lane-journal ${findPackage().version}`, await explain(), `command ${name}: ${reason}`];
  await output.write(lines.map((line) => `${printable(line)}\n`).join(""));
}

async function explain(): Promise<string> {
  try {
    const { engine, reason } = await loadEngine();
    return `engine ${engine.name}: ${reason}`;
  } catch (error) {
    return `no engine: ${errorText(error)}`;
  }
}
