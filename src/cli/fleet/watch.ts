// Shows a fleet live on a terminal.
import type { Terminal, Verdict } from "../call.js";
import { createPaint, type Paint } from "../colour.js";
import { stateColours } from "../leases/words.js";
import { printable } from "../printable.js";
import type { Screen } from "../top/screen.js";
import { endOnError, runOnScreen, takeKey } from "../top/session.js";
import { loadRuler, type Ruler } from "../width.js";
import { type FleetSource, type Member, writeMember } from "./members.js";

/** How often ages are refreshed, and how long the screen stays at least, in milliseconds. */
const refreshMs = 1000;
const redrawMsMin = 100;

export async function watchFleet(source: FleetSource, terminal: Terminal): Promise<Verdict> {
  const look = { paint: createPaint(terminal.stdout), ruler: await loadRuler() };
  return runOnScreen((screen, ending) => show(source, { screen, ending, look, signal: terminal.signal }));
}

interface Showing {
  screen: Screen;
  ending: AbortController;
  look: { paint: Paint; ruler: Ruler };
  signal: AbortSignal;
}

/** Draws until the screen is left, which throws the reason. */
async function show(source: FleetSource, { screen, ending, look, signal }: Showing): Promise<void> {
  let members: Member[] = [];
  const draw = (): void => screen.draw(composeFrame(source, members, { ...look, ...screen.size, nowMs: Date.now() }));
  screen.enter(
    (key) => takeKey(key, screen, ending),
    () => endOnError(draw, ending),
  );
  const ended = AbortSignal.any([ending.signal, signal]);
  const end = new Promise<never>((_, reject) => {
    ended.addEventListener("abort", () => reject(ended.reason), { once: true });
  });
  for (;;) {
    members = await source.read(Date.now());
    draw();
    await Promise.race([pause(redrawMsMin), end]);
    await Promise.race([source.changed(refreshMs - redrawMsMin), end]);
  }
}

function pause(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

interface FrameLook {
  paint: Paint;
  ruler: Ruler;
  columns: number;
  rows: number;
  nowMs: number;
}

/** Returns at most as many lines as the terminal has rows, for `printableStyled`. None is wider than the terminal. */
export function composeFrame(source: FleetSource, members: readonly Member[], look: FrameLook): string[] {
  const { paint, ruler, columns, rows, nowMs } = look;
  const clock = `${new Date(nowMs).toISOString().slice(11, 19)}Z   q quits`;
  const leases = members.reduce((sum, member) => sum + member.leases.length, 0);
  const title = `${printable(source.name)}: ${members.length} journals, ${leases} leases`;
  const body = members.flatMap((member) => [...writeMember(member, { ...plain, ruler, nowMs })]);
  const room = Math.max(0, rows - headLines);
  const shown = body.length > room ? body.slice(0, Math.max(0, room - 1)) : body;
  const more = body.length - shown.length;
  return [
    paint("bold", ruler.cut(`${title}   ${clock}`, columns)),
    source.problem === undefined ? "" : paint("red", ruler.cut(source.problem, columns)),
    ...shown.map((line) => paintState(ruler.cut(line.trimEnd(), columns), paint)),
    ...(more > 0 ? [ruler.cut(`and ${more} more lines`, columns)] : []),
  ].slice(0, rows);
}

/** The lines above the first journal. */
const headLines = 2;

/** Colours are added once a line has been cut. */
const plain = { paint: (_: string, text: string) => printable(text), showsHost: true, isBrief: true };

function paintState(line: string, paint: Paint): string {
  for (const [state, colour] of Object.entries(stateColours)) {
    const word = state.toUpperCase();
    if (line.endsWith(`  ${word}`)) return line.slice(0, -word.length) + paint(colour, word);
  }
  return line;
}
