// Compacts a journal repeatedly, into an archive folder if one is given, until the parent kills this process.
import { setTimeout as pause } from "node:timers/promises";
import { openJournal } from "lane-journal";
import { createRandom, dieAtCall, openRecord, sayReady } from "./edges.mjs";

const { journal: path, record, seed, archive, lockWaitMs, death } = JSON.parse(process.argv[2]);
const tell = openRecord(record);
const random = createRandom(seed);
const journal = openJournal(path, { label: "same", lockWaitMs });
if (death !== null) dieAtCall(death);
sayReady();
for (;;) {
  try {
    journal.compact(archive === null ? {} : { archive });
    tell("compacted");
  } catch (error) {
    tell(`fail compact ${error.code} ${error.message.replaceAll("\n", " ")}`);
  }
  await pause(5 + random(40));
}
