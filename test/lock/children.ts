// Starts processes that take locks, with the compiled package or as the reference does.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { builtFile } from "../support/built.js";

const compiled = builtFile("src/lock/lock.js");
if (!existsSync(fileURLToPath(compiled))) throw new Error(`expected ${compiled.href}, found nothing: npm run build:ts`);

/**
 * Enters `count` times. Inside, it creates a file that must not exist yet, and calls check just before it deletes the
 * file.
 */
const enter = `
  const { appendFileSync, closeSync, openSync, unlinkSync } = await import("node:fs");
  const [journal, count, label, pauseMs] = given;
  for (let i = 0; i < Number(count); i++) {
    const held = lock.acquireLock(journal, { label, waitMs: 60000, reuses: label === "reusing" });
    closeSync(openSync(journal + ".inside", "wx"));
    held.check();
    appendFileSync(journal + ".entered", held.owner + "\\n");
    unlinkSync(journal + ".inside");
    held.release();
    await new Promise((resolve) => setTimeout(resolve, Number(pauseMs) * Math.random()));
  }
  console.log("done");
`;

/** Takes the lock, prints its owner, and keeps it. */
const hold = `
  const held = lock.acquireLock(given[0], { label: "holder", waitMs: 20000 });
  process.on("SIGUSR2", () => {
    try { held.check(); console.log("still held"); } catch (error) { console.log(error.code); }
    held.release();
    process.exit(0);
  });
  setInterval(() => undefined, 1000);
  console.log(held.owner);
`;

/** Takes and releases the lock until it is killed. */
const churn = `
  console.log("begun");
  for (;;) lock.acquireLock(given[0], { label: "churn", waitMs: 60000 }).release();
`;

/** What the reference does, written from docs/format.md 8, "The lock". */
const reference = `
import os, sys, time, calendar, random
journal, count = sys.argv[1], int(sys.argv[2])
path, owner = os.path.join(os.path.dirname(journal), ".lane-lease.lock"), "agent-%d" % os.getpid()

def read():
    try:
        with open(path) as file:
            return dict(line.strip().split(": ", 1) for line in file.read().splitlines() if ": " in line)
    except FileNotFoundError:
        return None

def create():
    try:
        fd = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY)
    except FileExistsError:
        return False
    stamp = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())
    os.write(fd, ("owner: %s\\nacquired_at: %s\\npid: %d\\n" % (owner, stamp, os.getpid())).encode())
    os.close(fd)
    return True

entered = 0
while entered < count:
    if not create():
        time.sleep(0.002 + random.random() * 0.003)
        continue
    os.close(os.open(journal + ".inside", os.O_CREAT | os.O_EXCL))
    with open(journal + ".entered", "a") as file:
        file.write(owner + "\\n")
    os.unlink(journal + ".inside")
    found = read()
    assert found is not None and found.get("owner") == owner, found
    os.unlink(path)
    entered += 1
    time.sleep(random.random() * 0.002)
print("done")
`;

export interface Child {
  process: ChildProcess;
  /** Resolves to the next line of output; rejects if the process ends without one. */
  line(): Promise<string>;
  ended: Promise<unknown>;
  kill(): Promise<unknown>;
}

const prelude = `const lock = await import(${JSON.stringify(compiled.href)}); const given = process.argv.slice(1);`;
const programs = { enter, hold, churn };

export function startWriter(
  program: keyof typeof programs,
  given: readonly (string | number)[],
  wrapper: readonly string[] = [],
): Child {
  const node = [process.execPath, "--input-type=module", "--eval", prelude + programs[program], "--"];
  return start([...wrapper, ...node, ...given.map(String)]);
}

export function startReference(given: readonly (string | number)[]): Child {
  return start(["python3", "-c", reference, ...given.map(String)]);
}

function start([command = "", ...args]: readonly string[]): Child {
  const child = spawn(command, args, { stdio: ["ignore", "pipe", "inherit"] });
  const ended = once(child, "exit");
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    process: child,
    ended,
    async line() {
      const next = await lines.next();
      if (next.done) throw new Error(`expected a line, found the process ended with ${String(await ended)}`);
      return next.value;
    },
    kill() {
      child.kill("SIGKILL");
      return ended;
    },
  };
}
