// Shows the leases of all journals of a log: each is mirrored, and folded as its host folds it.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Engine, type Generation, type Journal, type Lease, openJournal } from "lane-journal";
import { LogResetError, type ReplicatedLog } from "./log.js";
import { type Copy, Mirror } from "./mirror.js";

export interface FleetOptions {
  log: ReplicatedLog;
  /** Where the copies are kept, in a new folder that `close` removes. Default: the folder for temporary files. */
  folder?: string;
  /** The engine that folds the copies. Default: as `openJournal` of lane-journal chooses. */
  engine?: Engine;
  /** Stops reading. */
  signal?: AbortSignal;
}

/** One journal, as the log shows it. */
export interface FleetJournal {
  /** Its id in the fleet, which begins with the name of the host. */
  id: string;
  /** The generation of the file that is shown; undefined until one has arrived whole. */
  generation: number | undefined;
  /** In map order. */
  leases: Lease[];
  /** The fencing tokens of the leases. */
  generations: Generation[];
  /** How old the newest record is, in milliseconds, while what it belongs to is not shown whole; else 0. */
  lagMs: number;
  /** When the log stored the newest record, in milliseconds since 1970-01-01 UTC, by the clock of the log. */
  storedAtMs: number;
  /** What the view lacks, for people; undefined if it lacks nothing. The leases are then those known before. */
  gap: string | undefined;
  /** What else needs attention, for people. */
  note: string | undefined;
}

interface Member {
  mirror: Mirror;
  /** The journal of the copy that is shown. */
  journal: Journal | undefined;
  path: string | undefined;
}

export class FleetView {
  readonly #log: ReplicatedLog;
  readonly #folder: string;
  readonly #engine: Engine | undefined;
  readonly #abort = new AbortController();
  readonly #members = new Map<string, Member>();
  readonly #reading: Promise<void>;
  readonly #waiting = new Set<() => void>();
  #sequence = 0;
  #failure: unknown;

  /** Begins to read the log. */
  constructor({ log, folder = tmpdir(), engine, signal }: FleetOptions) {
    this.#log = log;
    this.#engine = engine;
    this.#folder = mkdtempSync(join(folder, "lane-fleet-"));
    const stop = signal === undefined ? this.#abort.signal : AbortSignal.any([signal, this.#abort.signal]);
    this.#reading = this.#readOn(stop).catch((error: unknown) => {
      this.#failure = error;
      this.#wakeAll();
    });
  }

  /** Returns the journals, sorted by id. Throws what reading the log threw. */
  journals(): FleetJournal[] {
    if (this.#failure !== undefined && !this.#abort.signal.aborted) throw this.#failure;
    return [...this.#members].toSorted(([a], [b]) => (a < b ? -1 : 1)).map(([id, member]) => this.#show(id, member));
  }

  /** Resolves once the view has all records that the log has now. */
  async caughtUp(): Promise<void> {
    const last = await this.#log.lastSequence();
    while (this.#sequence < last) {
      if (this.#failure !== undefined) throw this.#failure;
      await this.changed();
    }
  }

  /** Resolves at the next record. */
  changed(): Promise<void> {
    return new Promise((resolve) => this.#waiting.add(resolve));
  }

  /** Stops reading and removes the copies. The log stays open. */
  async close(): Promise<void> {
    this.#abort.abort(new Error("the view is closed"));
    await this.#reading;
    for (const { journal, mirror } of this.#members.values()) {
      journal?.close();
      mirror.close();
    }
    rmSync(this.#folder, { recursive: true, force: true });
    this.#wakeAll();
  }

  async #readOn(signal: AbortSignal): Promise<void> {
    while (!signal.aborted) {
      try {
        for await (const stored of this.#log.read({ after: this.#sequence, signal })) {
          this.#memberOf(stored.record.journal).mirror.apply(stored);
          this.#sequence = stored.sequence;
          this.#wakeAll();
        }
        return;
      } catch (error) {
        if (!(error instanceof LogResetError)) throw error;
        this.#sequence = 0;
        for (const { mirror } of this.#members.values()) mirror.restart();
      }
    }
  }

  #memberOf(id: string): Member {
    const known = this.#members.get(id);
    if (known !== undefined) return known;
    const member = { mirror: new Mirror(join(this.#folder, id)), journal: undefined, path: undefined };
    this.#members.set(id, member);
    return member;
  }

  #show(id: string, member: Member): FleetJournal {
    const { mirror } = member;
    const { shown, newest } = mirror;
    const lagMs = newest === shown && newest?.gap === undefined ? 0 : Math.max(0, Date.now() - mirror.storedAtMs);
    const known = { id, generation: shown?.generation, lagMs, storedAtMs: mirror.storedAtMs, gap: gapOf(mirror) };
    try {
      const journal = this.#open(member, shown);
      const leases = journal?.replay() ?? [];
      return { ...known, leases, generations: journal?.generations() ?? [], note: undefined };
    } catch (error) {
      // The copy is faithful, so this is what the host meets too. It must not hide the other hosts.
      const note = error instanceof Error ? error.message : String(error);
      return { ...known, leases: [], generations: [], gap: known.gap ?? "its leases cannot be read", note };
    }
  }

  #open(member: Member, shown: Copy | undefined): Journal | undefined {
    if (member.path === shown?.path) return member.journal;
    member.journal?.close();
    member.journal = shown && openJournal(shown.path, this.#engine === undefined ? {} : { engine: this.#engine });
    member.path = shown?.path;
    return member.journal;
  }

  #wakeAll(): void {
    for (const wake of this.#waiting) wake();
    this.#waiting.clear();
  }
}

/** Begins to read a log. */
export function openView(options: FleetOptions): FleetView {
  return new FleetView(options);
}

export function gapOf({ shown, newest }: Mirror): string | undefined {
  if (newest?.gap !== undefined) {
    const { from, to } = newest.gap;
    return `the log lacks the bytes ${from} to ${to} of generation ${newest.generation}`;
  }
  if (shown === undefined) return "the file has not arrived whole yet";
  return undefined;
}
