// Starts NATS servers with JetStream on loopback, one alone or three as a cluster, and ends them by their process ids.
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { createServer } from "node:net";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { openLog } from "lane-journal-fleet";

/** A port that was free a moment ago. */
async function findPort() {
  const probe = createServer();
  await new Promise((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

/** `folder` holds what the servers store. Returns their address, and their processes. */
export async function startServers(folder, count) {
  const ports = await Promise.all(Array.from({ length: 2 * count }, findPort));
  const [clients, routes] = [ports.slice(0, count), ports.slice(count)];
  const peers = routes.map((route) => `nats://127.0.0.1:${route}`).join(", ");
  const servers = clients.map((port, index) => {
    const store = path.join(folder, `server-${index}`);
    const lines = [
      `server_name: server-${index}`,
      `listen: "127.0.0.1:${port}"`,
      `jetstream { store_dir: ${JSON.stringify(store)} }`,
      ...(count > 1 ? [`cluster { name: example, listen: "127.0.0.1:${routes[index]}", routes: [${peers}] }`] : []),
    ];
    writeFileSync(`${store}.conf`, `${lines.join("\n")}\n`);
    return spawn("nats-server", ["-c", `${store}.conf`, "-l", `${store}.log`], { stdio: "ignore" });
  });
  return { address: `nats://${clients.map((port) => `127.0.0.1:${port}`).join(",")}`, servers };
}

/** Resolves once the process has ended, which a power cut does to it. */
export async function kill(server) {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = new Promise((resolve) => server.once("exit", resolve));
  server.kill("SIGKILL");
  await ended;
}

/** Opens the log. The servers need a moment to start and to elect a leader. */
export async function openWhenReady(address, options) {
  for (const deadline = Date.now() + 60_000; ; await pause(200)) {
    try {
      return await openLog(address, options);
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}
