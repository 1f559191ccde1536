// `lj fleet`: prints the live leases of several journals, or of all journals of a log, in one view (docs/cli.md).
import { type CommandLine, UsageError } from "../args.js";
import { loadEngine, type Terminal, type Verdict } from "../call.js";
import { createPaint } from "../colour.js";
import type { Flags } from "../flag.js";
import { openLocal } from "../fleet/local.js";
import { type FleetSource, formatMember, type Member, writeMember } from "../fleet/members.js";
import { openRemote } from "../fleet/remote.js";
import { watchFleet } from "../fleet/watch.js";
import { checkLogFlags } from "../log-flags.js";
import { writePieces, writeStyledPieces } from "../output.js";
import { loadRuler } from "../width.js";

export async function runFleet(line: CommandLine, terminal: Terminal): Promise<Verdict> {
  const { flags } = line;
  checkLogFlags(line);
  checkFlags(flags);
  const { engine, reason } = await loadEngine(flags.engine);
  if (flags.verbose === true) terminal.note(`engine ${engine.name}: ${reason}`);
  const { log } = flags;
  const source = log === undefined ? openLocal(flags, engine, terminal) : await openRemote(log, flags, terminal);
  try {
    return flags.watch === true ? await watchFleet(source, terminal) : await print(source, flags, terminal);
  } finally {
    await source.close();
  }
}

function checkFlags({ watch, json }: Flags): void {
  if (watch !== true) return;
  if (json === true) throw new UsageError("fleet: expected --watch or --json, found both");
  if (!process.stdout.isTTY) {
    throw new UsageError("fleet --watch: expected a terminal on standard output, found none");
  }
}

async function print(source: FleetSource, { json, log }: Flags, terminal: Terminal): Promise<Verdict> {
  const nowMs = Date.now();
  const members = await source.read(nowMs);
  if (json === true) await writePieces(terminal.output, members.map(formatMember));
  else {
    const look = { nowMs, paint: createPaint(terminal.stdout), ruler: await loadRuler(), showsHost: true };
    await writeStyledPieces(terminal.output, tell(members, look));
  }
  if (log !== undefined && members.length === 0)
    terminal.note("lj: the log has no such journal: nothing was shipped to it");
  return members.some(({ gap }) => gap !== null) ? 1 : 0;
}

function* tell(members: readonly Member[], look: Parameters<typeof writeMember>[1]): Generator<string> {
  for (const member of members) yield* writeMember(member, look);
}
