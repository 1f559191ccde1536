// Opens the log that an address names, with the credentials of the environment.
import { readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { credsAuthenticator, type NodeConnectionOptions, nkeyAuthenticator } from "@nats-io/transport-node";
import { orAborted } from "./abort.js";
import { type Address, parseAddress } from "./address.js";
import { JetStreamLog } from "./jetstream-log.js";
import type { ReplicatedLog } from "./log.js";
import { PostgresLog } from "./postgres-log.js";

export interface OpenLogOptions {
  /** The name of the stream, or of the table. Default `LANE_JOURNALS`, or `lane_journals`. */
  stream?: string;
  /** See `JetStreamLogOptions`. A table has no replicas of its own. */
  replicas?: number;
  /** See `JetStreamLogOptions`. A table keeps everything. */
  maxBytes?: number;
  /** Stops waiting for the servers. */
  signal?: AbortSignal;
  /** The variables that name credentials and certificates. Default `process.env`. */
  environment?: { [name: string]: string | undefined };
}

/** No server of the address can be used. The message names the address without its password. */
export class LogUnavailableError extends Error {
  override readonly name = "LogUnavailableError";
}

/** How long the servers of a cluster may take to elect a leader. */
const electionMs = 5_000;
const retryMs = 100;

/**
 * Opens the log at `nats://HOST,HOST...`, `tls://HOST...` or `postgres://HOST/DATABASE`. For NATS, the environment may
 * name a file of credentials (`NATS_CREDS`) or of an nkey (`NATS_NKEY`), `NATS_USER` and `NATS_PASSWORD`, `NATS_TOKEN`,
 * and files for TLS: `NATS_CA`, `NATS_CERT`, `NATS_KEY`. The client of PostgreSQL reads its own variables, such as
 * `PGPASSWORD`. Rejects with `TypeError` for another address, and with `LogUnavailableError` if no server answers.
 */
export async function openLog(address: string, options: OpenLogOptions = {}): Promise<ReplicatedLog> {
  const parsed = parseAddress(address);
  const opening = parsed.kind === "nats" ? openJetStream(parsed, options) : openPostgres(parsed, options);
  try {
    return await orAborted(opening, options.signal);
  } catch (error) {
    if (error instanceof TypeError || options.signal?.aborted) {
      // What is opened after all is not needed.
      opening.then((log) => log.close()).catch(() => {});
      throw error;
    }
    const expected = parsed.kind === "nats" ? "a NATS server with JetStream" : "a PostgreSQL server";
    const found = error instanceof Error ? describe(error) : String(error);
    throw new LogUnavailableError(`${parsed.shown}: expected ${expected}, found: ${found}`, { cause: error });
  }
}

async function openJetStream(address: Address & { kind: "nats" }, options: OpenLogOptions): Promise<ReplicatedLog> {
  const { stream, replicas, maxBytes, environment = process.env, signal } = options;
  const connection = { ...credentialsOf(environment), ...addressOptions(address), name: "lane-journal-fleet" };
  const log = await JetStreamLog.open({
    connection,
    ...(stream !== undefined && { stream }),
    ...(replicas !== undefined && { replicas }),
    ...(maxBytes !== undefined && { maxBytes }),
  });
  try {
    await untilElected(log, signal);
    return log;
  } catch (error) {
    await log.close();
    throw error;
  }
}

async function openPostgres(address: Address & { kind: "postgres" }, options: OpenLogOptions): Promise<ReplicatedLog> {
  for (const key of ["replicas", "maxBytes"] as const) {
    if (options[key] !== undefined) throw new TypeError(`${key}: expected none for PostgreSQL, found ${options[key]}`);
  }
  const connection = { connectionString: address.url, application_name: "lane-journal-fleet" };
  return PostgresLog.open({ connection, ...(options.stream !== undefined && { table: options.stream }) });
}

/** The servers may be connected before they know who leads. A server without JetStream gives the same answers. */
async function untilElected(log: JetStreamLog, signal: AbortSignal | undefined): Promise<void> {
  for (const deadline = performance.now() + electionMs; ; await pause(retryMs, undefined, signal && { signal })) {
    try {
      await log.lastSequence();
      return;
    } catch (error) {
      if (performance.now() > deadline) throw error;
    }
  }
}

function addressOptions({ servers, user, password, isTls }: Address & { kind: "nats" }): NodeConnectionOptions {
  const login = password === undefined ? user !== undefined && { token: user } : { user: user ?? "", pass: password };
  return { servers, ...login, ...(isTls && { tls: {} }) };
}

function credentialsOf(environment: { [name: string]: string | undefined }): NodeConnectionOptions {
  const named = (name: string): string | undefined => environment[name] || undefined;
  const [creds, nkey] = [named("NATS_CREDS"), named("NATS_NKEY")];
  const [user, pass, token] = [named("NATS_USER"), named("NATS_PASSWORD"), named("NATS_TOKEN")];
  const [caFile, certFile, keyFile] = [named("NATS_CA"), named("NATS_CERT"), named("NATS_KEY")];
  const tls = { ...(caFile && { caFile }), ...(certFile && { certFile }), ...(keyFile && { keyFile }) };
  return {
    ...(creds && { authenticator: credsAuthenticator(readFileSync(creds)) }),
    ...(nkey && { authenticator: nkeyAuthenticator(Buffer.from(readFileSync(nkey, "utf8").trim())) }),
    ...(user && { user }),
    ...(pass && { pass }),
    ...(token && { token }),
    ...(Object.keys(tls).length > 0 && { tls }),
  };
}

/** The client's own messages leave out what failed, which is in their causes. */
function describe(error: Error): string {
  const { cause } = error;
  if (cause instanceof Error && !error.message.includes(cause.message)) return `${error.message} (${cause.message})`;
  // An attempt at several addresses of a name has no message of its own.
  if (error instanceof AggregateError && error.message === "") return error.errors.map(String).join("; ");
  return error.message;
}
