// A journal, a number of entries and a pause in ms -> entries appended under the lock, each told on stdout once it is
// durable. Then, where asked, compactions, each followed by a HALT; the next one waits for a line on stdin.
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
