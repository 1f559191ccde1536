// Copies a journal to a log, and goes on after every failure of the log. The journal stays the truth: what the log has
// lost is copied again from the file.
import { rmSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { followBytes, type JournalBytes } from "lane-journal";
import { orAborted } from "./abort.js";
import { makeSlot, readJournalId } from "./journal-id.js";
import type { ReplicatedLog, StoredRecord } from "./log.js";
import { endOf, type FleetRecord, isJournalId, messageIdOf, type RecordEnd } from "./record.js";

export interface ShipOptions {
  /** The path of the journal. It may not exist yet. */
  journal: string;
  log: ReplicatedLog;
  /** The id of the journal in the fleet. Default: the one in the journal's slot, where it is written at first. */
  id?: string;
  /** Stops the shipper. */
  signal?: AbortSignal;
  /** Called with what the shipper has to say; must not throw. */
  onEvent?: (event: ShipEvent) => void;
  /** How often to check that the log still has what it needs and nobody else ships this id. Default 5,000 ms. */
  checkMs?: number;
  /** Returns once the log has everything that the journal contains, instead of waiting for more. Default false. */
  stopsAtEnd?: boolean;
  /** Rejects with the log's last error after so long without an answer, in milliseconds. Default: tries for ever. */
  giveUpMs?: number;
}

export type ShipEvent =
  | { kind: "started"; id: string; from: RecordEnd | undefined }
  /** The log has the record. */
  | { kind: "stored"; record: FleetRecord }
  /** The log did not take a record, which is appended again. */
  | { kind: "waiting"; error: unknown }
  /** The log was deleted, or lacks the beginning of the file: the file is copied again from its start. */
  | { kind: "restarted" };

/** Another shipper uses this id. Both journals would be shown as one, so the shipper ends. */
export class ForkError extends Error {
  override readonly name = "ForkError";
}

/** Thrown within a session to begin another one. */
class LogLost extends Error {}

const checkMsDefault = 5_000;
const retryMsMin = 50;
const retryMsMax = 2_000;
/** A record that was thought lost may still arrive later, so the ids of more than the newest are ours. */
const ownIdsMax = 1_024;

/**
 * Ships until the signal aborts, and then returns. Throws `ForkError`, what reading the journal throws, and with
 * `giveUpMs` what the log throws.
 */
export async function ship(options: ShipOptions): Promise<void> {
  const slot = makeSlot(options.journal);
  const id = options.id ?? readJournalId(slot);
  if (!isJournalId(id))
    throw new TypeError(`id: expected 1 to 64 letters, digits, - and _, found ${JSON.stringify(id)}`);
  const shipper = new Shipper(id, options);
  try {
    while (!(await shipper.runSession())) {
      // The log was another one: another session copies the journal again.
    }
  } catch (error) {
    if (options.signal?.aborted !== true) throw error;
  }
}

class Shipper {
  readonly #id: string;
  readonly #options: ShipOptions;
  readonly #log: ReplicatedLog;
  readonly #signal: AbortSignal | undefined;
  /** The message ids of the records that this shipper appended last. */
  readonly #own = new Set<string>();
  /** Whether the log has had a record of the journal in this session. */
  #hasStored = false;
  #root = 0;
  /** The highest generation that was shipped: after the log was deleted, the next one must be higher. */
  #generation = 0;
  /** Where the last record ends that the log has acknowledged in this session. */
  #acknowledged: RecordEnd | undefined;
  /** Since when the log has not answered, by the clock of `performance.now`. */
  #waitingSince: number | undefined;

  constructor(id: string, options: ShipOptions) {
    this.#id = id;
    this.#options = options;
    this.#log = options.log;
    this.#signal = options.signal;
  }

  /** Returns true once the end was reached, if that is wanted, and false if the log turns out to be another. */
  async runSession(): Promise<boolean> {
    const from = await this.#untilAnswered(() => this.#findStart());
    this.#say({ kind: "started", id: this.#id, from });
    const session = new AbortController();
    const signal = this.#signal === undefined ? session.signal : AbortSignal.any([this.#signal, session.signal]);
    void this.#checkRegularly(session);
    try {
      const after = from ?? beforeEverything(this.#generation);
      const { journal, stopsAtEnd = false } = this.#options;
      for await (const piece of followBytes(journal, { ...(after && { after }), signal, stopsAtEnd })) {
        await this.#store(piece, signal);
      }
      return true;
    } catch (error) {
      const reason = session.signal.aborted ? session.signal.reason : error;
      if (!(reason instanceof LogLost)) throw reason;
      this.#say({ kind: "restarted" });
      return false;
    } finally {
      session.abort();
    }
  }

  /** Returns where to continue; undefined if the log lacks what precedes it. */
  async #findStart(): Promise<RecordEnd | undefined> {
    const [newest, oldest] = [await this.#log.newestOf(this.#id), await this.#log.oldestOf(this.#id)];
    this.#hasStored = false;
    this.#acknowledged = undefined;
    if (newest === undefined || oldest === undefined) return undefined;
    this.#remember(messageIdOf(newest.record));
    this.#generation = Math.max(this.#generation, newest.record.generation);
    if (!isWhole(newest, oldest)) return undefined;
    this.#hasStored = true;
    this.#root = newest.record.root;
    return endOf(newest.record);
  }

  async #store(piece: JournalBytes, signal: AbortSignal): Promise<void> {
    const record = this.#makeRecord(piece);
    this.#remember(messageIdOf(record));
    let retryMs = retryMsMin;
    while (!(await this.#append(record, signal))) {
      await pause(retryMs, undefined, { signal });
      retryMs = Math.min(2 * retryMs, retryMsMax);
      // The log may be another by now.
      await this.#check();
    }
    this.#hasStored = true;
    this.#acknowledged = endOf(record);
    this.#say({ kind: "stored", record });
    for (const path of piece.removable) rmSync(path, { force: true });
  }

  #makeRecord({ generation, offset, bytes, endReached, base, position }: JournalBytes): FleetRecord {
    if (generation !== this.#generation && base === undefined) this.#root = generation;
    this.#generation = generation;
    const { file, head, tail } = position;
    const place = { journal: this.#id, generation, root: this.#root, offset };
    return { ...place, bytes, endReached, ...(base && { base }), mark: { file, head, tail } };
  }

  async #append(record: FleetRecord, signal: AbortSignal): Promise<boolean> {
    try {
      await orAborted(this.#log.append(record), signal);
      this.#waitingSince = undefined;
      return true;
    } catch (error) {
      if (signal.aborted || error instanceof TypeError) throw error;
      this.#wait(error);
      return false;
    }
  }

  /** Ends the session with the reason if a check fails. Never rejects, and ends after the session. */
  async #checkRegularly(session: AbortController): Promise<void> {
    const { signal } = session;
    const everyMs = this.#options.checkMs ?? checkMsDefault;
    try {
      while (!signal.aborted && this.#signal?.aborted !== true) {
        await pause(everyMs, undefined, { signal });
        await this.#check();
      }
    } catch (error) {
      if (!signal.aborted) session.abort(error);
    }
  }

  /** Throws if the log lost what it had, or has records of another shipper. A log that does not answer may have all. */
  async #check(): Promise<void> {
    const acknowledged = this.#acknowledged;
    const found = await this.#findEnds();
    if (found === undefined) return;
    const { newest, oldest } = found;
    if (newest !== undefined && !this.#own.has(messageIdOf(newest.record))) {
      const { generation, offset } = newest.record;
      const place = `generation ${generation} at ${offset}`;
      throw new ForkError(
        `${this.#id}: expected no other shipper with this id, found its record of ${place} in the log`,
      );
    }
    const isLost = newest === undefined || oldest === undefined || !isWhole(newest, oldest);
    if (isLost && this.#hasStored) throw new LogLost();
    // All servers lost their power before what they had acknowledged was on a disk.
    if (acknowledged !== undefined && newest !== undefined && isBefore(newest, acknowledged)) throw new LogLost();
  }

  async #findEnds(): Promise<{ newest: StoredRecord | undefined; oldest: StoredRecord | undefined } | undefined> {
    try {
      return { oldest: await this.#log.oldestOf(this.#id), newest: await this.#log.newestOf(this.#id) };
    } catch (error) {
      this.#say({ kind: "waiting", error });
      return undefined;
    }
  }

  #remember(messageId: string): void {
    this.#own.add(messageId);
    const [first] = this.#own;
    if (this.#own.size > ownIdsMax && first !== undefined) this.#own.delete(first);
  }

  async #untilAnswered<Answer>(ask: () => Promise<Answer>): Promise<Answer> {
    for (let retryMs = retryMsMin; ; retryMs = Math.min(2 * retryMs, retryMsMax)) {
      try {
        const answer = await orAborted(ask(), this.#signal);
        this.#waitingSince = undefined;
        return answer;
      } catch (error) {
        this.#signal?.throwIfAborted();
        this.#wait(error);
        await pause(retryMs, undefined, this.#signal && { signal: this.#signal });
      }
    }
  }

  /** Says that the log did not answer. Throws the error once that has lasted too long. */
  #wait(error: unknown): void {
    this.#say({ kind: "waiting", error });
    this.#waitingSince ??= performance.now();
    if (performance.now() - this.#waitingSince >= (this.#options.giveUpMs ?? Number.POSITIVE_INFINITY)) throw error;
  }

  #say(event: ShipEvent): void {
    this.#options.onEvent?.(event);
  }
}

/** Returns a position of no file, so that everything is yielded again, in later generations than the given one. */
function beforeEverything(generation: number): RecordEnd | undefined {
  return generation === 0 ? undefined : { generation, offset: 0, file: "", head: "", tail: "" };
}

function isBefore({ record }: StoredRecord, { generation, offset }: RecordEnd): boolean {
  return record.generation < generation || (record.generation === generation && endOf(record).offset < offset);
}

/** Returns whether the log has all bytes that precede the end of its newest record. It drops the oldest first. */
function isWhole({ record: newest }: StoredRecord, { record: oldest }: StoredRecord): boolean {
  if (oldest.generation !== newest.root) return oldest.generation < newest.root;
  return oldest.offset === 0;
}
