// Appends entries under the lock and prints the number of each once it is durable. Then, if requested, compacts, each
// time followed by a HALT; every further compaction waits for a line on stdin. The arguments are a journal, a number of
// entries, a pause in ms and a number of compactions.
import { createInterface } from "node:readline";
import { openJournal } from "../../../dist/package/index.js";

const [path = "", count = "0", pause = "0", compactions = "0"] = process.argv.slice(2);
const journal = openJournal(path, { lockWaitMs: 30_000 });
for (let at = 0; at < Number(count); at++) {
  const { seq } = await journal.appendAsync({ op: "HEARTBEAT", lane: "a", loop_ts: "T", note: "n".repeat(at % 300) });
  process.stdout.write(`${seq}\n`);
  await new Promise((resolve) => setTimeout(resolve, Number(pause)));
}
const asked = createInterface({ input: process.stdin });
const lines = asked[Symbol.asyncIterator]();
for (let at = 0; at < Number(compactions); at++) {
  journal.compact();
  const { seq } = await journal.appendAsync({ op: "HALT" });
  process.stdout.write(`${seq}\n`);
  await lines.next();
}
asked.close();
journal.close();
