// Runs a fleet of three hosts on a replicated log: three NATS servers and three journals on loopback, one shipper for
// each journal, and the view of all leases before and after one server was killed.
//
//   npm run build && node examples/fleet-nats.mjs [--json]
//
// It needs `nats-server` on the PATH and the package lane-journal-fleet. Everything is in a temporary folder that is
// removed at the end, with every process.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { openLeases } from "lane-journal";
import { FleetView, openLog, ship } from "lane-journal-fleet";

const isJson = process.argv.includes("--json");
const tell = (text) => {
  if (!isJson) console.log(text);
};
const hosts = ["anvil", "bellows", "crucible"];
const folder = mkdtempSync(path.join(tmpdir(), "lane-fleet-example-"));
const servers = [];

/** A port that was free a moment ago. */
async function findPort() {
  const probe = createServer();
  await new Promise((resolve) => probe.listen(0, "127.0.0.1", resolve));
  const { port } = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  return port;
}

async function startServers() {
  const ports = await Promise.all(Array.from({ length: 6 }, findPort));
  const [clients, routes] = [ports.slice(0, 3), ports.slice(3)];
  for (const [index, port] of clients.entries()) {
    const store = path.join(folder, `server-${index}`);
    const config = `${store}.conf`;
    const peers = routes.map((route) => `nats://127.0.0.1:${route}`).join(", ");
    const lines = [
      `server_name: server-${index}`,
      `listen: "127.0.0.1:${port}"`,
      `jetstream { store_dir: ${JSON.stringify(store)} }`,
      `cluster { name: example, listen: "127.0.0.1:${routes[index]}", routes: [${peers}] }`,
    ];
    writeFileSync(config, `${lines.join("\n")}\n`);
    servers.push(spawn("nats-server", ["-c", config, "-l", `${store}.log`], { stdio: "ignore" }));
  }
  return `nats://${clients.map((port) => `127.0.0.1:${port}`).join(",")}`;
}

async function kill(server) {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const ended = new Promise((resolve) => server.once("exit", resolve));
  server.kill("SIGKILL");
  await ended;
}

/** The servers need a moment to start and to elect a leader. */
async function openWhenReady(address, options) {
  for (const deadline = Date.now() + 60_000; ; await pause(200)) {
    try {
      return await openLog(address, options);
    } catch (error) {
      if (Date.now() > deadline) throw error;
    }
  }
}

/** Waits until the view shows so many leases, and prints them. Returns the milliseconds that it took. */
async function showWhen(view, count, title) {
  const begun = performance.now();
  const leases = () => view.journals().flatMap((journal) => journal.leases);
  while (leases().length !== count) await view.changed();
  const tookMs = Math.round(performance.now() - begun);
  tell(`\n${title} (shown after ${tookMs} ms)`);
  for (const { id, generation, leases: own, gap } of view.journals()) {
    const lanes = own.map(({ lane, holder }) => `${lane} by ${holder}`).join(", ");
    tell(`  ${id.padEnd(9)} generation ${generation}: ${lanes}${gap === undefined ? "" : `; ${gap}`}`);
  }
  return tookMs;
}

async function run() {
  const address = await startServers();
  tell(`three servers: ${address}`);
  const log = await openWhenReady(address, { replicas: 3 });
  const view = new FleetView({ log, folder });
  const stop = new AbortController();
  const shippers = [];
  const leases = hosts.map((id) => {
    mkdirSync(path.join(folder, id));
    const journal = path.join(folder, id, "lane-journal.jsonl");
    shippers.push(ship({ journal, id, log, signal: stop.signal }));
    return openLeases(journal, { owner: `agent-${id}` });
  });
  for (const own of leases) own.acquire({ lane: "api" });
  const steadyMs = await showWhen(view, 3, "each host holds api: hosts do not exclude each other");
  await kill(servers[0]);
  for (const own of leases) own.acquire({ lane: "docs" });
  leases[1].release({ lane: "api" });
  const killedMs = await showWhen(view, 5, "after server-0 was killed, and more was acquired and released");
  const shown = view.journals().map(({ id, leases: own }) => ({ id, lanes: own.map(({ lane }) => lane) }));
  stop.abort();
  await Promise.all(shippers);
  await view.close();
  await log.close();
  if (isJson) console.log(JSON.stringify({ steadyMs, killedMs, shown }));
}

try {
  await run();
} finally {
  for (const server of servers) await kill(server);
  rmSync(folder, { recursive: true, force: true });
}
