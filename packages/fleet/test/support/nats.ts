// Starts NATS servers with JetStream on loopback, one alone or three as a cluster, and ends them by their process ids.
import { type ChildProcess, spawn } from "node:child_process";
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { findPorts } from "./ports.js";

export interface NatsServers {
  /** The addresses of all servers. */
  servers: string[];
  /** Kills one server, as a power cut does. */
  kill(index: number): Promise<void>;
  /** Starts a killed server again, with what its folder holds. */
  start(index: number): Promise<void>;
  stop(): Promise<void>;
}

/** `folder` holds what the servers store. */
export async function startNats(folder: string, count: 1 | 3): Promise<NatsServers> {
  const ports = await findPorts(2 * count);
  const clients = ports.slice(0, count);
  const routes = ports.slice(count).map((port) => `nats://127.0.0.1:${port}`);
  const running: (ChildProcess | undefined)[] = [];

  async function start(index: number): Promise<void> {
    const name = `server-${index}`;
    mkdirSync(join(folder, name), { recursive: true });
    const config = join(folder, `${name}.conf`);
    const cluster =
      count === 1 ? "" : `cluster { name: fleet, listen: "127.0.0.1:${ports[count + index]}", routes: [${routes}] }\n`;
    const store = `jetstream { store_dir: ${JSON.stringify(join(folder, name))} }\n`;
    writeFileSync(config, `server_name: ${name}\nlisten: "127.0.0.1:${clients[index]}"\n${store}${cluster}`);
    running[index] = spawn("nats-server", ["-c", config, "-l", join(folder, `${name}.log`)], { stdio: "ignore" });
  }

  async function kill(index: number): Promise<void> {
    const server = running[index];
    running[index] = undefined;
    if (server === undefined || server.exitCode !== null) return;
    await new Promise((resolve) => {
      server.once("exit", resolve);
      server.kill("SIGKILL");
    });
  }

  await Promise.all(clients.map((_, index) => start(index)));
  await Promise.all(clients.map((port) => untilReady(port)));
  return {
    servers: clients.map((port) => `127.0.0.1:${port}`),
    start: async (index) => {
      await start(index);
      await untilReady(clients[index] ?? 0);
    },
    kill,
    stop: async () => {
      await Promise.all(clients.map((_, index) => kill(index)));
    },
  };
}

/** Resolves once the server answers for JetStream: in a cluster, once there is a leader. */
async function untilReady(port: number): Promise<void> {
  const deadline = Date.now() + 60_000;
  while (!(await isReady(port))) {
    if (Date.now() > deadline) throw new Error(`expected JetStream on port ${port}, found none`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function isReady(port: number): Promise<boolean> {
  try {
    const connection = await connect({ servers: `127.0.0.1:${port}`, reconnect: false });
    try {
      await (await jetstreamManager(connection, { timeout: 1_000 })).getAccountInfo();
      return true;
    } finally {
      await connection.close();
    }
  } catch {
    // It is starting.
    return false;
  }
}
