// Keeps the records in a stream of NATS JetStream. It reads by sequence instead of by a consumer of the server, whose
// state would have to survive the failure of a server.
import {
  JetStreamApiCodes,
  JetStreamApiError,
  type JetStreamClient,
  type JetStreamManager,
  jetstream,
  jetstreamManager,
  type PubAck,
  RetentionPolicy,
  StorageType,
  type StoredMsg,
  type StreamInfo,
} from "@nats-io/jetstream";
import { connect, type NatsConnection, type NodeConnectionOptions, nanos } from "@nats-io/transport-node";
import { type LogReadOptions, LogResetError, type ReplicatedLog, type StoredRecord } from "./log.js";
import { decodeRecord, encodeRecord, type FleetRecord, messageIdOf } from "./record.js";
import { Turns } from "./turns.js";
import { Wakeup } from "./wakeup.js";

export interface JetStreamLogOptions {
  /** How the client reaches the servers, with its means for TLS and credentials. */
  connection: NodeConnectionOptions;
  /** The name of the stream. Default `LANE_JOURNALS`. */
  stream?: string;
  /** On how many servers a new stream is kept. A stream that exists keeps its own number. Default 1. */
  replicas?: number;
  /** The most bytes that a new stream keeps; the oldest are dropped first. Default: no limit. */
  maxBytes?: number;
}

/** A request that a killed server took is lost, so this is how long its death delays a record. */
const requestTimeoutMs = 2_000;
/** How long a reader waits for news before it looks. News that the connection lost is found this late. */
const pollMs = 500;
/** News may arrive before the record is stored, so the first looks after it follow each other soon. */
const firstLookMs = 2;
/** A lost connection is tried again after this time. */
const reconnectMs = 100;
/** How many records are requested at once. */
const windowMax = 16;
/** How long the servers recognise a repeated message. It only saves space: readers recognise repetitions by offsets. */
const duplicateWindowMs = 120_000;
/** The servers' codes for a stream and a message that do not exist. */
const missingCodes: readonly number[] = [JetStreamApiCodes.StreamNotFound, JetStreamApiCodes.NoMessageFound];

export class JetStreamLog implements ReplicatedLog {
  readonly #connection: NatsConnection;
  readonly #client: JetStreamClient;
  readonly #manager: JetStreamManager;
  readonly #options: { stream: string; replicas: number; maxBytes: number };
  readonly #turns = new Turns();
  #isClosed = false;

  private constructor(
    connection: NatsConnection,
    manager: JetStreamManager,
    { stream = "LANE_JOURNALS", replicas = 1, maxBytes = -1 }: JetStreamLogOptions,
  ) {
    this.#connection = connection;
    this.#manager = manager;
    this.#client = jetstream(connection, { timeout: requestTimeoutMs });
    this.#options = { stream, replicas, maxBytes };
  }

  /** Connects. Rejects if no server answers. The first append creates the stream unless it exists. */
  static async open(options: JetStreamLogOptions): Promise<JetStreamLog> {
    const connection = await connect({
      maxReconnectAttempts: -1,
      reconnectTimeWait: reconnectMs,
      ...options.connection,
    });
    try {
      const manager = await jetstreamManager(connection, { timeout: requestTimeoutMs, checkAPI: false });
      return new JetStreamLog(connection, manager, options);
    } catch (error) {
      await connection.close();
      throw error;
    }
  }

  async append(record: FleetRecord): Promise<void> {
    this.#expectOpen();
    const encoded = encodeRecord(record);
    await this.#turns.take(record.journal, () => this.#publish(record, encoded));
  }

  async newestOf(journal: string): Promise<StoredRecord | undefined> {
    this.#expectOpen();
    // Not the direct interface: a server that lags behind would return an older record.
    const found = await orNotFound(
      this.#manager.streams.getMessage(this.#options.stream, { last_by_subj: this.#subjectOf(journal) }),
    );
    return found && toStored(found);
  }

  async oldestOf(journal: string): Promise<StoredRecord | undefined> {
    this.#expectOpen();
    const query = { seq: 1, next_by_subj: this.#subjectOf(journal) };
    const found = await orNotFound(this.#manager.streams.getMessage(this.#options.stream, query));
    return found && toStored(found);
  }

  async *read({ after = 0, signal }: LogReadOptions = {}): AsyncGenerator<StoredRecord> {
    signal?.throwIfAborted();
    this.#expectOpen();
    const wakeup = new Wakeup(signal);
    // Every message for the stream arrives here too, and says that there is news.
    const subscription = this.#connection.subscribe(this.#subjectOf("*"), { callback: () => wakeup.wake() });
    const ended = this.#connection.closed().then(() => wakeup.wake());
    try {
      yield* this.#readOn(after, wakeup, signal);
    } finally {
      subscription.unsubscribe();
      wakeup.close();
      if (this.#isClosed) await ended;
    }
  }

  async lastSequence(): Promise<number> {
    this.#expectOpen();
    const state = (await this.#findStream())?.state;
    // A stream that was purged keeps its numbers, and no reader would ever get to the last one.
    return state === undefined || state.messages === 0 ? 0 : state.last_seq;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#connection.close();
  }

  async *#readOn(after: number, wakeup: Wakeup, signal: AbortSignal | undefined): AsyncGenerator<StoredRecord> {
    const isOver = (): boolean => this.#isClosed;
    let created: string | undefined;
    let next = after + 1;
    let delayMs = firstLookMs;
    while (!this.#isClosed) {
      signal?.throwIfAborted();
      if (wakeup.take()) delayMs = firstLookMs;
      const info = await wakeup.untilAnswered(async () => ({ found: await this.#findStream() }), isOver);
      const state = info?.found?.state;
      const last = state?.last_seq ?? 0;
      const begun = info?.found && String(info.found.created);
      created ??= begun;
      if (info !== undefined && (begun !== created || last < next - 1))
        throw new LogResetError("the stream was replaced");
      next = Math.max(next, state?.first_seq ?? 0);
      if (next <= last) delayMs = firstLookMs;
      while (next <= last) {
        const to = Math.min(last, next + windowMax - 1);
        const from = next;
        yield* (await wakeup.untilAnswered(() => this.#fetch(from, to), isOver)) ?? [];
        next = to + 1;
      }
      await wakeup.wait(delayMs);
      delayMs = Math.min(delayMs * 2, pollMs);
    }
  }

  /** Returns the records from one sequence to another that the stream still has. */
  async #fetch(from: number, to: number): Promise<StoredRecord[]> {
    const sequences = Array.from({ length: to - from + 1 }, (_, at) => from + at);
    const { direct, streams } = this.#manager;
    const { stream } = this.#options;
    const get = async (seq: number): Promise<StoredMsg | undefined> =>
      // A server that lags behind does not have it yet, so the leader has the last word.
      (await orNotFound(direct.getMessage(stream, { seq }))) ?? (await orNotFound(streams.getMessage(stream, { seq })));
    const found = await Promise.all(sequences.map(get));
    return found.flatMap((message) => toStored(message) ?? []);
  }

  async #publish(record: FleetRecord, encoded: Uint8Array): Promise<void> {
    const subject = this.#subjectOf(record.journal);
    const msgID = messageIdOf(record);
    const ack = await this.#orCreating(() => this.#client.publish(subject, encoded, { msgID }));
    if (!ack.duplicate) return;
    const { stream } = this.#options;
    const found = await orNotFound(this.#manager.streams.getMessage(stream, { seq: ack.seq }));
    // The server only remembers the id: the message may be gone, and another file may have bytes of the same place.
    if (found !== undefined && Buffer.from(encoded).equals(found.data)) return;
    await this.#client.publish(subject, encoded);
  }

  /** Creates the stream and publishes again if nobody takes the message. */
  async #orCreating(publish: () => Promise<PubAck>): Promise<PubAck> {
    try {
      return await publish();
    } catch (error) {
      if ((await this.#findStream()) !== undefined) throw error;
      await this.#createStream();
      return publish();
    }
  }

  /** Returns what the servers say of the stream; undefined if it does not exist. */
  async #findStream(): Promise<StreamInfo | undefined> {
    return orNotFound(this.#manager.streams.info(this.#options.stream));
  }

  async #createStream(): Promise<void> {
    const { stream, replicas, maxBytes } = this.#options;
    await this.#manager.streams.add({
      name: stream,
      subjects: [this.#subjectOf("*")],
      storage: StorageType.File,
      retention: RetentionPolicy.Limits,
      num_replicas: replicas,
      max_bytes: maxBytes,
      allow_direct: true,
      duplicate_window: nanos(duplicateWindowMs),
    });
  }

  #subjectOf(journal: string): string {
    return `lane-journal.${this.#options.stream}.${journal}`;
  }

  #expectOpen(): void {
    if (this.#isClosed) throw new Error("the log is closed");
  }
}

/** Returns undefined for what is not a record: anybody may publish on a subject. */
function toStored(message: StoredMsg | undefined): StoredRecord | undefined {
  if (message === undefined) return undefined;
  const decoded = decodeRecord(message.data);
  if (!decoded.ok) return undefined;
  return { sequence: message.seq, record: decoded.record, storedAtMs: message.time.getTime() };
}

/** Returns undefined for an answer that there is no such stream or message. */
async function orNotFound<Answer>(answer: Promise<Answer | null>): Promise<Answer | undefined> {
  try {
    return (await answer) ?? undefined;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

function isNotFound(error: unknown): boolean {
  return error instanceof JetStreamApiError && missingCodes.includes(error.code);
}
