// `lj ship`: copies the journal to a replicated log (docs/cli.md, docs/fleet.md).
import { statSync } from "node:fs";
import { checkPath } from "../../arguments.js";
import { JournalError } from "../../errors.js";
import { acquireLockAsync, readLock, releaseLock, tellHolder } from "../../lock/lock.js";
import { type CommandLine, NoJournal, UsageError } from "../args.js";
import type { Terminal, Verdict } from "../call.js";
import { type FleetPackage, loadFleetPackage, type Shipping } from "../fleet/installed.js";
import { openLog } from "../fleet/open.js";
import { ShipReport } from "../ship/report.js";

/** With `--once`, a log that does not answer for so long fails the command. An election takes up to 10 s. */
const giveUpMs = 30_000;

export async function runShip({ flags }: CommandLine, terminal: Terminal): Promise<Verdict> {
  const address = flags.log;
  if (address === undefined) throw new UsageError("ship: expected --to LOG, found none");
  const journal = checkPath(flags.journal);
  if (flags.mustExist === true && !isThere(journal)) throw new NoJournal(`there is no journal ${journal}`);
  const fleet = await loadFleetPackage();
  const ending = new AbortController();
  const terminated = new Error("SIGTERM");
  const onTerm = (): void => ending.abort(terminated);
  process.once("SIGTERM", onTerm);
  const signal = AbortSignal.any([ending.signal, terminal.signal]);
  try {
    const isOnce = flags.once === true;
    const options: Options = { journal, signal, stopsAtEnd: isOnce, ...(isOnce && { giveUpMs }) };
    if (flags.id !== undefined) options.id = flags.id;
    const stop = (reason: unknown): void => ending.abort(reason);
    await whileLocked(journal, fleet, () => shipTo(address, { fleet, options, flags, terminal, stop }));
  } catch (error) {
    // It may end before the log is open.
    if (error !== terminated) throw error;
  } finally {
    process.removeListener("SIGTERM", onTerm);
  }
  terminal.signal.throwIfAborted();
  return 0;
}

type Options = Omit<Shipping, "log">;

interface Work {
  fleet: FleetPackage;
  options: Options;
  flags: CommandLine["flags"];
  terminal: Terminal;
  stop(reason: unknown): void;
}

async function shipTo(address: string, { fleet, options, flags, terminal, stop }: Work): Promise<void> {
  const log = await openLog(fleet, address, { flags, signal: options.signal });
  const { journal } = options;
  const report = new ShipReport({ journal, json: flags.json === true, terminal, stop });
  try {
    await report.during(fleet.ship({ ...options, log, onEvent: (event) => report.take(event) }));
  } finally {
    await log.close();
  }
}

/** Only one shipper of a journal runs on a host. Its lock is in the journal's slot. */
async function whileLocked(journal: string, fleet: FleetPackage, run: () => Promise<void>): Promise<void> {
  const path = `${fleet.makeSlot(journal)}/shipper.lock`;
  const lock = await acquireLockAsync(journal, { path, label: "lj ship", waitMs: 0 }).catch((error: unknown) => {
    if (!(error instanceof JournalError) || error.code !== "ERR_LOCK_BUSY") throw error;
    const state = readLock(journal, { path });
    const holder = state.held ? tellHolder(state) : error.message;
    throw new Error(`expected no other shipper of ${journal} on this host, found one: ${holder}`);
  });
  try {
    await run();
  } finally {
    releaseLock(lock);
  }
}

function isThere(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false }) !== undefined;
}
