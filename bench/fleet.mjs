// `npm run bench:fleet`: how late a fleet's view is. One journal is shipped to NATS servers on loopback while lanes are
// acquired and released in it; the lag of an acquire is the time until the view shows its token. Then a journal of many
// entries is shipped from its beginning. At last one of three servers is killed, and the lag is measured again.
//   --servers N   1 or 3, default 3
//   --seconds N   how long each part lasts, default 10
//   --entries N   of the journal that is shipped from its beginning, default 200,000
import { appendFileSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { formatLine, openLeases } from "lane-journal";
import { FleetView, ship } from "lane-journal-fleet";
import { kill, openWhenReady, startServers } from "../examples/nats-servers.mjs";

const { values } = parseArgs({
  options: {
    servers: { type: "string", default: "3" },
    seconds: { type: "string", default: "10" },
    entries: { type: "string", default: "200000" },
  },
});
const count = Number(values.servers) === 1 ? 1 : 3;
const everyMs = 20;
const lanes = 50;

/** Follows the view and notes when each token was shown first. */
class Watcher {
  shownAtMs = new Map();
  #newest = 0;
  #isOver = false;

  constructor(view) {
    void this.#watch(view);
  }

  async until(token) {
    while (this.#newest < token) await pause(5);
  }

  stop() {
    this.#isOver = true;
  }

  async #watch(view) {
    while (!this.#isOver) {
      const token = view.journals()[0]?.generations.at(-1)?.generation ?? 0;
      for (let next = this.#newest + 1; next <= token; next++) this.shownAtMs.set(next, performance.now());
      this.#newest = Math.max(this.#newest, token);
      await Promise.race([view.changed(), pause(1_000)]);
    }
  }
}

async function measure(name, { leases, watcher, seconds, from }) {
  const begun = [];
  for (const end = performance.now() + 1_000 * seconds; performance.now() < end; await pause(everyMs)) {
    const lane = `lane-${(from + begun.length) % lanes}`;
    leases.release({ lane });
    const answer = leases.acquire({ lane });
    if (!answer.ok) throw new Error(`expected the lane ${lane}, found a refusal: ${answer.reason}`);
    begun.push({ token: from + begun.length + 1, atMs: performance.now() });
  }
  await watcher.until(begun.at(-1).token);
  const lags = begun.map(({ token, atMs }) => watcher.shownAtMs.get(token) - atMs).sort((a, b) => a - b);
  const at = (share) => lags[Math.min(lags.length - 1, Math.floor(share * lags.length))].toFixed(0);
  console.log(`${name}: ${lags.length} acquires, lag p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, most ${at(1)} ms`);
  return from + begun.length;
}

async function measureThroughput(folder, log) {
  const journal = path.join(folder, "long.jsonl");
  const entries = Number(values.entries);
  const lease = { lane: "a", loop_ts: "T", holder: "agent-7", heartbeat_at: "2026-06-01T14:03:00Z" };
  for (let seq = 1; seq <= entries; seq += 10_000) {
    const lines = Array.from({ length: Math.min(10_000, entries - seq + 1) }, (_, at) =>
      formatLine({ op: "ACQUIRE", ...lease, seq: seq + at, ts: "2026-06-01T14:03:00Z", lease }),
    );
    appendFileSync(journal, lines.join(""));
  }
  const begun = performance.now();
  await ship({ journal, id: "long", log, stopsAtEnd: true });
  const seconds = (performance.now() - begun) / 1_000;
  console.log(`${entries} entries shipped in ${seconds.toFixed(2)} s`);
}

const folder = mkdtempSync(path.join(tmpdir(), "lane-fleet-bench-"));
const { address, servers } = await startServers(folder, count);
try {
  const log = await openWhenReady(address, { replicas: count });
  const view = new FleetView({ log, folder });
  const watcher = new Watcher(view);
  mkdirSync(path.join(folder, "host"));
  const journal = path.join(folder, "host", "lane-journal.jsonl");
  const leases = openLeases(journal, { owner: "agent-7" });
  const stop = new AbortController();
  const shipping = ship({ journal, id: "host", log, signal: stop.signal });
  leases.acquire({ lane: "first" });
  await watcher.until(1);
  const seconds = Number(values.seconds);
  let from = await measure("steady", { leases, watcher, seconds, from: 1 });
  await measureThroughput(folder, log);
  for (const [index, server] of count === 1 ? [] : servers.slice(0, 1).entries()) {
    await kill(server);
    from = await measure(`server-${index} killed`, { leases, watcher, seconds, from });
  }
  stop.abort();
  await shipping;
  watcher.stop();
  await view.close();
  await log.close();
} finally {
  for (const server of servers) await kill(server);
  rmSync(folder, { recursive: true, force: true });
}
