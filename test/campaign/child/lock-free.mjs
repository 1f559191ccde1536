// Appends entries that change no lease to a journal, without a lock, until the process is killed.
import { appendFileSync } from "node:fs";
import { formatLine } from "lane-journal";
import { sayReady } from "./edges.mjs";

const { journal } = JSON.parse(process.argv[2]);
const sleeper = new Int32Array(new SharedArrayBuffer(4));
sayReady();
for (let count = 0; ; count++) {
  appendFileSync(journal, formatLine({ op: "ATTEMPT", unit_id: `unit-${count}` }));
  Atomics.wait(sleeper, 0, 0, Math.random() * 3);
}
