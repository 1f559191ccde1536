// Fails every call of an append and of an acquire in turn. No ghost entry, no false acknowledgement, no lock and no
// descriptor may remain.
import { readdirSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { scriptEngine } from "../../src/engine/script.js";
import { type Disk, nodeDisk } from "../../src/file/disk.js";
import { JournalError, readAll, replay } from "../../src/index.js";
import { OpenJournal } from "../../src/journal/journal.js";
import { planJournal } from "../../src/journal/plan.js";
import { OpenLeases } from "../../src/leases/leases.js";
import { checkLeasesOptions } from "../../src/leases/request.js";
import { acquireLock } from "../../src/lock/lock.js";
import { openDescriptors, temporaryFolder } from "../contract/journals.js";
// Loads the addon before descriptors are counted: an addon that counts branches keeps a file open.
import "../support/engines.js";

type Call = Exclude<keyof Disk, "semantics">;

const calls = Object.keys(nodeDisk).filter((name): name is Call => name in nodeDisk && name !== "semantics");

/** The system's disk, except that its n-th call after `arm` fails: only that call, or all calls from then on. */
class FailingDisk {
  readonly disk: Disk = { ...nodeDisk };
  /** Calls since `arm`. */
  count = 0;
  #failure: { nth: number; code: string; lasts: boolean } | undefined;

  constructor() {
    for (const name of calls) this.#wrap(name);
  }

  arm(nth: number, code: string, lasts: boolean): void {
    this.#failure = { nth, code, lasts };
    this.count = 0;
  }

  disarm(): void {
    this.#failure = undefined;
  }

  #wrap(name: Call): void {
    const own = nodeDisk[name];
    const wrapped = (...given: unknown[]): unknown => {
      this.count++;
      this.#fail(name, given);
      return Reflect.apply(own, nodeDisk, given);
    };
    Object.assign(this.disk, { [name]: wrapped });
  }

  #fail(name: Call, given: unknown[]): void {
    const failure = this.#failure;
    if (failure === undefined || (failure.lasts ? this.count < failure.nth : this.count !== failure.nth)) return;
    // Linux frees the descriptor whatever `close` returns.
    if (name === "close") Reflect.apply(nodeDisk.close, nodeDisk, given);
    throw Object.assign(new Error(`${failure.code}: injected, ${name}`), { code: failure.code, syscall: name });
  }
}

interface Outcome {
  acknowledged: boolean;
  code: string | undefined;
}

function attempt(act: () => unknown): Outcome {
  try {
    act();
    return { acknowledged: true, code: undefined };
  } catch (error) {
    if (!(error instanceof JournalError)) throw error;
    return { acknowledged: false, code: error.code };
  }
}

/** Counts the calls of an act that does not fail. */
function countCalls(act: (disk: FailingDisk, file: string) => void): number {
  const disk = new FailingDisk();
  const file = path.join(temporaryFolder(), "journal.jsonl");
  act(disk, file);
  disk.arm(0, "", false);
  act(disk, file);
  return disk.count;
}

function openLeases(disk: FailingDisk, file: string): OpenLeases {
  const journal = new OpenJournal(planJournal(file, { lockWaitMs: 0 }, () => scriptEngine, { disk: disk.disk }));
  return new OpenLeases(journal, checkLeasesOptions({ owner: "anna" }));
}

const unknowable = "ERR_DURABILITY_UNKNOWN";

describe.each([
  ["EIO", false],
  ["ENOSPC", false],
  ["EMFILE", false],
  ["EINTR", false],
  ["EIO", true],
  ["ENOSPC", true],
])("with %s at any one call, lasting: %s", (code, lasts) => {
  it("an acquire leaves a lease if and only if it reports one, and the next one works", () => {
    const total = countCalls((disk, file) => openLeases(disk, file).acquire({ lane: `${disk.count}` }));
    expect(total).toBeGreaterThan(20);
    let acknowledged = 0;
    for (let nth = 1; nth <= total; nth++) {
      const disk = new FailingDisk();
      const file = path.join(temporaryFolder(), "journal.jsonl");
      const leases = openLeases(disk, file);
      leases.acquire({ lane: "first" });
      const before = openDescriptors();
      disk.arm(nth, code, lasts);
      const outcome = attempt(() => leases.acquire({ lane: "second" }));
      disk.disarm();
      const lanes = replay(file).map((lease) => lease["lane"]);
      if (outcome.code !== unknowable) {
        expect({ nth, lanes }).toEqual({ nth, lanes: outcome.acknowledged ? ["first", "second"] : ["first"] });
        expect({ nth, third: leases.acquire({ lane: "third" }).ok }).toEqual({ nth, third: true });
        expect({ nth, open: openDescriptors() }).toEqual({ nth, open: before });
      }
      expect({ nth, damaged: readAll(file).filter((entry) => entry["op"] === "_CORRUPT") }).toEqual({
        nth,
        damaged: [],
      });
      // A file that could not be deleted while the disk failed must not block anyone.
      acquireLock(file, { waitMs: 0 }).release();
      expect(readdirSync(path.dirname(file)).filter((name) => name === ".lane-lease.lock")).toEqual([]);
      acknowledged += outcome.acknowledged ? 1 : 0;
      leases.close();
    }
    // A failure after the fsync does not fail the append.
    expect(acknowledged).toBeLessThan(total);
  });
});
