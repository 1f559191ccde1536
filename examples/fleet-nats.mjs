// Runs a fleet of three hosts on a replicated log: three NATS servers and three journals on loopback, one shipper for
// each journal, and the view of all leases before and after one server was killed.
//
//   npm run build && node examples/fleet-nats.mjs [--json]
//
// It needs `nats-server` on the PATH and the package lane-journal-fleet. Everything is in a temporary folder that is
// removed at the end, with every process.
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { openLeases } from "lane-journal";
import { FleetView, ship } from "lane-journal-fleet";
import { kill, openWhenReady, startServers } from "./nats-servers.mjs";

const isJson = process.argv.includes("--json");
const tell = (text) => {
  if (!isJson) console.log(text);
};
const hosts = ["anvil", "bellows", "crucible"];
const folder = mkdtempSync(path.join(tmpdir(), "lane-fleet-example-"));
let servers = [];

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
  const started = await startServers(folder, 3);
  const { address } = started;
  servers = started.servers;
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
