// Reads a journal while others write and compact it, and records everything that a reader must never see.
import { openJournal, replay, scan, tail } from "lane-journal";
import { openRecord, sayReady } from "./edges.mjs";

const { journal: path, record, anchor } = JSON.parse(process.argv[2]);
const tell = openRecord(record);
const journal = openJournal(path);

function check(leases, how) {
  const lanes = leases.map(({ lane }) => lane);
  if (!lanes.includes(anchor)) tell(`fail ${how} NONE the lease that is never given back is missing`);
  if (new Set(lanes).size < lanes.length) tell(`fail ${how} NONE a lane is held twice: ${lanes.toSorted()}`);
}

sayReady();
for (;;) {
  try {
    check(journal.replay(), "journal.replay");
    check(replay(path), "replay");
    check(replay(path, { engine: "js" }), "replay by the TypeScript engine");
    const { leases, nextSeq } = scan(path);
    check(leases, "scan");
    if (!(journal.nextSeq() >= nextSeq)) tell("fail nextSeq NONE it went backwards");
    tail(5, path);
    tell("read");
  } catch (error) {
    tell(`fail read ${error.code} ${error.message}`);
  }
}
