// Checks that a lease survives two writers who both took its identity too late, each by another path with another lock
// file (docs/format.md 8, "Order").
import { appendFileSync, linkSync, mkdtempSync, rmSync } from "node:fs";
import path from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { formatLine, readAll, replay } from "../../src/index.js";
import { OpenJournal } from "../../src/journal/journal.js";
import { planJournal } from "../../src/journal/plan.js";
import type { Entry, Lease } from "../../src/types.js";
import { acquire } from "../contract/journals.js";
import { engines } from "../support/engines.js";
import { createFaultyDisk, type FaultyDisk } from "../write/faults.js";
import { engineOf, openTest } from "./open.js";

interface Writer {
  journal: OpenJournal;
  disk: FaultyDisk;
}

const leaseOf = (holder: string): Entry => acquire("a", "T1", { holder });

/** Takes the lane under one fixed identity if it is free. */
const take = (holder: string) => (live: Lease[]) => (live.length > 0 ? { op: "REFUSE", holder } : leaseOf(holder));

/** Opens a journal twice: the second time by a hard link in another folder. */
function openTwice(engine: (typeof engines)[number]): { file: string; second: Writer; third: Writer } {
  const third = openTest(engine);
  third.journal.append({ op: "ATTEMPT" });
  const folder = mkdtempSync(path.join(path.dirname(third.file), "other-"));
  const linked = path.join(folder, "journal.jsonl");
  linkSync(third.file, linked);
  const disk = createFaultyDisk();
  const journal = new OpenJournal(planJournal(linked, {}, () => engineOf(engine), { disk, now: () => "NOW" }));
  onTestFinished(() => {
    journal.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return { file: third.file, second: { journal, disk }, third };
}

/** Calls `meanwhile` instead of the next write of an entry; it must call its argument, which writes. */
function atNextWrite({ disk }: Writer, meanwhile: (write: () => void) => void): void {
  const { write } = disk;
  disk.write = (fd, bytes) => {
    if (!Buffer.from(bytes).includes('"op"')) return write(fd, bytes);
    disk.write = write;
    let written = 0;
    meanwhile(() => {
      written = write(fd, bytes);
    });
    return written;
  };
}

const holders = (file: string, engine: (typeof engines)[number]) =>
  replay(file, { engine }).map(({ holder }) => holder);

describe.each(engines)("two late writers of one identity on the %s engine", (engine) => {
  it("leave the first lease if the second writer withdraws before the third", () => {
    const { file, second, third } = openTwice(engine);
    atNextWrite(third, (writeThird) => {
      atNextWrite(second, (writeSecond) => {
        appendFileSync(file, formatLine(leaseOf("first")));
        writeSecond();
        writeThird();
      });
      expect(second.journal.transact(take("second"))).toMatchObject([{ op: "REFUSE" }]);
      expect(holders(file, engine)).toEqual(["third"]);
    });
    expect(third.journal.transact(take("third"))).toMatchObject([{ op: "REFUSE" }]);
    expect(holders(file, engine)).toEqual(["first"]);
  });

  it("leave the first lease if the third writer withdraws before the second", () => {
    const { file, second, third } = openTwice(engine);
    atNextWrite(second, (writeSecond) => {
      atNextWrite(third, (writeThird) => {
        appendFileSync(file, formatLine(leaseOf("first")));
        writeSecond();
        writeThird();
      });
      expect(third.journal.transact(take("third"))).toMatchObject([{ op: "REFUSE" }]);
      expect(holders(file, engine)).toEqual(["second"]);
    });
    expect(second.journal.transact(take("second"))).toMatchObject([{ op: "REFUSE" }]);
    expect(holders(file, engine)).toEqual(["first"]);
  });

  it("leave the first lease if the second writer's withdrawal comes just before the third's", () => {
    const { file, second, third } = openTwice(engine);
    atNextWrite(second, (writeSecond) => {
      atNextWrite(third, (writeThird) => {
        appendFileSync(file, formatLine(leaseOf("first")));
        writeSecond();
        writeThird();
        atNextWrite(third, (writeWithdrawal) => {
          const [withdrawn, restored] = ["second", "first"].map((holder) => leaseOf(holder).lease);
          appendFileSync(file, formatLine({ op: "WITHDRAW", lane: "a", loop_ts: "T1", withdrawn, restored }));
          writeWithdrawal();
        });
      });
      third.journal.transact(take("third"));
      expect(holders(file, engine)).toEqual(["first"]);
    });
    second.journal.transact(take("second"));
    expect(holders(file, engine)).toEqual(["first"]);
  });

  it("leave the first lease if the third writer's withdrawal comes just before the second's", () => {
    const { file, second, third } = openTwice(engine);
    atNextWrite(third, (writeThird) => {
      atNextWrite(second, (writeSecond) => {
        appendFileSync(file, formatLine(leaseOf("first")));
        writeSecond();
        writeThird();
        atNextWrite(second, (writeRecord) => {
          const lease = leaseOf("second").lease;
          appendFileSync(file, formatLine({ op: "RECONCILE", lane: "a", loop_ts: "T1", lease }));
          writeRecord();
        });
      });
      second.journal.transact(take("second"));
      expect(holders(file, engine)).toEqual(["first"]);
    });
    third.journal.transact(take("third"));
    expect(holders(file, engine)).toEqual(["first"]);
  });

  it("leave the newer lease if only the older of the two is withdrawn", () => {
    const { file, second } = openTwice(engine);
    const release: Entry = { op: "RELEASE", lane: "a", loop_ts: "T1" };
    atNextWrite(second, (writeSecond) => {
      appendFileSync(file, formatLine(leaseOf("first")));
      writeSecond();
      appendFileSync(file, formatLine(release) + formatLine(leaseOf("third")));
    });
    second.journal.transact(take("second"));
    expect(holders(file, engine)).toEqual(["third"]);
    const recorded = readAll(file, { engine }).filter(({ op }) => op === "WITHDRAW");
    expect(recorded).toMatchObject([{ withdrawn: { holder: "second" }, restored: { holder: "first" } }]);
  });
});
