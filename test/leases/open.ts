// Opens lease shells over a journal in a folder of its own, with a given owner, clock and set of running processes.
import path from "node:path";
import { onTestFinished } from "vitest";
import { scriptEngine } from "../../src/engine/script.js";
import { type Entry, type LeaseRefused, type LeasesOptions, readAll } from "../../src/index.js";
import { OpenJournal } from "../../src/journal/journal.js";
import { planJournal } from "../../src/journal/plan.js";
import { OpenLeases } from "../../src/leases/leases.js";
import { checkLeasesOptions } from "../../src/leases/request.js";
import type { ProcessMark, ProcessTable, Sighting } from "../../src/lock/process.js";
import { temporaryFolder } from "../contract/journals.js";

export const here: ProcessMark = {
  pid: 100,
  host: "box",
  machine: "m1",
  bootId: "boot1",
  namespace: "pid:[1] time:[1]",
  start: "1000",
};

/** A host on which the test decides which processes run. */
export class TestProcesses implements ProcessTable {
  mark = here;
  readonly running = new Map<number, Sighting>([[here.pid, { start: here.start, finished: false }]]);

  self(): ProcessMark {
    return this.mark;
  }

  look(pid: number): Sighting {
    return this.running.get(pid) ?? "gone";
  }
}

export interface TestLeases {
  file: string;
  processes: TestProcesses;
  clock: { now: Date; pass(minutes: number): void };
  open(options?: Partial<LeasesOptions>): OpenLeases;
  entries(): Entry[];
}

/** The shells of one journal share the clock and the host. */
export function testLeases(file = path.join(temporaryFolder(), "journal.jsonl")): TestLeases {
  const processes = new TestProcesses();
  const clock = {
    now: new Date("2026-06-01T14:00:00Z"),
    pass(minutes: number): void {
      clock.now = new Date(clock.now.getTime() + minutes * 60_000);
    },
  };
  const open = (options: Partial<LeasesOptions> = {}): OpenLeases => {
    const full = { owner: "anna", hostId: "box", pid: here.pid, now: () => clock.now, ...options };
    const journal = new OpenJournal(planJournal(file, full, () => scriptEngine));
    onTestFinished(() => journal.close());
    return new OpenLeases(journal, checkLeasesOptions(full), processes);
  };
  return { file, processes, clock, open, entries: () => readAll(file) };
}

export function granted<Done extends { ok: true }>(answer: Done | LeaseRefused): Done {
  if (answer.ok) return answer;
  throw new Error(`expected a grant, found the refusal ${answer.reason}`);
}

export function refused(answer: { ok: true } | LeaseRefused): LeaseRefused {
  if (!answer.ok) return answer;
  throw new Error("expected a refusal, found a grant");
}
