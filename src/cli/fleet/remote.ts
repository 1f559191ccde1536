// Reads the journals of a fleet from a log.
import { viewLeases } from "../../leases/reclaim.js";
import { markLineage, systemProcesses } from "../../lock/process.js";
import type { Terminal } from "../call.js";
import type { Flags } from "../flag.js";
import { formatDuration } from "../history/times.js";
import { type FleetJournal, type FleetLog, type FleetView, loadFleetPackage } from "./installed.js";
import type { FleetSource, Member } from "./members.js";
import { openLog } from "./open.js";

/** How often the log is asked whether it answers, and when that is too long ago, in milliseconds. */
const askMs = 1_000;
const silentMsMax = 3_000;

/** Resolves once the view has everything that the log has now. */
export async function openRemote(address: string, flags: Flags, terminal: Terminal): Promise<FleetSource> {
  const fleet = await loadFleetPackage();
  const { signal } = terminal;
  const log = await openLog(fleet, address, { flags, signal });
  const { engine } = flags;
  const forced = engine === undefined || engine === "auto" ? {} : { engine };
  const view = fleet.openView({ log, signal, ...forced });
  const source = new RemoteSource({ log, view, flags });
  try {
    await orAborted(view.caughtUp(), signal);
    return source;
  } catch (error) {
    await source.close();
    throw error;
  }
}

interface Open {
  log: FleetLog;
  view: FleetView;
  flags: Flags;
}

class RemoteSource implements FleetSource {
  readonly name = "fleet";
  readonly #open: Open;
  readonly #asking: NodeJS.Timeout;
  #news: Promise<void> | undefined;
  #answeredAtMs = Date.now();

  constructor(open: Open) {
    this.#open = open;
    this.#asking = setInterval(() => this.#ask(), askMs).unref();
  }

  get problem(): string | undefined {
    const silentMs = Date.now() - this.#answeredAtMs;
    return silentMs > silentMsMax ? `the log has not answered for ${formatDuration(silentMs)}` : undefined;
  }

  async read(nowMs: number): Promise<Member[]> {
    const { view, flags } = this.#open;
    const wanted = view.journals().filter(({ id }) => flags.id === undefined || id === flags.id);
    return wanted.map((journal) => makeMember(journal, flags.owner, nowMs));
  }

  async changed(ms: number): Promise<void> {
    this.#news ??= this.#open.view.changed().then(() => {
      this.#news = undefined;
    });
    let timer: NodeJS.Timeout | undefined;
    const pause = new Promise<void>((resolve) => {
      timer = setTimeout(resolve, ms);
    });
    await Promise.race([this.#news, pause]);
    clearTimeout(timer);
  }

  async close(): Promise<void> {
    clearInterval(this.#asking);
    await this.#open.view.close();
    await this.#open.log.close();
  }

  #ask(): void {
    const onAnswer = (): void => {
      this.#answeredAtMs = Date.now();
    };
    // A log that does not answer is what is looked for.
    this.#open.log.lastSequence().then(onAnswer, () => undefined);
  }
}

/** Only the host itself knows its processes, so that a lease of another host is judged by its signs of life alone. */
function makeMember(shown: FleetJournal, owner: string | undefined, nowMs: number): Member {
  const { id, generation = null, lagMs, storedAtMs, gap = null, note = null } = shown;
  const state = { live: shown.leases, generations: shown.generations };
  const asker = { owner, processes: markLineage() };
  const leases = viewLeases(state, { now: nowMs, processes: systemProcesses }, asker);
  return { journal: id, generation, lagMs, storedAtMs, gap, note, leases };
}

function orAborted<Result>(work: Promise<Result>, signal: AbortSignal): Promise<Result> {
  return new Promise((resolve, reject) => {
    const onAbort = (): void => reject(signal.reason);
    signal.addEventListener("abort", onAbort, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener("abort", onAbort));
  });
}
