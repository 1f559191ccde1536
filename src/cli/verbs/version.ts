// `lj --version`: the package, the engine in use and why it is that one.

import { errorText } from "../../file/system-error.js";
import { findPackage } from "../../package.js";
import { loadEngine } from "../call.js";
import type { Output } from "../output.js";
import { printable } from "../printable.js";

/** An engine that is asked for and missing is told, not raised: this is where one looks for the reason. */
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
