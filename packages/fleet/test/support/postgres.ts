// Starts a PostgreSQL server on loopback in a folder of its own, and ends it by its process id. The server refuses to
// run as root, so root starts it as the user `postgres`, which Debian's package creates.
import { type ChildProcess, execFileSync, spawn } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import pg from "pg";
import { findPorts } from "./ports.js";

export interface PostgresServer {
  connection: pg.PoolConfig;
  stop(): Promise<void>;
}

const isRoot = process.getuid?.() === 0;

export async function startPostgres(): Promise<PostgresServer> {
  // The user must reach the folder, which those above a `TMPDIR` of root's need not allow.
  const folder = mkdtempSync(join(isRoot ? "/tmp" : tmpdir(), "lane-fleet-pg-"));
  const [port = 0] = await findPorts(1);
  const data = join(folder, "data");
  mkdirSync(data);
  if (isRoot) {
    chmodSync(folder, 0o755);
    chownSync(data, userId("-u"), userId("-g"));
  }
  const [init, ...initArgs] = asServerUser(["initdb", "-D", data, "-A", "trust", "-U", "lane", "--no-sync"]);
  execFileSync(init, initArgs, { stdio: "ignore" });
  const options = ["-D", data, "-h", "127.0.0.1", "-p", String(port), "-k", ""];
  const [program, ...args] = asServerUser(["postgres", ...options]);
  const server = spawn(program, args, { stdio: "ignore" });
  const connection = { host: "127.0.0.1", port, user: "lane", database: "postgres" };
  await untilReady(connection, server);
  return {
    connection,
    stop: () =>
      new Promise((resolve) => {
        server.once("exit", () => {
          rmSync(folder, { recursive: true, force: true });
          resolve();
        });
        server.kill("SIGINT");
      }),
  };
}

/** `setpriv` replaces itself by the program, so that its process id is the server's. */
function asServerUser([name = "", ...args]: string[]): [string, ...string[]] {
  const program = join(findPrograms(), name);
  if (!isRoot) return [program, ...args];
  return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", program, ...args];
}

/** Debian keeps the programs of each version in a folder of its own. */
function findPrograms(): string {
  const versions = "/usr/lib/postgresql";
  const newest = readdirSync(versions).toSorted((a, b) => Number(b) - Number(a))[0];
  if (newest === undefined) throw new Error(`${versions}: expected a version of PostgreSQL, found none`);
  return join(versions, newest, "bin");
}

function userId(which: "-u" | "-g"): number {
  return Number(execFileSync("id", [which, "postgres"], { encoding: "utf8" }));
}

async function untilReady(connection: pg.ClientConfig, server: ChildProcess): Promise<void> {
  for (;;) {
    if (server.exitCode !== null) throw new Error(`expected PostgreSQL to start, found exit code ${server.exitCode}`);
    const client = new pg.Client(connection);
    try {
      await client.connect();
      await client.end();
      return;
    } catch {
      // It is starting.
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}
