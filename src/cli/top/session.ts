// Runs something on the screen of a terminal until `q`, Ctrl-C or a signal, and restores the terminal.
import { isatty } from "node:tty";
import type { Verdict } from "../call.js";
import { Screen } from "./screen.js";

/** Why the screen is left. */
class Quit extends Error {}

/** A signal that ends the process once the terminal is restored. */
class Killed extends Error {
  constructor(readonly signal: NodeJS.Signals) {
    super(signal);
  }
}

/** `show` draws until the screen is left, which aborts `ending` with the reason, and then throws that reason. */
export async function runOnScreen(show: (screen: Screen, ending: AbortController) => Promise<void>): Promise<Verdict> {
  const screen = new Screen({ input: isatty(0) ? process.stdin : undefined, output: process.stdout });
  const ending = new AbortController();
  const onSignal = (signal: NodeJS.Signals): void => ending.abort(new Killed(signal));
  const signals: NodeJS.Signals[] = ["SIGTERM", "SIGHUP"];
  for (const signal of signals) process.once(signal, onSignal);
  // A second interrupt would end the process before the terminal is restored.
  process.on("SIGINT", ignore);
  try {
    await show(screen, ending);
    return 0;
  } catch (error) {
    if (error instanceof Quit) return 0;
    if (!(error instanceof Killed)) throw error;
    screen.leave();
    process.kill(process.pid, error.signal);
    return 0;
  } finally {
    screen.leave();
    for (const signal of signals) process.removeListener(signal, onSignal);
    process.removeListener("SIGINT", ignore);
  }
}

const ignore = (): void => undefined;

/** An error in the handler of an event would end the process at once. */
export function endOnError(draw: () => void, ending: AbortController): void {
  try {
    draw();
  } catch (error) {
    ending.abort(error);
  }
}

/** A terminal that passes on keys at once also passes on Ctrl-C and Ctrl-Z instead of sending the signals. */
export function takeKey(key: string, screen: Screen, ending: AbortController): void {
  if (key === "q" || key === "Q") ending.abort(new Quit());
  if (key === "\u001a") screen.suspend();
  if (key === "\u0003") process.kill(process.pid, "SIGINT");
}
