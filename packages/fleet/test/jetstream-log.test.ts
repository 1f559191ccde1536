// Runs the suite of logs on JetStream, with one server and with three.
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { jetstreamManager } from "@nats-io/jetstream";
import { connect } from "@nats-io/transport-node";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { FleetView } from "../src/fleet.js";
import { JetStreamLog } from "../src/jetstream-log.js";
import { describeLog, recordOf } from "./contract/log.js";
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

  it("stores a record again if the server only remembers its id, and is not waited for if it was purged", async () => {
    const stream = `LOG_${++opened}`;
    const log = await JetStreamLog.open({ connection: { servers: nats.servers }, stream, replicas });
    await log.append(recordOf("a", 0, "bytes"));
    const connection = await connect({ servers: nats.servers });
    await (await jetstreamManager(connection)).streams.purge(stream);
    await connection.close();
    expect(await log.newestOf("a")).toBeUndefined();
    const view = new FleetView({ log, folder });
    await view.caughtUp();
    await view.close();
    await log.append(recordOf("a", 0, "bytes"));
    expect((await log.newestOf("a"))?.record.bytes.length).toBe(5);
    await log.close();
  });

  describeLog(`JetStream R${replicas}`, () =>
    JetStreamLog.open({ connection: { servers: nats.servers }, stream: `LOG_${++opened}`, replicas }),
  );
});
