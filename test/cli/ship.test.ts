// Ships journals to a NATS server with `lj ship`, which is also killed, and reads them with `lj fleet --from`.
import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as fleetPackage from "../../packages/fleet/src/index.js";
import { type NatsServers, startNats } from "../../packages/fleet/test/support/nats.js";
import { findPorts } from "../../packages/fleet/test/support/ports.js";
import type { FleetPackage } from "../../src/cli/fleet/installed.js";
import { append, compactJournal, leaseGenerations, openLeases, replay } from "../../src/index.js";
import { Random } from "../generate/random.js";
import { chooseSeed } from "../generate/seed.js";
import { run } from "../package/installs.js";
import { builtFile, builtFleet } from "../support/built.js";
import { finish, type Outcome, pathOf, runCommand, startCommand } from "./command.js";
import { runOnTerminal } from "./terminal.js";

const folder = mkdtempSync(join(tmpdir(), "lane-journal-ship-"));
let nats: NatsServers;
let log = "";

beforeAll(async () => {
  builtFleet();
  nats = await startNats(folder, 1);
  log = `nats://${nats.servers[0]}`;
});
afterAll(async () => {
  await nats.stop();
  rmSync(folder, { recursive: true, force: true });
});

function makeJournal(name: string): string {
  mkdirSync(pathOf(name));
  const journal = pathOf(`${name}/journal.jsonl`);
  append({ op: "ACQUIRE", lane: `${name}-1`, loop_ts: "T", lease: { lane: `${name}-1`, loop_ts: "T" } }, journal);
  return journal;
}

interface Row {
  [key: string]: unknown;
  journal: string;
  leases: { lane: string; lease: object; token: number }[];
}

const parse = (stdout: string): Row[] =>
  stdout
    .trimEnd()
    .split("\n")
    .map((line) => JSON.parse(line));

/** Returns what the view shows of one journal. */
async function readFleet(stream: string): Promise<Row[]> {
  const { stdout, stderr, code } = await runCommand(["fleet", "--from", log, "--stream", stream, "--json"]);
  expect({ stderr, code }).toEqual({ stderr: "", code: 0 });
  return parse(stdout);
}

const expectedOf = (journal: string) => ({ leases: replay(journal), tokens: leaseGenerations(journal) });
const shownOf = ({ leases }: Row) => ({
  leases: leases.map(({ lease }) => lease),
  tokens: leases.map(({ lane, token, lease }) => ({ lane, loop_ts: Reflect.get(lease, "loop_ts"), generation: token })),
});

describe("lj ship --once", () => {
  it("copies the journal to the end and ends, and lj fleet --from shows its leases and tokens", async () => {
    const journal = makeJournal("once");
    const args = ["--journal", journal, "--stream", "ONCE", "--id", "host-a"];
    const first = await runCommand(["ship", "--to", log, "--once", ...args]);
    expect(first).toMatchObject({ stderr: "", code: 0 });
    expect(first.stdout).toMatch(/^copies .* as host-a, from its beginning\nthe log has .* all of it\nended: the log/);
    append({ op: "ACQUIRE", lane: "later", loop_ts: "T", lease: { lane: "later", loop_ts: "T" } }, journal);
    const second = await runCommand(["ship", `--to=${log}`, "--once", "--json", ...args]);
    expect(parse(second.stdout).map(({ event, lagBytes }) => [event, lagBytes])).toEqual([
      ["started", expect.any(Number)],
      ["stored", 0],
      ["ended", 0],
    ]);
    const [shown, ...others] = await readFleet("ONCE");
    expect([shown?.journal, shown?.["gap"], shown?.["lagMs"], others]).toEqual(["host-a", null, 0, []]);
    expect(shown && shownOf(shown)).toEqual(expectedOf(journal));
    const text = await runCommand(["fleet", `--from=${log}`, "--stream=ONCE"]);
    expect(text.stdout).toMatch(/^host-a: 2 leases; last news \d+ s ago\n/);
  });

  it("says that there is nothing to copy, or fails with --must-exist", async () => {
    const args = ["ship", "--to", log, "--once", "--journal", pathOf("none.jsonl")];
    expect((await runCommand(args)).stdout).toContain("ended: the log has nothing of the journal");
    expect((await runCommand([...args, "--must-exist"])).code).toBe(3);
  });

  it("creates a stream with the wanted limit, and fails if there are too few servers for its replicas", async () => {
    const journal = makeJournal("limits");
    const args = ["ship", "--to", log, "--once", "--journal", journal];
    expect((await runCommand([...args, "--stream=L1", "--max-size=1MB", "--replicas=1"])).code).toBe(0);
    const view = await runCommand(["fleet", "--from", log, "--stream", "L1", "--id", "other", "--json"]);
    expect([view.stdout, view.stderr]).toEqual(["", "lj: the log has no such journal: nothing was shipped to it\n"]);
  });
});

describe("lj ship", () => {
  it.each<{ signal: "SIGTERM" | "SIGINT"; code: number }>([
    { signal: "SIGTERM", code: 0 },
    { signal: "SIGINT", code: 130 },
  ])("follows until $signal, ends cleanly, and lets no second one run meanwhile", async ({ signal, code }) => {
    const journal = makeJournal(`follow-${signal}`);
    const args = ["ship", "--to", log, "--stream", signal, "--json", "--journal", journal];
    const shipper = startCommand(args);
    const seen: string[] = [];
    const stored = new Promise<void>((resolve) => {
      shipper.stdout?.on("data", (text: Buffer) => {
        seen.push(text.toString());
        if (seen.join("").includes('"lagBytes": 0, "lagMs": 0')) resolve();
      });
    });
    const ended = finish(shipper);
    await stored;
    const second = await runCommand(args);
    expect([second.stdout, second.code]).toEqual(["", 3]);
    expect(second.stderr).toContain(`expected no other shipper of ${journal} on this host, found one: the lock `);
    expect(second.stderr).toContain(`(pid ${shipper.pid} on`);
    shipper.kill(signal);
    const outcome = await ended;
    expect([outcome.code, outcome.stderr]).toEqual([code, ""]);
    expect(parse(outcome.stdout).at(-1)).toMatchObject({ event: "ended", lagBytes: 0 });
    expect(readdirSync(join(journal, "..", ".journal.jsonl.ship"))).toEqual(["id"]);
  });

  it("loses nothing and shows nothing twice when it is killed again and again", async () => {
    const journal = makeJournal("killed");
    const random = new Random(chooseSeed("lj ship killed"));
    const leases = openLeases(journal, { owner: "a" });
    const args = ["ship", "--to", log, "--stream", "KILLED", "--id", "killed", "--journal", journal];
    let writing = true;
    const writer = (async () => {
      for (let count = 0; writing; count++) {
        leases.acquire({ lane: `lane-${count}` });
        if (count > 5) leases.release({ lane: `lane-${count - 5}` });
        if (random.chance(0.02)) compactJournal(journal);
        await pause(random.below(10));
      }
    })();
    for (let kills = 0; kills < 6; kills++) {
      const shipper = startCommand(args);
      const ended = finish(shipper);
      await pause(random.between(200, 1_200));
      shipper.kill("SIGKILL");
      expect((await ended).code).not.toBe(3);
    }
    writing = false;
    await writer;
    leases.close();
    expect(await runCommand([...args, "--once"])).toMatchObject({ stderr: "", code: 0 });
    const [shown] = await readFleet("KILLED");
    expect(shown && { gap: shown["gap"], ...shownOf(shown) }).toEqual({ gap: null, ...expectedOf(journal) });
    // What compactions kept for the shipper is gone once it is in the log.
    expect(readdirSync(join(journal, "..", ".journal.jsonl.ship"))).toEqual([]);
  });

  it("names the server, what was expected and what was found if the log does not answer", async () => {
    const [port] = await findPorts(1);
    const args = ["ship", "--journal", makeJournal("lost"), "--to", `nats://me:secret@127.0.0.1:${port}`];
    const { stdout, stderr, code } = await runCommand(args);
    expect([stdout, code]).toEqual(["", 3]);
    const expected = "expected a NATS server with JetStream, found: connection refused";
    expect(stderr).toContain(`lj: nats://127.0.0.1:${port}: ${expected}`);
    expect(stderr).not.toContain("secret");
  });

  it("shows its state on a terminal", async () => {
    const journal = makeJournal("terminal");
    const args = ["ship", "--to", log, "--stream", "TERMINAL", "--id", "here", "--journal", journal];
    const steps = [{ until: "here: the log has", signal: "SIGTERM" as const }];
    const { text, code } = await runOnTerminal({ args, steps });
    expect(code).toBe(0);
    expect(text).toMatch(/\r\u001b\[Khere: the log has .* of generation \d+: all of it/);
  });
});

describe("lj fleet --watch", () => {
  it("draws the leases of a log again when they change, until q", async () => {
    const journal = makeJournal("watched");
    const args = ["ship", "--to", log, "--stream", "WATCHED", "--id", "host", "--journal", journal];
    const shipper = startCommand(args);
    const ended = finish(shipper);
    const lease = { lane: "fresh", loop_ts: "T" };
    const line = `${JSON.stringify({ op: "ACQUIRE", ...lease, lease })}\n`;
    const { code, isRestored } = await runOnTerminal({
      args: ["fleet", "--from", log, "--stream", "WATCHED", "--watch"],
      steps: [
        { until: "watched-1", append: line },
        { until: "fresh", type: "q" },
      ],
      appendTo: journal,
      frameEnd: "\u001b[J",
    });
    expect({ code, isRestored }).toEqual({ code: 0, isRestored: true });
    shipper.kill("SIGTERM");
    await ended;
  });

  it.each([
    [["--watch"], "fleet --watch: expected a terminal on standard output"],
    [["--watch", "--json"], "fleet: expected --watch or --json, found both"],
    [["--stream=x"], "fleet: --stream requires --from LOG"],
    [["--from", "nats://a", "journal.jsonl"], "fleet: expected --journal or --from LOG, found both"],
    [["--from", "nats://a/path"], "expected nats://HOST[:PORT][,HOST[:PORT]...], tls://HOST..., or postgres://"],
  ])("and wrong usage of lj fleet: %j", async (args, complaint) => {
    const { stdout, stderr, code } = await runCommand(["fleet", ...args]);
    expect([stdout, code]).toEqual(["", 2]);
    expect(stderr).toContain(complaint);
  });
});

describe("without the package lane-journal-fleet", () => {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  let alone = "";

  beforeAll(() => {
    alone = join(folder, "alone");
    const package_ = fileURLToPath(builtFile("package"));
    cpSync(package_, join(alone, "dist", "package"), { recursive: true });
    cpSync(join(root, "package.json"), join(alone, "package.json"));
    mkdirSync(join(alone, "node_modules"));
    for (const name of ["node-gyp-build", "picocolors", "string-width"])
      symlinkSync(join(root, "node_modules", name), join(alone, "node_modules", name));
  });

  const lj = (...args: string[]): Outcome & { status: number | null } => {
    const { status, stdout, stderr } = run(process.execPath, [join(alone, "dist/package/lj.js"), ...args], alone);
    return { status, stdout, stderr, code: status };
  };

  it.each([
    ["ship", "--to"],
    ["fleet", "--from"],
  ])("lj %s %s says what to install", (verb, option) => {
    const { stdout, stderr, code } = lj(verb, option, "nats://127.0.0.1");
    expect([stdout, code]).toEqual(["", 3]);
    expect(stderr).toContain(
      "lj: expected the package lane-journal-fleet, found none: `npm install lane-journal-fleet@",
    );
    expect(stderr).toContain(`install it where lane-journal is installed (${alone})`);
  });

  it("is not imported by the command, which declares what it uses of it", () => {
    // This compiles only if the package has all that.
    const installed: FleetPackage = fleetPackage;
    expect(typeof installed.ship).toBe("function");
  });

  it("the other verbs work", () => {
    writeFileSync(join(alone, "journal.jsonl"), '{"op": "ACQUIRE", "lane": "a", "loop_ts": "T"}\n');
    expect(lj("fleet", "--engine", "js", "journal.jsonl")).toMatchObject({ stderr: "", code: 0 });
    expect(existsSync(join(alone, "node_modules", "lane-journal-fleet"))).toBe(false);
  });

  it("a package that does not fit or does not load is reported as such", () => {
    const fake = join(alone, "node_modules", "lane-journal-fleet");
    mkdirSync(fake);
    writeFileSync(join(fake, "package.json"), '{ "type": "module", "exports": "./index.js" }');
    writeFileSync(join(fake, "index.js"), "export function ship() {}\n");
    expect(lj("ship", "--to", "nats://a").stderr).toContain("found one that does not fit lane-journal");
    writeFileSync(join(fake, "index.js"), 'import "of-nobody";\n');
    expect(lj("ship", "--to", "nats://a").stderr).toContain(
      "the package lane-journal-fleet does not load: Cannot find",
    );
    rmSync(fake, { recursive: true });
  });
});
