// `lj --version`: prints the package version, the engine in use and the reason for it.

import { errorText } from "../../file/system-error.js";
import { findPackage } from "../../package.js";
import { loadEngine } from "../call.js";
import type { Output } from "../output.js";
import { printable } from "../printable.js";

/** A missing engine is printed, not thrown: users run this to find out why. */
export async function printVersion(output: Output): Promise<void> {
  await output.write(`lane-journal ${findPackage().version}\n${printable(await explain())}\n`);
}

async function explain(): Promise<string> {
  try {
    const { engine, reason } = await loadEngine();
    return `engine ${engine.name}: ${reason}`;
  } catch (error) {
    return `no engine: ${errorText(error)}`;
  }
}
