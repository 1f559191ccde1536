// Runs the suite of logs on JetStream, with one server and with three.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe } from "vitest";
import { JetStreamLog } from "../src/jetstream-log.js";
import { describeLog } from "./contract/log.js";
import { type NatsServers, startNats } from "./support/nats.js";

describe.each<{ replicas: 1 | 3 }>([{ replicas: 1 }, { replicas: 3 }])("JetStream", ({ replicas }) => {
  const folder = mkdtempSync(join(tmpdir(), "lane-fleet-nats-"));
  let nats: NatsServers;
  let opened = 0;

  beforeAll(async () => {
    nats = await startNats(folder, replicas);
  });
  afterAll(async () => {
    await nats.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  describeLog(`JetStream R${replicas}`, () =>
    JetStreamLog.open({ connection: { servers: nats.servers }, stream: `LOG_${++opened}`, replicas }),
  );
});
